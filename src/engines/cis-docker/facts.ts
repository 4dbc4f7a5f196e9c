import { z } from "zod";
import { Severity } from "#domain/severity.ts";

/**
 * The wire format of a Docker host: what the agent sends and what an evidence folder holds (interfaces.md §3). Only the
 * fields that controls read are named; everything else is dropped. Engines from 28.3 on leave out empty fields, so every
 * field may be absent.
 */
export const SCHEMA_VERSION = 1;

/** A section that could not be collected, with the reason. The engine's own errors arrive as `$status`, `$error`. */
const Failed = z.union([
  z.object({ error: z.object({ code: z.string(), message: z.string() }) }),
  z.object({ $status: z.number(), $error: z.string() }).transform(({ $status, $error }) => ({
    error: { code: `HTTP ${$status}`, message: $error },
  })),
]);
export type FailedSection = z.output<typeof Failed>;

const section = <Shape extends z.ZodType>(shape: Shape) => z.union([Failed, shape]).optional();
const text = z.string().nullish();
const flag = z.boolean().nullish();
const count = z.number().nullish();
const texts = z.array(z.string()).nullish();
const map = z.record(z.string(), z.string().nullable()).nullish();

export const FileFact = z.object({
  path: z.string(),
  exists: z.boolean(),
  real: text,
  type: text,
  symlink: flag,
  uid: count,
  gid: count,
  /** Octal text such as "0644". */
  mode: text,
  dev: count,
  /** POSIX ACL entries beyond owner, group and others, as `getfacl` prints them. */
  acl: texts,
  /** Why it could not be read: ENOENT, EACCES … */
  code: text,
  /** Unit files and drop-ins carry their text. */
  text: text,
});
export type FileFact = z.infer<typeof FileFact>;

