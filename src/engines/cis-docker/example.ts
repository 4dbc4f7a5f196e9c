import { type FileFact, HostEvidence } from "./facts.ts";

/** What an example changes on the well-kept host below. Objects are merged one level deep, lists are replaced. */
export interface ExampleOptions {
  info?: object;
  version?: object;
  /** Daemon arguments after the executable. */
  argv?: string[];
  configFile?: object | string | null;
  hostConfig?: object;
  container?: object;
  config?: object;
  /** Further containers beside `web`. */
  containers?: object[];
  top?: string[];
  image?: object;
  imageConfig?: object;
  images?: object[];
  history?: string[];
  networks?: object[];
  volumes?: object[];
  swarm?: object;
  host?: object;
  /** Files that replace those of the same path, or come in addition. */
  files?: (Partial<FileFact> & { path: string })[];
  auditRules?: string[] | null;
  scan?: object | null;
  /** What the tag of `web` points to now. */
  tag?: object;
  execs?: object[] | null;
  without?: (keyof HostEvidence)[];
}

/** What every container of an example has, whatever else it is given. */
type Inspected = { Id: string; Name: string; State: { Status: string } };

/** The day on which the examples are judged. */
export const exampleDay = new Date("2026-11-20T12:00:00Z");

const CONTAINER_ID = "1f".repeat(32);
const IMAGE_ID = `sha256:${"a1".repeat(32)}`;
const IMAGE_DIGEST = `sha256:${"b2".repeat(32)}`;

const watched = [
  "/usr/bin/dockerd",
  "/run/containerd",
  "/var/lib/docker",
  "/etc/docker",
  "/usr/lib/systemd/system/docker.service",
  "/run/containerd/containerd.sock",
  "/run/docker.sock",
  "/etc/default/docker",
  "/etc/docker/daemon.json",
  "/etc/containerd/config.toml",
  "/etc/sysconfig/docker",
  "/usr/bin/containerd",
  "/usr/bin/containerd-shim",
  "/usr/bin/containerd-shim-runc-v1",
  "/usr/bin/containerd-shim-runc-v2",
  "/usr/bin/runc",
];

/** A watch line for a path as `auditctl -l` prints it. */
export const watch = (path: string): string => `-w ${path} -p rwxa -k docker`;

