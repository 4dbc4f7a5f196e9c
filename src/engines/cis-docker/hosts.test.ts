import { describe, expect, test } from "vitest";
import { assess } from "./assess.ts";
import { example, swarmExample } from "./example.ts";
import type { HostEvidence } from "./facts.ts";
import { Policy } from "./policy.ts";
import { rules } from "./rules/index.ts";

const now = new Date("2026-11-20T12:00:00Z");

/** Verdict of one control of 1.8.0, with its failing items. */
function verdict(evidence: HostEvidence, control: string, policy: object = {}) {
  const result = assess(evidence, { now, policy: Policy.parse(policy) });
  const outcome = result.controls.find((entry) => entry.control === control)?.outcome;
  return {
    status: outcome?.status,
    items: outcome?.status === "unhealthy" ? [...new Set(outcome.readings.map(({ item }) => item))] : [],
    severity: outcome?.severity,
  };
}
const status = (evidence: HostEvidence, control: string, policy: object = {}) =>
  verdict(evidence, control, policy).status;
const port = (HostIp: string, HostPort: string) => ({
  NetworkSettings: { Ports: { "80/tcp": [{ HostIp, HostPort }] } },
});
const mount = (Source: string, RW: boolean) => ({ Mounts: [{ Type: "bind", Source, Destination: "/m", RW }] });
const other = (hostConfig: object, state = "running") => ({
  ...{ Id: "2e".repeat(32), Name: "/other", Image: "x", State: { Status: state }, Config: { User: "1" } },
  HostConfig: hostConfig,
});