const Info = z.object({
  Name: text,
  Containers: count,
  ContainersRunning: count,
  ContainersPaused: count,
  ContainersStopped: count,
  Images: count,
  Driver: text,
  DriverStatus: z.array(z.array(z.string())).nullish(),
  LoggingDriver: text,
  CgroupDriver: text,
  CgroupVersion: text,
  OperatingSystem: text,
  OSType: text,
  KernelVersion: text,
  Architecture: text,
  DockerRootDir: text,
  SecurityOptions: texts,
  LiveRestoreEnabled: flag,
  ExperimentalBuild: flag,
  Debug: flag,
  MemoryLimit: flag,
  PidsLimit: flag,
  MemTotal: count,
  Warnings: texts,
  DefaultRuntime: text,
  Runtimes: z.record(z.string(), z.object({ path: text }).nullable()).nullish(),
  Plugins: z.object({ Authorization: texts, Log: texts }).nullish(),
  FirewallBackend: z.object({ Driver: text }).nullish(),
  Labels: texts,
  RegistryConfig: z
    .object({
      InsecureRegistryCIDRs: texts,
      IndexConfigs: z.record(z.string(), z.object({ Secure: flag, Official: flag }).nullable()).nullish(),
    })
    .nullish(),
  Swarm: z
    .object({
      NodeID: text,
      NodeAddr: text,
      LocalNodeState: text,
      ControlAvailable: flag,
      Managers: count,
      Nodes: count,
      RemoteManagers: z.array(z.object({ Addr: text })).nullish(),
    })
    .nullish(),
});
const Version = z.object({
  Version: text,
  ApiVersion: text,
  MinAPIVersion: text,
  Experimental: flag,
  Components: z.array(z.object({ Name: z.string(), Version: text, Details: map })).nullish(),
});
const ContainerSummary = z.object({
  Id: z.string(),
  Names: texts,
  Image: text,
  ImageID: text,
  State: text,
  Status: text,
  Created: count,
  Labels: map,
});
const Binding = z.object({ HostIp: text, HostPort: text });
const Bindings = z.record(z.string(), z.array(Binding).nullable()).nullish();
const Health = z.object({ Test: texts }).nullish();
export const ContainerInspect = z.object({
  Id: z.string(),
  Name: z.string(),
  Created: text,
  Image: text,
  AppArmorProfile: text,
  ProcessLabel: text,
  MountLabel: text,
  State: z.object({
    Status: text,
    Running: flag,
    Paused: flag,
    Restarting: flag,
    Pid: count,
    StartedAt: text,
    FinishedAt: text,
    Health: z.object({ Status: text }).nullish(),
  }),
  HostConfig: z.object({
    Binds: texts,
    NetworkMode: text,
    PortBindings: Bindings,
    AutoRemove: flag,
    CapAdd: texts,
    CapDrop: texts,
    CgroupnsMode: text,
    IpcMode: text,
    PidMode: text,
    Privileged: flag,
    PublishAllPorts: flag,
    ReadonlyRootfs: flag,
    SecurityOpt: texts,
    UTSMode: text,
    UsernsMode: text,
    CpuShares: count,
    Memory: count,
    NanoCpus: count,
    CgroupParent: text,
    CpuPeriod: count,
    CpuQuota: count,
    CpusetCpus: text,
    MemoryReservation: count,
    PidsLimit: count,
    DeviceCgroupRules: texts,
    Devices: z.array(z.object({ PathOnHost: text, PathInContainer: text, CgroupPermissions: text })).nullish(),
    DeviceRequests: z.array(z.unknown()).nullish(),
    Ulimits: z.array(z.object({ Name: z.string(), Hard: z.number(), Soft: z.number() })).nullish(),
    RestartPolicy: z.object({ Name: text, MaximumRetryCount: count }).nullish(),
    LogConfig: z.object({ Type: text, Config: map }).nullish(),
  }),
  Mounts: z
    .array(
      z.object({
        Type: text,
        Name: text,
        Source: text,
        Destination: text,
        Driver: text,
        RW: flag,
        Propagation: text,
      }),
    )
    .nullish(),
  Config: z.object({
    User: text,
    Env: texts,
    Image: text,
    Labels: map,
    Healthcheck: Health,
    Cmd: texts,
    Entrypoint: texts,
  }),
  NetworkSettings: z
    .object({ Ports: Bindings, Networks: z.record(z.string(), z.object({ NetworkID: text }).nullable()).nullish() })
    .nullish(),
  ImageManifestDescriptor: z.object({ digest: text }).nullish(),
});
export type ContainerInspect = z.infer<typeof ContainerInspect>;
const ImageSummary = z.object({
  Id: z.string(),
  ParentId: text,
  RepoTags: texts,
  RepoDigests: texts,
  Created: count,
  Size: count,
  Containers: count,
  Labels: map,
});
const ImageInspect = z.object({
  Id: z.string(),
  RepoTags: texts,
  RepoDigests: texts,
  Created: text,
  Architecture: text,
  Os: text,
  Size: count,
  Config: z.object({ User: text, Env: texts, Healthcheck: Health, Labels: map }).nullish(),
});
const HistoryEntry = z.object({ CreatedBy: text, Comment: text, Created: count, Size: count, Tags: texts, Id: text });
const Network = z.object({
  Name: z.string(),
  Id: z.string(),
  Driver: text,
  Scope: text,
  Ingress: flag,
  Internal: flag,
  Options: map,
});
const Top = z.union([Failed, z.object({ Titles: texts, Processes: z.array(z.array(z.string())).nullish() })]);
const SwarmService = z.object({
  ID: text,
  Spec: z
    .object({
      Name: text,
      TaskTemplate: z
        .object({
          ContainerSpec: z
            .object({ Image: text, Env: texts, Secrets: z.array(z.object({ SecretName: text })).nullish() })
            .nullish(),
          RestartPolicy: z.object({ Condition: text, MaxAttempts: count }).nullish(),
          Networks: z.array(z.object({ Target: text })).nullish(),
        })
        .nullish(),
      EndpointSpec: z
        .object({ Ports: z.array(z.object({ PublishedPort: count, PublishMode: text })).nullish() })
        .nullish(),
    })
    .nullish(),
});
const Swarm = z.object({
  swarm: section(
    z.object({
      ID: text,
      CreatedAt: text,
      UpdatedAt: text,
      RootRotationInProgress: flag,
      Spec: z
        .object({
          EncryptionConfig: z.object({ AutoLockManagers: flag }).nullish(),
          CAConfig: z.object({ NodeCertExpiry: count }).nullish(),
        })
        .nullish(),
      TLSInfo: z.object({ TrustRoot: text }).nullish(),
    }),
  ),
  nodes: section(
    z.array(
      z.object({
        ID: text,
        Spec: z.object({ Role: text }).nullish(),
        ManagerStatus: z.object({ Leader: flag, Reachability: text }).nullish(),
      }),
    ),
  ),
  services: section(z.array(SwarmService)),
  secrets: section(z.array(z.unknown())),
});
const Volumes = z.object({
  volumes: z
    .object({
      Volumes: z.array(z.object({ Name: text, Driver: text, Mountpoint: text, Options: map })).nullish(),
    })
    .nullish(),
});

/** State of a container's main process as the kernel sees it; ids of namespaces as `/proc/<pid>/ns/*` links print them. */
const ProcessState = z.object({
  pid: z.number(),
  uid: count,
  hostUid: count,
  noNewPrivs: count,
  seccomp: count,
  capEff: text,
  appArmor: text,
  namespaces: z.record(z.string(), z.string()).nullish(),
  memoryMaxBytes: count,
  pidsMax: count,
  cpuMax: text,
  cpuWeight: count,
  cgroup: text,
});