const file = (path: string, more: Partial<FileFact> = {}): FileFact => ({
  path,
  exists: true,
  real: path.replace(/^\/var\/run\//, "/run/"),
  type: "file",
  symlink: false,
  uid: 0,
  gid: 0,
  mode: "0644",
  ...more,
});

/** Every file a control looks at, as a well-kept host has it. */
const baseFiles = (): FileFact[] => [
  file("/etc/docker", { type: "dir", mode: "0755" }),
  file("/etc/docker/daemon.json"),
  file("/etc/default/docker"),
  file("/etc/sysconfig/docker"),
  file("/var/run/docker.sock", { type: "socket", mode: "0660", gid: 998 }),
  file("/run/containerd/containerd.sock", { type: "socket", mode: "0660" }),
  file("/run/docker/containerd/containerd.sock", { exists: false, code: "ENOENT" }),
  file("/run/containerd", { type: "dir", mode: "0711" }),
  file("/etc/containerd/config.toml"),
  file("/var/lib/docker", { type: "dir", mode: "0710" }),
  ...["dockerd", "containerd", "containerd-shim", "containerd-shim-runc-v1", "containerd-shim-runc-v2", "runc"].map(
    (name) => file(`/usr/bin/${name}`, { mode: "0755" }),
  ),
  file("/etc/docker/tls/ca.pem", { mode: "0444" }),
  file("/etc/docker/tls/cert.pem", { mode: "0444" }),
  file("/etc/docker/tls/key.pem", { mode: "0400" }),
];

const baseContainer = (options: ExampleOptions) => ({
  Id: CONTAINER_ID,
  Name: "/web",
  Created: "2026-11-01T00:00:00Z",
  Image: IMAGE_ID,
  AppArmorProfile: "docker-default",
  ProcessLabel: "",
  MountLabel: "",
  State: {
    Status: "running",
    Running: true,
    Paused: false,
    Pid: 4100,
    StartedAt: "2026-11-01T00:00:00Z",
    Health: { Status: "healthy" },
  },
  Mounts: [],
  NetworkSettings: { Ports: {}, Networks: { app: { NetworkID: "n1" } } },
  ...options.container,
  HostConfig: {
    NetworkMode: "app",
    IpcMode: "private",
    PidMode: "",
    UTSMode: "",
    UsernsMode: "",
    CapAdd: null,
    CapDrop: ["ALL"],
    Privileged: false,
    ReadonlyRootfs: true,
    SecurityOpt: ["no-new-privileges"],
    CpuShares: 512,
    Memory: 268_435_456,
    NanoCpus: 0,
    PidsLimit: 100,
    RestartPolicy: { Name: "on-failure", MaximumRetryCount: 5 },
    LogConfig: { Type: "syslog", Config: {} },
    Devices: [],
    Ulimits: [],
    CgroupParent: "",
    CgroupnsMode: "private",
    PortBindings: {},
    ...options.hostConfig,
  },
  Config: {
    User: "1000:1000",
    Env: ["PATH=/usr/bin"],
    Image: "registry.example/shop/web:1.0",
    Labels: {},
    Healthcheck: { Test: ["CMD", "/bin/check"] },
    ...options.config,
  },
});

/** Sources of bind mounts, which lead to themselves, and devices of volumes. */
function sourcesOf({ container, volumes }: ExampleOptions): string[] {
  const { Mounts = [] } = (container ?? {}) as { Mounts?: { Source?: string }[] };
  const devices = ((volumes ?? []) as { Options?: { device?: string } }[]).map(({ Options }) => Options?.device);
  return [...Mounts.map(({ Source }) => Source), ...devices].filter((path) => path?.startsWith("/")) as string[];
}

function baseHost(options: ExampleOptions) {
  const replaced = new Map((options.files ?? []).map((entry) => [entry.path, entry]));
  const files = baseFiles().map((entry) => ({ ...entry, ...replaced.get(entry.path) }));
  const added = [...replaced.values()]
    .filter((entry) => !files.some((known) => known.path === entry.path))
    .map((entry) => file(entry.path, entry));
  const rules = options.auditRules === undefined ? watched.map(watch) : options.auditRules;
  return {
    hostname: "docker-vm-01",
    uid: 0,
    groupDocker: "docker:x:998:",
    primaryGroupUsers: [],
    processes: [
      { pid: 700, comm: "dockerd", exe: "/usr/bin/dockerd", argv: ["/usr/bin/dockerd", ...(options.argv ?? [])] },
    ],
    daemonUid: "0",
    daemonExe: "/usr/bin/dockerd",
    daemonArgv: ["/usr/bin/dockerd", ...(options.argv ?? [])],
    configFilePath: "/etc/docker/daemon.json",
    configFile:
      options.configFile === undefined
        ? {
            icc: false,
            "log-level": "info",
            "userland-proxy": false,
            "no-new-privileges": true,
            "log-opts": { "syslog-address": "tcp+tls://logs.example:6514" },
            "default-ulimits": { nofile: { Name: "nofile", Hard: 65_536, Soft: 1024 } },
          }
        : options.configFile,
    files: [...files, ...added],
    mountSources: sourcesOf(options).map((path) => file(path, { type: "dir" })),
    certsD: [file("/etc/docker/certs.d/registry.example/ca.crt", { mode: "0444" })],
    tls: {},
    units: {
      "docker.service": [file("/usr/lib/systemd/system/docker.service")],
      "docker.socket": [file("/usr/lib/systemd/system/docker.socket")],
    },
    mountinfo: ["20 1 8:1 / / rw - ext4 /dev/sda1 rw", "30 20 8:17 / /var/lib/docker rw - ext4 /dev/sdb1 rw"],
    audit:
      rules === null
        ? null
        : { auditctlPresent: true, auditctl: { rc: 0, out: rules.join("\n"), err: "" }, auditRules: "", rulesD: {} },
    env: { DOCKER_CONTENT_TRUST: null, etcEnvironment: "DOCKER_CONTENT_TRUST=1\n" },
    listening: [],
    lsm: "lockdown,capability,apparmor",
    osRelease: 'ID=debian\nVERSION_ID="12"\n',
    ...options.host,
  };
}

/** Evidence of a well-kept host with one container `web`, changed as `options` say. */
export function example(options: ExampleOptions = {}): HostEvidence {
  const image = {
    Id: IMAGE_ID,
    RepoTags: ["registry.example/shop/web:1.0"],
    RepoDigests: [`registry.example/shop/web@${IMAGE_DIGEST}`],
    Created: 1_793_491_200,
    Size: 50_000_000,
    ...options.image,
  };
  const containers: Inspected[] = [baseContainer(options), ...((options.containers ?? []) as Inspected[])];
  const evidence: Record<string, unknown> = {
    info: {
      Name: "docker-vm-01",
      Containers: 1,
      ContainersRunning: 1,
      ContainersPaused: 0,
      ContainersStopped: 0,
      Images: 1,
      Driver: "overlay2",
      LoggingDriver: "syslog",
      CgroupDriver: "systemd",
      CgroupVersion: "2",
      OperatingSystem: "Debian GNU/Linux 12 (bookworm)",
      OSType: "linux",
      DockerRootDir: "/var/lib/docker",
      SecurityOptions: ["name=apparmor", "name=seccomp,profile=builtin", "name=cgroupns", "name=userns"],
      LiveRestoreEnabled: true,
      ExperimentalBuild: false,
      Debug: false,
      MemoryLimit: true,
      PidsLimit: true,
      DefaultRuntime: "runc",
      Runtimes: { runc: { path: "runc" } },
      Plugins: { Authorization: ["opa"] },
      RegistryConfig: {
        InsecureRegistryCIDRs: ["127.0.0.0/8", "::1/128"],
        IndexConfigs: { "docker.io": { Secure: true, Official: true } },
      },
      Swarm: { LocalNodeState: "inactive", ControlAvailable: false },
      ...options.info,
    },
    version: {
      Version: "29.1.0",
      ApiVersion: "1.52",
      Components: [
        { Name: "Engine", Version: "29.1.0", Details: { Experimental: "false" } },
        { Name: "containerd", Version: "2.2.0" },
        { Name: "runc", Version: "1.4.0" },
      ],
      ...options.version,
    },
    containersList: containers.map(({ Id, Name, State }) => ({ Id, Names: [Name], State: State.Status })),
    containersInspect: containers,
    containersTop: {
      "/web": {
        Titles: ["PID", "USER", "COMMAND"],
        Processes: (options.top ?? ["/app/server --port 8080"]).map((command, index) => [
          String(4100 + index),
          "1000",
          command,
        ]),
      },
    },
    imagesList: [image, ...(options.images ?? [])],
    imagesInspect: {
      [IMAGE_ID]: {
        ...image,
        Created: "2026-11-01T00:00:00Z",
        Config: {
          User: "1000",
          Env: ["PATH=/usr/bin"],
          Healthcheck: { Test: ["CMD", "/bin/check"] },
          Labels: {},
          ...options.imageConfig,
        },
      },
    },
    imagesHistory: {
      [IMAGE_ID]: (
        options.history ?? [
          "/bin/sh -c #(nop) ADD file:1 in / ",
          "RUN /bin/sh -c apt-get update && apt-get install -y nginx # buildkit",
          "COPY app /app # buildkit",
        ]
      )
        .map((CreatedBy) => ({ CreatedBy }))
        .reverse(),
    },
    networks: options.networks ?? [
      {
        Name: "bridge",
        Id: "n0",
        Driver: "bridge",
        Options: {
          "com.docker.network.bridge.default_bridge": "true",
          "com.docker.network.bridge.enable_icc": "false",
        },
      },
      { Name: "app", Id: "n1", Driver: "bridge", Options: {} },
    ],
    pluginsVolumes: { volumes: { Volumes: options.volumes ?? [] } },
    swarm: options.swarm ?? {},
    host: baseHost(options),
    execObservations:
      options.execs === null
        ? null
        : { watchingSince: "2026-11-01T00:00:00Z", until: "2026-11-20T00:00:00Z", execs: options.execs ?? [] },
    imageScans:
      options.scan === null
        ? null
        : {
            [IMAGE_ID]: {
              scannedAt: "2026-11-19T00:00:00Z",
              fixable: { critical: 0, high: 0 },
              packages: ["nginx"],
              setuidFiles: [],
              secretFiles: [],
              signature: "verified",
              assessed: true,
              ...options.scan,
            },
          },
  };
  if (options.tag)
    evidence.registryTags = { "registry.example/shop/web:1.0": { asOf: "2026-11-19T00:00:00Z", ...options.tag } };
  for (const name of options.without ?? []) delete evidence[name];
  return HostEvidence.parse(evidence);
}

/** Evidence of the same host as the manager of a swarm of one service. */
export function swarmExample(
  options: ExampleOptions & {
    swarmInfo?: object;
    spec?: object;
    cluster?: object;
    services?: object[];
    nodes?: object[];
  } = {},
): HostEvidence {
  return example({
    ...options,
    info: {
      Swarm: {
        LocalNodeState: "active",
        ControlAvailable: true,
        Managers: 3,
        Nodes: 5,
        NodeAddr: "10.0.0.4",
        RemoteManagers: [{ Addr: "10.0.0.4:2377" }],
        ...options.swarmInfo,
      },
      ...options.info,
    },
    host: { listening: ['LISTEN 0 4096 10.0.0.4:2377 0.0.0.0:* users:(("dockerd",pid=700,fd=9))'], ...options.host },
    swarm: {
      swarm: {
        ID: "s1",
        RootRotationInProgress: false,
        Spec: {
          EncryptionConfig: { AutoLockManagers: true },
          CAConfig: { NodeCertExpiry: 7_776_000_000_000_000 },
          ...options.spec,
        },
        ...options.cluster,
      },
      nodes:
        options.nodes ??
        ["m1", "m2", "m3"].map((ID) => ({
          ID,
          Spec: { Role: "manager" },
          ManagerStatus: { Reachability: "reachable" },
        })),
      services: options.services ?? [
        {
          ID: "svc",
          Spec: {
            Name: "web",
            TaskTemplate: { ContainerSpec: { Image: "web", Env: [], Secrets: [{ SecretName: "db" }] } },
          },
        },
      ],
      secrets: [{}],
    },
  });
}