describe("where docker-bench-security is wrong", () => {
  test.each<[string, string, HostEvidence, string]>([
    [
      "--no-new-privileges=false is no pass",
      "2.15",
      example({ argv: ["--no-new-privileges=false"], configFile: {} }),
      "unhealthy",
    ],
    [
      "--log-level debug in two words is read",
      "2.3",
      example({ argv: ["--log-level", "debug"], configFile: {} }),
      "unhealthy",
    ],
    [
      "mode 0622 is below 644 and open all the same",
      "3.18",
      example({ files: [{ path: "/etc/docker/daemon.json", mode: "0622" }] }),
      "unhealthy",
    ],
    ["mode 0446", "3.20", example({ files: [{ path: "/etc/default/docker", mode: "0446" }] }), "unhealthy"],
    [
      "a folder of mode 0727",
      "3.6",
      example({ files: [{ path: "/etc/docker", mode: "0727", type: "dir" }] }),
      "unhealthy",
    ],
    [
      "--config-file elsewhere",
      "3.18",
      example({ host: { configFilePath: "/srv/d.json" }, files: [{ path: "/srv/d.json", mode: "0666" }] }),
      "unhealthy",
    ],
    [
      "a drop-in anyone can write",
      "3.2",
      example({
        host: {
          units: {
            "docker.service": [
              { path: "/usr/lib/systemd/system/docker.service", exists: true, uid: 0, gid: 0, mode: "0644" },
              {
                path: "/etc/systemd/system/docker.service.d/override.conf",
                exists: true,
                uid: 0,
                gid: 0,
                mode: "0666",
              },
            ],
          },
        },
      }),
      "unhealthy",
    ],
    [
      "the key of a registry with another group",
      "3.7",
      example({
        host: {
          certsD: [
            { path: "/etc/docker/certs.d/r/client.key", exists: true, type: "file", uid: 0, gid: 5, mode: "0400" },
          ],
        },
      }),
      "unhealthy",
    ],
    [
      "a rule for daemon.json is none for /etc/docker",
      "1.1.6",
      example({ auditRules: ["-w /etc/docker/daemon.json -p rwxa"] }),
      "unhealthy",
    ],
    [
      "a rule for containerd-shim is none for containerd",
      "1.1.14",
      example({ auditRules: ["-w /usr/bin/containerd-shim -p rwxa"] }),
      "unhealthy",
    ],
    ["a watch on a parent folder counts", "1.1.11", example({ auditRules: ["-w /etc -p wa"] }), "healthy"],
    [
      "-F path on a folder does not reach its files",
      "1.1.11",
      example({ auditRules: ["-a always,exit -F path=/etc/docker -F perm=wa"] }),
      "unhealthy",
    ],
    ["-F dir does", "1.1.11", example({ auditRules: ["-a always,exit -F dir=/etc/docker -F perm=wa"] }), "healthy"],
    [
      "a rule that records reads only",
      "1.1.11",
      example({ auditRules: ["-w /etc/docker/daemon.json -p r"] }),
      "unhealthy",
    ],
    [
      "rules.d counts where auditctl is refused",
      "1.1.18",
      example({
        host: {
          audit: {
            auditctlPresent: true,
            auditctl: { rc: 255, out: "", err: "Operation not permitted" },
            auditRules: "",
            rulesD: { "docker.rules": "-w /usr/bin/runc -p rwxa" },
          },
        },
      }),
      "healthy",
    ],
    [
      "nothing readable is unknown, not failed",
      "1.1.18",
      example({
        host: {
          audit: {
            auditctlPresent: true,
            auditctl: { rc: 255, err: "Operation not permitted" },
            auditRules: null,
            rulesD: {},
          },
        },
      }),
      "unknown",
    ],
    [
      "auditing switched off",
      "1.1.18",
      example({
        host: { audit: { auditctl: { rc: 0, out: "-w /usr/bin/runc -p rwxa" }, auditctlStatus: "enabled 0" } },
      }),
      "unhealthy",
    ],
    ["no swarm is no pass", "7.1", example(), "notApplicable"],
    [
      "no AppArmor is not applicable",
      "5.2",
      example({ info: { SecurityOptions: ["name=seccomp,profile=builtin"] } }),
      "notApplicable",
    ],
    [
      "a data root bound onto itself",
      "1.1.1",
      example({
        host: {
          mountinfo: ["20 1 8:1 / / rw - ext4 a rw", "70 20 8:1 /var/lib/docker /var/lib/docker rw - ext4 a rw"],
        },
      }),
      "unhealthy",
    ],
    ["ali is not alice", "1.1.2", example({ host: { groupDocker: "docker:x:998:ali" } }), "manual"],
    ["tcp in argv with =", "2.8", example({ argv: ["-H=tcp://0.0.0.0:2375"] }), "unhealthy"],
    [
      "tlsverify in the file",
      "2.8",
      example({
        configFile: { hosts: ["tcp://0.0.0.0:2376"], tlsverify: true, tlscacert: "/c", tlscert: "/d", tlskey: "/k" },
      }),
      "healthy",
    ],
    ["TLS without verification", "2.8", example({ argv: ["--tls", "-H", "tcp://0.0.0.0:2376"] }), "unhealthy"],
    [
      "2376 of swarm and metrics are no API",
      "2.8",
      example({
        argv: ["--metrics-addr=127.0.0.1:9323"],
        host: {
          listening: [
            'LISTEN 0 1 *:2377 *:* users:(("dockerd",pid=1,fd=1))',
            'LISTEN 0 1 127.0.0.1:9323 *:* users:(("dockerd",pid=1,fd=2))',
          ],
        },
      }),
      "notApplicable",
    ],
    ["cgroup-parent in the file", "2.11", example({ configFile: { "cgroup-parent": "/foo" } }), "unhealthy"],
    ["the driver local", "2.14", example({ info: { LoggingDriver: "local" } }), "unhealthy"],
    ["journald alone", "2.14", example({ info: { LoggingDriver: "journald" } }), "unhealthy"],
    [
      "syslog to loopback",
      "2.14",
      example({ configFile: { "log-opts": { "syslog-address": "udp://127.0.0.1:514" } } }),
      "unhealthy",
    ],
    [
      "builtin and default are both the profile",
      "2.18",
      example({ info: { SecurityOptions: ["name=seccomp,profile=default"] } }),
      "healthy",
    ],
    [
      "live restore as it is, not as it is written",
      "2.16",
      example({ info: { LiveRestoreEnabled: false }, argv: ["--live-restore"] }),
      "unhealthy",
    ],
    ["experimental of 20.10", "2.19", example({ info: { ExperimentalBuild: true } }), "unhealthy"],
    [
      "each socket that dockerd opens",
      "3.16",
      example({ argv: ["-H", "unix:///srv/d.sock"], files: [{ path: "/srv/d.sock", type: "socket", mode: "0666" }] }),
      "unhealthy",
    ],
    [
      "a socket of another group",
      "3.15",
      example({ files: [{ path: "/var/run/docker.sock", type: "socket", mode: "0660", gid: 100 }] }),
      "unhealthy",
    ],
    [
      "root:root as user",
      "4.1",
      example({ config: { User: "root:root" }, info: { SecurityOptions: [] } }),
      "unhealthy",
    ],
    ["0:0 as user", "4.1", example({ config: { User: "0:0" }, info: { SecurityOptions: [] } }), "unhealthy"],
    [
      "a variable of the agent's own shell",
      "4.5",
      example({ host: { env: { DOCKER_CONTENT_TRUST: "1", etcEnvironment: "" } } }),
      "unhealthy",
    ],
    ["HEALTHCHECK NONE", "4.6", example({ imageConfig: { Healthcheck: { Test: ["NONE"] } } }), "unhealthy"],
    [
      "update alone, late in a long entry",
      "4.7",
      example({ history: [`RUN /bin/sh -c ${"echo x; ".repeat(40)}apt-get update # buildkit`] }),
      "unhealthy",
    ],
    ["a script called update.sh", "4.7", example({ history: ["RUN /bin/sh -c ./update.sh # buildkit"] }), "healthy"],
    [
      "an update with options before its install",
      "4.7",
      example({ history: ["RUN apt-get -o A::B=c update && apt-get -o A::B=c -y install x"] }),
      "healthy",
    ],
    [
      "the root file system of a base image",
      "4.9",
      example({ history: ["/bin/sh -c #(nop) ADD file:1 in / ", "/bin/sh -c #(nop) CMD [sh]"] }),
      "healthy",
    ],
    [
      "SECRET in the middle of a name",
      "4.10",
      example({ imageConfig: { Env: ["APP_SECRET_VALUE=s3cr3t9"] } }),
      "unhealthy",
    ],
    [
      "a redacted value is a value",
      "4.10",
      example({ imageConfig: { Env: ["DB_PASSWORD=<redacted sha256=ab length=9 kind=plain>"] } }),
      "unhealthy",
    ],
    [
      "a redacted path is none",
      "4.10",
      example({ imageConfig: { Env: ["DB_PASSWORD=<redacted sha256=ab length=9 kind=path>"] } }),
      "healthy",
    ],
    [
      "no-new-privileges is no SELinux label",
      "5.3",
      example({ info: { SecurityOptions: ["name=selinux"] }, hostConfig: { SecurityOpt: ["no-new-privileges"] } }),
      "unhealthy",
    ],
    ["a privileged container has every capability", "5.4", example({ hostConfig: { Privileged: true } }), "unhealthy"],
    [
      "a read-only mount beside a writable one",
      "5.6",
      example({
        container: {
          Mounts: [
            { Type: "bind", Source: "/etc/ssl", Destination: "/a", RW: false },
            { Type: "bind", Source: "/srv", Destination: "/b", RW: true },
          ],
        },
      }),
      "unhealthy",
    ],
    ["/etc/passwd", "5.6", example({ container: mount("/etc/passwd", false) }), "unhealthy"],
    ["/lib64", "5.6", example({ container: mount("/lib64", false) }), "unhealthy"],
    ["/ read-only", "5.6", example({ container: mount("/", false) }), "unhealthy"],
    ["/etc/localtime read-only", "5.6", example({ container: mount("/etc/localtime", false) }), "healthy"],
    ["port 1024 is not privileged", "5.8", example({ container: port("127.0.0.1", "1024") }), "healthy"],
    ["port 1023 is", "5.8", example({ container: port("127.0.0.1", "1023") }), "unhealthy"],
    ["a binding of [::]", "5.14", example({ container: port("::", "8080") }), "unhealthy"],
    [
      "joined to a container with host network",
      "5.10",
      example({
        hostConfig: { NetworkMode: "container:other" },
        containers: [other({ NetworkMode: "host" }, "exited")],
      }),
      "unhealthy",
    ],
    [
      "joined to a container with host IPC",
      "5.17",
      example({
        hostConfig: { IpcMode: `container:${"2e".repeat(32)}` },
        containers: [other({ IpcMode: "host" }, "exited")],
      }),
      "unhealthy",
    ],
    [
      "limits of a parent slice",
      "5.11",
      example({
        hostConfig: { Memory: 0 },
        host: { containerProcesses: { ["1f".repeat(32)]: { pid: 1, memoryMaxBytes: 1e9 } } },
      }),
      "healthy",
    ],
    ["a reservation is no limit", "5.11", example({ hostConfig: { Memory: 0, MemoryReservation: 1e9 } }), "unhealthy"],
    ["a CPU quota", "5.12", example({ hostConfig: { CpuShares: 0, CpuQuota: 50_000 } }), "healthy"],
    ["always", "5.15", example({ hostConfig: { RestartPolicy: { Name: "always" } } }), "unhealthy"],
    ["unless-stopped", "5.15", example({ hostConfig: { RestartPolicy: { Name: "unless-stopped" } } }), "unhealthy"],
    ["DeviceCgroupRules", "5.18", example({ hostConfig: { DeviceCgroupRules: ["a *:* rwm"] } }), "unhealthy"],
    ["the daemon's default limit", "5.19", example({ hostConfig: { Ulimits: [] } }), "healthy"],
    [
      "raised above the daemon's",
      "5.19",
      example({ hostConfig: { Ulimits: [{ Name: "nofile", Soft: 1, Hard: 9_999_999 }] } }),
      "unhealthy",
    ],
    [
      "privileged without a profile",
      "5.22",
      example({ hostConfig: { Privileged: true, SecurityOpt: [] } }),
      "unhealthy",
    ],
    [
      "no-new-privileges:false",
      "5.26",
      example({ hostConfig: { SecurityOpt: ["no-new-privileges:false"] } }),
      "unhealthy",
    ],
    [
      "the default bridge under another name",
      "5.30",
      example({
        networks: [{ Name: "lan0", Id: "n", Options: { "com.docker.network.bridge.default_bridge": "true" } }],
        container: { NetworkSettings: { Ports: {}, Networks: { lan0: {} } } },
      }),
      "unhealthy",
    ],
    ["userns host", "5.31", example({ hostConfig: { UsernsMode: "host" } }), "unhealthy"],
    ["/var/run holds the socket", "5.32", example({ container: mount("/var/run", true) }), "unhealthy"],
    [
      "containerd's socket",
      "5.32",
      example({ container: mount("/run/containerd/containerd.sock", false) }),
      "unhealthy",
    ],
    [
      "a socket of another name",
      "5.32",
      example({ argv: ["-H", "unix:///srv/engine/d.sock"], container: mount("/srv/engine", true) }),
      "unhealthy",
    ],
    [
      "a named volume over /var/run",
      "5.32",
      example({
        container: { Mounts: [{ Type: "volume", Name: "v", Source: "/x", Destination: "/r" }] },
        volumes: [{ Name: "v", Driver: "local", Options: { device: "/var/run" } }],
      }),
      "unhealthy",
    ],
    ["managers, not leaders", "7.1", swarmExample({ swarmInfo: { Managers: 2, Nodes: 3 } }), "unhealthy"],
    ["30 days pass", "7.7", swarmExample({ spec: { CAConfig: { NodeCertExpiry: 2_592_000e9 } } }), "healthy"],
  ])("%s (%s)", (_, control, evidence, expected) => {
    expect(status(evidence, control)).toBe(expected);
  });

  test("only the ingress network unencrypted is low", () => {
    const evidence = swarmExample({
      networks: [{ Name: "ingress", Id: "o", Driver: "overlay", Ingress: true, Options: {} }],
    });
    expect(verdict(evidence, "7.3")).toMatchObject({ status: "unhealthy", severity: "low" });
  });

  test("only the strict policy minds NET_RAW, as medium", () => {
    const evidence = example({ hostConfig: { CapDrop: null } });
    expect(status(evidence, "5.4")).toBe("healthy");
    expect(verdict(evidence, "5.4", { strictCapabilities: true })).toMatchObject({
      status: "unhealthy",
      items: ["web"],
    });
  });

  test("what a site allows is for a person to confirm, never a pass", () => {
    expect(status(example({ container: mount("/etc/ssl", false) }), "5.6", { allowedMounts: ["/etc/ssl"] })).toBe(
      "manual",
    );
    expect(status(example({ container: port("10.0.0.1", "80") }), "5.8", { allowedPrivilegedPorts: [80] })).toBe(
      "manual",
    );
    expect(
      status(example({ hostConfig: { CapAdd: ["NET_ADMIN"] } }), "5.4", { allowedCapabilities: ["NET_ADMIN"] }),
    ).toBe("manual");
  });
});