const Host = z.object({
  hostname: text,
  uid: count,
  groupDocker: text,
  /** Users whose primary group is the socket's group, and other lines of the group file that matter. */
  primaryGroupUsers: texts,
  groups: texts,
  passwdUidOfDockerUsers: z.unknown().optional(),
  processes: z.array(z.object({ pid: z.number(), comm: text, exe: text, argv: texts })).nullish(),
  daemonUid: text,
  daemonArgv: texts,
  daemonExe: text,
  configFilePath: text,
  configFile: z.unknown().optional(),
  files: z.array(FileFact).nullish(),
  certsD: z.array(FileFact).nullish(),
  tls: z.record(z.string(), z.union([FileFact, z.string()]).nullable()).nullish(),
  units: z.record(z.string(), z.array(FileFact)).nullish(),
  mountinfo: texts,
  audit: z
    .object({
      auditctlPresent: flag,
      auditctl: z.object({ rc: count, out: text, err: text }).nullish(),
      auditctlStatus: text,
      auditRules: text,
      rulesD: z.record(z.string(), z.string().nullable()).nullish(),
      error: z.object({ code: z.string(), message: z.string() }).nullish(),
    })
    .nullish(),
  env: z.object({ DOCKER_CONTENT_TRUST: text, etcEnvironment: text, profileD: text }).nullish(),
  listening: texts,
  lsm: text,
  selinux: text,
  cgroup2: flag,
  kernel: text,
  osRelease: text,
  containerProcesses: z.record(z.string(), ProcessState).nullish(),
  /** Facts that tell a host managed by AKS or Databricks. */
  managed: z
    .object({
      files: texts,
      processes: texts,
      environment: texts,
      imds: z
        .object({
          name: text,
          resourceGroupName: text,
          vmScaleSetName: text,
          tags: z.record(z.string(), z.string()).nullish(),
        })
        .nullish(),
    })
    .nullish(),
  osEndOfLife: text,
});
export type HostSection = z.infer<typeof Host>;

/** One privileged or root `docker exec` that the agent saw, and since when it has been watching without a gap. */
const ExecObservations = z.object({
  watchingSince: z.iso.datetime(),
  until: z.iso.datetime(),
  execs: z.array(
    z.object({
      at: z.iso.datetime(),
      containerId: z.string(),
      container: z.string(),
      command: z.string(),
      privileged: z.boolean(),
      user: z.string(),
    }),
  ),
});

/** What our own image scan knows of an image, added by the server or the command line; absent = never scanned. */
export const ImageScanFact = z.object({
  scannedAt: z.iso.datetime(),
  fixable: z.partialRecord(Severity, z.number()),
  packages: z.array(z.string()),
  setuidFiles: z.array(z.string()).nullish(),
  secretFiles: z.array(z.string()).nullish(),
  signature: z.enum(["verified", "failed", "none"]).nullish(),
  assessed: z.boolean(),
});
export type ImageScanFact = z.infer<typeof ImageScanFact>;

export const HostEvidence = z.object({
  info: section(Info),
  version: section(Version),
  containersList: section(z.array(ContainerSummary)),
  containersInspect: section(z.array(ContainerInspect)),
  containersTop: section(z.record(z.string(), Top)),
  imagesList: section(z.array(ImageSummary)),
  imagesInspect: section(z.union([z.array(ImageInspect), z.record(z.string(), ImageInspect)])),
  imagesHistory: section(z.record(z.string(), z.union([Failed, z.array(HistoryEntry)]))),
  networks: section(z.array(Network)),
  pluginsVolumes: section(Volumes),
  swarm: section(Swarm),
  host: section(Host),
  execObservations: ExecObservations.nullish(),
  /** By image id (`sha256:…`) or manifest digest. */
  imageScans: z.record(z.string(), ImageScanFact).nullish(),
});
export type HostEvidence = z.infer<typeof HostEvidence>;

export const HostReport = z.object({
  schemaVersion: z.literal(SCHEMA_VERSION),
  /** The id that the server gave at enrolment; a report that names another host than its token is refused. */
  hostId: z.uuid(),
  agentVersion: z.string().max(40),
  /** Grows by one with every report of one agent, so that late and repeated ones can be told. */
  sequence: z.number().int().nonnegative(),
  collectedAt: z.iso.datetime(),
  bootId: z.string().nullish(),
  machineIdHash: z.string().nullish(),
  hostname: z.string(),
  evidence: HostEvidence,
});
export type HostReport = z.infer<typeof HostReport>;

/** What an agent says between reports. `dropped` counts reports that its bounded spool had to give up. */
export const HostHeartbeat = z.object({
  hostId: z.uuid(),
  agentVersion: z.string().max(40),
  sequence: z.number().int().nonnegative(),
  at: z.iso.datetime(),
  spooled: z.number().int().nonnegative(),
  dropped: z.number().int().nonnegative(),
});
export type HostHeartbeat = z.infer<typeof HostHeartbeat>;

/** What an agent says of itself when it exchanges its enrolment token. */
export const HostEnrolment = z.object({
  hostname: z.string().min(1).max(255),
  machineIdHash: z.string().max(128).nullish(),
  bootId: z.string().max(64).nullish(),
  agentVersion: z.string().max(40),
});
export type HostEnrolment = z.infer<typeof HostEnrolment>;

/** The server's answer to an enrolment. The token is shown once and kept by the agent. */
export const HostEnrolled = z.object({
  hostId: z.uuid(),
  token: z.string(),
  heartbeatSeconds: z.number(),
  reportSeconds: z.number(),
});
export type HostEnrolled = z.infer<typeof HostEnrolled>;

/** True when a section is a failure or was never sent. */
export function isFailed(value: unknown): value is FailedSection {
  return typeof value === "object" && value !== null && "error" in value && !Array.isArray(value);
}