describe("kinds of hosts", () => {
  const podman = (options: Parameters<typeof example>[0] = {}) =>
    example({ ...options, version: { Version: "5.2.0", Components: [{ Name: "Podman Engine", Version: "5.2.0" }] } });

  test("Podman: Docker's files and daemon are not applicable with a reason; containers are judged", () => {
    const { controls } = assess(podman({ hostConfig: { Privileged: true } }), { now });
    const judged = controls.filter(
      ({ control, outcome }) => /^([23]\.|1\.1\.)/.test(control) && outcome.status !== "notApplicable",
    );
    expect(judged.map(({ control }) => control)).toEqual([]);
    expect(controls.every(({ outcome }) => outcome.reason.length > 10)).toBe(true);
    expect(status(podman({ hostConfig: { Privileged: true } }), "5.5")).toBe("unhealthy");
  });

  test("rootless: nothing of root's files is judged, 2.1 and 2.10 are met", () => {
    const evidence = example({ info: { SecurityOptions: ["name=seccomp,profile=builtin", "name=rootless"] } });
    for (const control of ["1.1.1", "1.1.2", "3.1", "3.2", "3.3", "3.4", "3.5", "3.15", "3.23"])
      expect(status(evidence, control), control).toBe("notApplicable");
    for (const control of ["2.1", "2.10", "5.31"]) expect(status(evidence, control), control).toBe("healthy");
  });

  const managed = (facts: object, hostname = "vm-1") =>
    assess(example({ host: { hostname, managed: facts } }), { now }).managed;
  test.each<[string, unknown, string | null]>([
    ["AKS scale set", managed({ imds: { vmScaleSetName: "aks-pool1-12345678-vmss" } }), "AKS"],
    [
      "AKS with names of one's own",
      managed({ files: ["/etc/kubernetes/azure.json", "/opt/azure/containers"] }, "node-1"),
      "AKS",
    ],
    [
      "labels of an AKS node pool",
      managed({ processes: ["kubelet --node-labels=kubernetes.azure.com/cluster=MC_a_b_c,agentpool=np1"] }, "node-1"),
      "AKS",
    ],
    [
      "a self-managed node of a scale set",
      managed({ files: ["/etc/kubernetes/azure.json"], imds: { vmScaleSetName: "mine" } }, "node-1"),
      null,
    ],
    [
      "a self-managed node whose kubelet has the cloud provider",
      managed({
        files: ["/etc/kubernetes/azure.json", "/var/lib/kubelet"],
        processes: ["kubelet --cloud-provider=azure --cloud-config=/etc/kubernetes/azure.json"],
      }),
      null,
    ],
    [
      "two weak signals of AKS",
      managed({ imds: { resourceGroupName: "MC_a_b_c" } }, "aks-pool1-12345678-vmss00000a"),
      "AKS",
    ],
    ["Databricks", managed({ imds: { tags: { Vendor: "Databricks", ClusterId: "1" } } }), "Databricks"],
    ["a plain machine called aks-lab", managed({}, "aks-lab"), null],
    ["only named like a node", managed({}, "aks-pool1-12345678-vmss00000a"), null],
    [
      "kubeadm",
      managed({ files: ["/var/lib/kubelet"], processes: ["kubelet --kubeconfig=/etc/kubernetes/kubelet.conf"] }),
      null,
    ],
  ])("%s", (_, found, manager) => {
    expect((found as { manager: string } | null)?.manager ?? null).toBe(manager);
  });

  test.each(["20.10.24", "23.0.6", "25.0.6", "28.3.0", "29.1.0"])(
    "answers of Docker %s, with what later ones leave out",
    (version) => {
      const sparse = example({
        version: { Version: version },
        config: { User: undefined, Env: undefined, Labels: undefined, Healthcheck: undefined },
        imageConfig: { User: undefined, Env: undefined, Healthcheck: undefined, Labels: undefined },
        hostConfig: { CapAdd: undefined, SecurityOpt: undefined, Devices: undefined, Ulimits: undefined },
      });
      const { controls } = assess(sparse, { now });
      expect(controls).toHaveLength(rules.length);
      expect(status(sparse, "5.27")).toBe("unhealthy");
      expect(status(sparse, "4.6")).toBe("unhealthy");
    },
  );

  test("the containerd image store: images are found by manifest digest, and its folder needs a partition too", () => {
    const evidence = example({
      info: { Driver: "overlayfs", DriverStatus: [["driver-type", "io.containerd.snapshotter.v1"]] },
    });
    expect(verdict(evidence, "1.1.1")).toMatchObject({ status: "unhealthy", items: ["/var/lib/containerd"] });
  });

  test("no evidence at all: nothing passes, nothing fails, nothing crashes", () => {
    const { controls } = assess({} as HostEvidence, { now });
    const decided = controls.filter(({ outcome }) => outcome.status === "healthy" || outcome.status === "unhealthy");
    expect(decided.map(({ control }) => control)).toEqual([]);
  });

  test("1,000 containers: the same verdicts on every run", () => {
    const containers = Array.from({ length: 999 }, (_, index) => ({
      ...other({ Privileged: index % 2 === 0 }),
      Id: `${index}`,
      Name: `/c${index}`,
    }));
    const evidence = example({ containers });
    expect(verdict(evidence, "5.5").items).toHaveLength(500);
    expect(verdict(evidence, "5.5")).toEqual(verdict(evidence, "5.5"));
  });
});
