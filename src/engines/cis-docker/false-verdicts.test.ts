import { describe, expect, test } from "vitest";
import { assess } from "./assess.ts";
import { example, exampleDay, swarmExample } from "./example.ts";
import { HostEvidence } from "./facts.ts";
import { Policy } from "./policy.ts";

/** States of a host that a text makes look well: a control passes only when what the kernel or the engine does was read. */
function outcomeOf(evidence: HostEvidence, control: string, policy: object = {}) {
  const { controls } = assess(evidence, { now: exampleDay, policy: Policy.parse(policy) });
  const outcome = controls.find((entry) => entry.control === control)?.outcome;
  return {
    status: outcome?.status,
    items: [...new Set(outcome?.readings.map(({ item }) => item))],
    actual: outcome?.readings.map(({ actual }) => actual).join("; "),
    notes: outcome?.notes ?? [],
  };
}
const status = (evidence: HostEvidence, control: string, policy: object = {}) =>
  outcomeOf(evidence, control, policy).status;

const WEB = "1f".repeat(32);
const OTHER = "2e".repeat(32);
const web = (state: object) => ({ containerProcesses: { [WEB]: { pid: 4100, ...state } } });
const bind = (Source: string, more: object = {}) => ({
  Mounts: [{ Type: "bind", Source, Destination: "/m", RW: true, ...more }],
});
const linked = (path: string, real: string) => ({ path, exists: true, real, symlink: true, type: "dir" });
const volume = (Options: object) => ({
  container: { Mounts: [{ Type: "volume", Name: "v", Source: "/var/lib/docker/volumes/v/_data", Destination: "/m" }] },
  volumes: [{ Name: "v", Driver: "local", Options }],
});
const other = (more: object = {}) => ({
  ...{ Id: OTHER, Name: "/other", Image: "x", State: { Status: "running" }, Config: { User: "1" }, HostConfig: {} },
  ...more,
});

describe("who a container runs as (4.1)", () => {
  const user = (User: string, more: object = {}) =>
    example({ config: { User }, info: { SecurityOptions: [] }, ...more });
  test.each<[string, HostEvidence, string]>([
    ["a name with uid 0", user("toor", { host: web({ hostUid: 0 }) }), "unhealthy"],
    ["a name with uid 0 in its namespace", user("toor", { host: web({ uid: 0 }) }), "unhealthy"],
    ["+0", user("+0"), "unhealthy"],
    ["-0:5", user("-0:5"), "unhealthy"],
    ["a number of its own whose process is root", user("1000", { host: web({ hostUid: 0 }) }), "unhealthy"],
    ["a name whose process is not root", user("app", { host: web({ hostUid: 1000 }) }), "healthy"],
    [
      "root that users are mapped for, and is root of the host",
      example({ config: { User: "0" }, host: web({ hostUid: 0 }) }),
      "unhealthy",
    ],
    ["root that is mapped", example({ config: { User: "0" }, host: web({ hostUid: 100_000 }) }), "healthy"],
    ["+5 is a user", user("+5"), "healthy"],
  ])("%s", (_, evidence, expected) => expect(status(evidence, "4.1")).toBe(expected));
});

describe("what a mount shows of the host (5.6, 5.32)", () => {
  test.each<[string, string, HostEvidence, string]>([
    [
      "a link to /etc",
      "5.6",
      example({ container: bind("/srv/cfg"), files: [linked("/srv/cfg", "/etc")] }),
      "unhealthy",
    ],
    ["a link to /", "5.6", example({ container: bind("/srv/all"), files: [linked("/srv/all", "/")] }), "unhealthy"],
    [
      "a link to / reaches the socket",
      "5.32",
      example({ container: bind("/srv/all"), files: [linked("/srv/all", "/")] }),
      "unhealthy",
    ],
    [
      "a folder below a link",
      "5.6",
      example({ container: bind("/srv/cfg/ssl"), files: [linked("/srv/cfg", "/etc")], host: { mountSources: [] } }),
      "unhealthy",
    ],
    [
      "a link to the socket",
      "5.32",
      example({ container: bind("/srv/e.sock"), files: [linked("/srv/e.sock", "/run/docker.sock")] }),
      "unhealthy",
    ],
    [
      "a link to the daemon's second socket",
      "5.32",
      example({
        argv: ["-H", "unix:///srv/run/d.sock"],
        container: bind("/srv/e"),
        files: [linked("/srv/e", "/srv/run")],
      }),
      "unhealthy",
    ],
    [
      "a source of which nothing was read",
      "5.6",
      example({ container: bind("/srv/data"), host: { mountSources: [] } }),
      "unknown",
    ],
    [
      "nothing read, for the socket",
      "5.32",
      example({ container: bind("/srv/data"), host: { mountSources: null } }),
      "unknown",
    ],
    [
      "a source that may not be read",
      "5.6",
      example({
        container: bind("/srv/data"),
        host: { mountSources: [{ path: "/srv/data", exists: false, code: "EACCES" }] },
      }),
      "unknown",
    ],
    [
      "a source that is not there",
      "5.6",
      example({
        container: bind("/srv/data"),
        host: { mountSources: [{ path: "/srv/data", exists: false, code: "ENOENT" }] },
      }),
      "healthy",
    ],
    ["a folder that leads to itself", "5.6", example({ container: bind("/srv/data") }), "healthy"],
    [
      "the zone file by its link",
      "5.6",
      example({
        container: bind("/etc/localtime", { RW: false }),
        files: [linked("/etc/localtime", "/usr/share/zoneinfo/UTC")],
      }),
      "healthy",
    ],
    [
      "a harmless name that leads elsewhere",
      "5.6",
      example({ container: bind("/etc/localtime", { RW: false }), files: [linked("/etc/localtime", "/etc/shadow")] }),
      "unhealthy",
    ],
    ["a volume on /etc", "5.6", example(volume({ type: "none", o: "bind", device: "/etc" })), "unhealthy"],
    [
      "a volume on a link to /etc",
      "5.6",
      example({ ...volume({ o: "bind", device: "/srv/cfg" }), files: [linked("/srv/cfg", "/etc")] }),
      "unhealthy",
    ],
    [
      "a volume laid over /etc",
      "5.6",
      example(volume({ type: "overlay", o: "lowerdir=/etc,upperdir=/srv/u,workdir=/srv/w" })),
      "unhealthy",
    ],
    ["a volume of the disk that holds /", "5.6", example(volume({ type: "ext4", device: "/dev/sda1" })), "unhealthy"],
    ["a volume of its own", "5.6", example(volume({})), "healthy"],
    ["a volume in memory", "5.6", example(volume({ type: "tmpfs", device: "tmpfs" })), "healthy"],
    ["a volume whose options were not read", "5.6", example({ ...volume({}), without: ["pluginsVolumes"] }), "unknown"],
    [
      "a folder of the host that /etc is bound to",
      "5.6",
      example({
        container: bind("/srv/e"),
        host: { mountinfo: ["20 1 8:1 / / rw - ext4 /dev/sda1 rw", "40 20 8:1 /etc /srv/e rw - ext4 /dev/sda1 rw"] },
      }),
      "unhealthy",
    ],
    [
      "the data root in use",
      "5.6",
      example({ container: bind("/data/docker"), info: { DockerRootDir: "/data/docker" } }),
      "unhealthy",
    ],
    [
      "a folder that holds the data root",
      "5.6",
      example({ container: bind("/data"), info: { DockerRootDir: "/data/docker" } }),
      "unhealthy",
    ],
    [
      "a folder beside the data root",
      "5.6",
      example({ container: bind("/data/web"), info: { DockerRootDir: "/data/docker" } }),
      "healthy",
    ],
    [
      "a socket by another name, not followed",
      "5.32",
      example({ container: bind("/srv/engine", { Destination: "/e.sock" }), host: { mountSources: [] } }),
      "unhealthy",
    ],
    [
      "containerd's socket elsewhere",
      "5.32",
      example({ argv: ["--containerd", "/srv/c/c.sock"], container: bind("/srv/c") }),
      "unhealthy",
    ],
    [
      "the socket of another program, followed",
      "5.32",
      example({ container: bind("/srv/db", { Destination: "/db.sock" }) }),
      "healthy",
    ],
  ])("%s (%s)", (_, control, evidence, expected) => expect(status(evidence, control)).toBe(expected));

  test("a site that allows the name of a link has not allowed where it leads", () => {
    const evidence = example({ container: bind("/srv/cfg"), files: [linked("/srv/cfg", "/etc")] });
    expect(status(evidence, "5.6", { allowedMounts: ["/srv/cfg"] })).toBe("unhealthy");
    expect(status(evidence, "5.6", { allowedMounts: ["/etc"] })).toBe("manual");
  });
});

describe("rules of the audit system (1.1.11: the daemon configuration file)", () => {
  const watch = "-w /etc/docker/daemon.json -p wa -k docker";
  test.each<[string, string[], string]>([
    ["a never for the folder in front", ["-a never,exit -F dir=/etc/docker", watch], "unhealthy"],
    ["a never for the file in front", ["-a exit,never -F path=/etc/docker/daemon.json", watch], "unhealthy"],
    ["a never behind it", [watch, "-a never,exit -F dir=/etc/docker"], "healthy"],
    ["a never for everything", ["-a never,exit -S all", watch], "unhealthy"],
    ["a never for what root does", ["-a never,exit -F uid=0", watch], "unhealthy"],
    ["a never for every task", ["-a never,task", watch], "unhealthy"],
    ["a never for one program elsewhere", ["-a never,exit -F exe=/usr/bin/agentd", watch], "healthy"],
    ["a never for another folder", ["-a never,exit -F dir=/dev/shm", watch], "healthy"],
    ["a never for reads", ["-a never,exit -F dir=/etc -F perm=r", watch], "healthy"],
    ["a never for calls that change no file", ["-a never,exit -F arch=b64 -S adjtimex", watch], "healthy"],
    ["records whose parts are dropped", ["-a always,exclude -F msgtype=PATH", watch], "unhealthy"],
    ["records that are never dropped", ["-a never,exclude -F msgtype=PATH", watch], "healthy"],
    ["records without their folder", ["-a always,exclude -F msgtype=CWD", watch], "healthy"],
    ["a never of another list", ["-a never,user -F subj_type=crond_t", watch], "healthy"],
    ["execution alone", ["-a always,exit -F arch=b64 -S execve -F path=/etc/docker/daemon.json"], "unhealthy"],
    ["failures alone", ["-a always,exit -F path=/etc/docker/daemon.json -F perm=wa -F success=0"], "unhealthy"],
    [
      "successes, which are all changes",
      ["-a always,exit -F path=/etc/docker/daemon.json -F perm=wa -F success=1"],
      "healthy",
    ],
    ["one error code", ["-a always,exit -F path=/etc/docker/daemon.json -F perm=wa -F exit=-EACCES"], "unhealthy"],
    ["one user", ["-a always,exit -F path=/etc/docker/daemon.json -F perm=wa -F uid=1000"], "unhealthy"],
    ["people who signed in", ["-a always,exit -F dir=/etc/docker -F perm=wa -F auid>=1000"], "unhealthy"],
    ["one program", ["-a always,exit -F dir=/etc/docker -F perm=wa -F exe=/usr/bin/vi"], "unhealthy"],
    ["a comparison", ["-a always,exit -F dir=/etc/docker -F perm=wa -C uid!=euid"], "unhealthy"],
    ["32-bit programs alone", ["-a always,exit -F arch=b32 -F dir=/etc/docker -F perm=wa"], "unhealthy"],
    [
      "every call of both kinds",
      ["-a always,exit -F arch=b64 -S all -F dir=/etc/docker -F perm=wa -F key=d"],
      "healthy",
    ],
    [
      "the calls that change files",
      [`-a always,exit -S openat,truncate,unlinkat,renameat2,fchmodat,fchownat,setxattr -F dir=/etc/docker`],
      "healthy",
    ],
    ["writes without attributes", ["-a always,exit -F dir=/etc/docker -F perm=w"], "unhealthy"],
    [
      "a rule that records less in front of one that records all",
      ["-a always,exit -F dir=/etc/docker -F perm=wa -F uid=5", watch],
      "healthy",
    ],
    ["another list", ["-a always,user -F dir=/etc/docker"], "unhealthy"],
  ])("%s", (_, rules, expected) => expect(status(example({ auditRules: rules }), "1.1.11")).toBe(expected));

  test("a never for a part of the data root leaves its changes out", () => {
    const rules = ["-a never,exit -F dir=/var/lib/docker/overlay2", "-w /var/lib/docker -p wa"];
    expect(outcomeOf(example({ auditRules: rules }), "1.1.5")).toMatchObject({ status: "unhealthy" });
    expect(outcomeOf(example({ auditRules: rules }), "1.1.5").actual).toContain("stands in front");
  });

  const files = (rulesD: Record<string, string>) =>
    example({ host: { audit: { auditctlPresent: true, auditctl: { rc: 255, err: "no" }, auditRules: "", rulesD } } });
  test.each<[string, Record<string, string>, string]>([
    ["-A puts a never in front", { "d.rules": `${watch}\n-A never,exit -F dir=/etc/docker` }, "unhealthy"],
    ["a never of an earlier file", { "10.rules": "-a never,exit -F dir=/etc", "50.rules": watch }, "unhealthy"],
    ["a never of a later file", { "9.rules": watch, "10.rules": "-a never,exit -F dir=/etc" }, "healthy"],
    ["-D forgets what stood before", { "10.rules": watch, "20.rules": "-D" }, "unhealthy"],
    ["-e 0 switches it off", { "10.rules": watch, "99.rules": "-e 0" }, "unhealthy"],
  ])("written: %s", (_, rulesD, expected) => expect(status(files(rulesD), "1.1.11")).toBe(expected));
});

describe("confinement by the kernel (5.2, 5.3, 5.4, 5.22, 5.26, 5.31)", () => {
  const selinux = (more: object) => example({ info: { SecurityOptions: ["name=selinux"] }, ...more });
  const label = (ProcessLabel: string) => ({ container: { ProcessLabel } });
  test.each<[string, string, HostEvidence, string]>([
    ["complain mode", "5.2", example({ host: web({ appArmor: "docker-default (complain)" }) }), "unhealthy"],
    [
      "a profile in unconfined mode",
      "5.2",
      example({ host: web({ appArmor: "docker-default (unconfined)" }) }),
      "unhealthy",
    ],
    ["enforced", "5.2", example({ host: web({ appArmor: "docker-default (enforce)" }) }), "healthy"],
    [
      "permissive",
      "5.3",
      selinux({ ...label("system_u:system_r:container_t:s0:c1"), host: { selinux: "Permissive" } }),
      "unhealthy",
    ],
    ["the engine's own type", "5.3", selinux(label("system_u:system_r:container_runtime_t:s0")), "unhealthy"],
    ["an unconfined type", "5.3", selinux(label("unconfined_u:unconfined_r:unconfined_t:s0")), "unhealthy"],
    [
      "a process with another label than asked",
      "5.3",
      selinux({
        ...label("system_u:system_r:container_t:s0:c1"),
        host: web({ appArmor: "system_u:system_r:spc_t:s0" }),
      }),
      "unhealthy",
    ],
    ["a type of one's own", "5.3", selinux(label("system_u:system_r:my_app.process:s0:c1,c2")), "healthy"],
    ["a capability that the runtime added", "5.4", example({ host: web({ capEff: "0000000000200000" }) }), "unhealthy"],
    ["no capability at all", "5.4", example({ host: web({ capEff: "0000000000000000" }) }), "healthy"],
    [
      "no-new-privileges that the process does not have",
      "5.26",
      example({ host: web({ noNewPrivs: 0 }) }),
      "unhealthy",
    ],
    [
      "a process outside the daemon's mapping",
      "5.31",
      example({ host: { namespaces: { user: "user:[1]" }, ...web({ namespaces: { user: "user:[1]" } }) } }),
      "unhealthy",
    ],
    [
      "a process inside it",
      "5.31",
      example({ host: { namespaces: { user: "user:[1]" }, ...web({ namespaces: { user: "user:[2]" } }) } }),
      "healthy",
    ],
    [
      "a hostname of the host by its process",
      "5.21",
      example({ host: { namespaces: { uts: "uts:[1]" }, ...web({ namespaces: { uts: "uts:[1]" } }) } }),
      "unhealthy",
    ],
  ])("%s (%s)", (_, control, evidence, expected) => expect(status(evidence, control)).toBe(expected));
});

describe("SSH servers (5.7)", () => {
  test.each([
    ["/lib64/ld-linux-x86-64.so.2 /usr/sbin/sshd -D", "unhealthy"],
    ["/lib/ld-musl-x86_64.so.1 --library-path /opt/lib /usr/sbin/sshd", "unhealthy"],
    ["dropbearmulti dropbear -F -p 22", "unhealthy"],
    ["/usr/bin/tini -- /usr/sbin/sshd -D", "unhealthy"],
    ["sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups", "unhealthy"],
    ["/usr/lib/openssh/sshd-session", "unhealthy"],
    ["env LANG=C /usr/sbin/sshd", "healthy"],
    ["dropbearmulti dbclient host", "healthy"],
    ["/lib64/ld-linux-x86-64.so.2 /usr/bin/app sshd", "healthy"],
    ["vi /etc/ssh/sshd", "healthy"],
  ])("%s", (line, expected) => expect(status(example({ top: [line] }), "5.7")).toBe(expected));
});

describe("content trust (4.5)", () => {
  const env = (etcEnvironment: string, profileD = "") => example({ host: { env: { etcEnvironment, profileD } } });
  test.each<[string, HostEvidence, string]>([
    ["true", env("DOCKER_CONTENT_TRUST=true"), "healthy"],
    ["a word that is no boolean", env('DOCKER_CONTENT_TRUST="enforce"'), "healthy"],
    ["a later 0", env("DOCKER_CONTENT_TRUST=1\nDOCKER_CONTENT_TRUST=0"), "unhealthy"],
    ["a script that takes it back", env("DOCKER_CONTENT_TRUST=1", "export DOCKER_CONTENT_TRUST=false"), "unhealthy"],
    ["a script that unsets it", env("DOCKER_CONTENT_TRUST=1", "unset DOCKER_CONTENT_TRUST"), "unhealthy"],
    ["a later 1", env("DOCKER_CONTENT_TRUST=0", "export DOCKER_CONTENT_TRUST='1'"), "healthy"],
    ["a comment", env("# DOCKER_CONTENT_TRUST=1"), "unhealthy"],
    ["an empty value", env("DOCKER_CONTENT_TRUST="), "unhealthy"],
    ["an assignment that is none", env("DOCKER_CONTENT_TRUST = 1"), "unhealthy"],
    ["another variable", env("DOCKER_CONTENT_TRUST_SERVER=https://notary"), "unhealthy"],
  ])("%s", (_, evidence, expected) => expect(status(evidence, "4.5")).toBe(expected));
});

describe("who controls the daemon (1.1.2)", () => {
  const service = (nameService: object | null, more: object = {}) =>
    example({ host: { groupDocker: "docker:x:998:", groups: ["docker:x:998:"], nameService, ...more } });
  const two = (more: object) =>
    example({ argv: ["-H", "unix:///var/run/docker.sock", "-H", "unix:///srv/api.sock"], ...more });
  const second = (more: object) => [{ path: "/srv/api.sock", type: "socket", mode: "0660", gid: 0, ...more }];
  test.each<[string, HostEvidence, string]>([
    [
      "members that only the name service knows",
      service({ sources: ["files", "sss"], groups: ["docker:x:998:mallory"] }),
      "manual",
    ],
    ["a name service that was not asked", service({ sources: ["files", "sss"], groups: null }), "unknown"],
    ["our collector without word of it", service(null), "unknown"],
    ["files as the only source", service({ sources: ["files"], groups: null }), "healthy"],
    ["a name service that knows nobody", service({ sources: ["files", "ldap"], groups: ["docker:x:998:"] }), "healthy"],
    ["a second socket that was not collected", two({}), "unknown"],
    ["a second socket open to all", two({ files: second({ mode: "0666" }) }), "unhealthy"],
    ["a second socket of a group nobody knows", two({ files: second({ gid: 555 }) }), "unknown"],
    [
      "a second socket of a group with members",
      two({ files: second({ gid: 555 }), host: { groups: ["ci:x:555:builder"], nameService: { sources: ["files"] } } }),
      "manual",
    ],
    ["a socket of a user", two({ files: second({ uid: 1001 }) }), "manual"],
    ["a second socket of root alone", two({ files: second({}) }), "healthy"],
  ])("%s", (_, evidence, expected) => expect(status(evidence, "1.1.2")).toBe(expected));

  test("who is not trusted fails although others were not read", () => {
    const evidence = example({
      host: { groupDocker: "docker:x:998:eve", groups: ["docker:x:998:eve"], nameService: null },
    });
    expect(status(evidence, "1.1.2", { trustedUsers: ["alice"] })).toBe("unhealthy");
  });
});

describe("ports of containers on the host's network and of services (5.8, 5.14)", () => {
  const onHost = (host: object, more: object = {}) => example({ hostConfig: { NetworkMode: "host" }, host, ...more });
  const line = (address: string, pid: number) => `LISTEN 0 511 ${address} *:* users:(("httpd",pid=${pid},fd=4))`;
  const service = (port: object) =>
    swarmExample({ services: [{ ID: "s", Spec: { Name: "shop", EndpointSpec: { Ports: [port] } } }] });
  test.each<[string, string, HostEvidence, string]>([
    ["nobody looked", "5.8", onHost({}), "unknown"],
    ["nobody looked", "5.14", onHost({}), "unknown"],
    ["port 80", "5.8", onHost({ containerListening: [line("*:80", 4100)] }), "unhealthy"],
    ["port 80 on every interface", "5.14", onHost({ containerListening: [line("[::]:80", 4100)] }), "unhealthy"],
    ["port 8080", "5.8", onHost({ containerListening: [line("127.0.0.1:8080", 4100)] }), "healthy"],
    ["port 8080 on loopback", "5.14", onHost({ containerListening: [line("127.0.0.1:8080", 4100)] }), "healthy"],
    ["nothing", "5.8", onHost({ containerListening: [] }), "notApplicable"],
    ["a port of another process", "5.8", onHost({ containerListening: [line("*:80", 9)] }), "notApplicable"],
    [
      "lines of every program, as recordings have them",
      "5.8",
      onHost({ listening: [line("*:80", 4100)] }),
      "unhealthy",
    ],
    ["a service on port 80", "5.8", service({ PublishedPort: 80, PublishMode: "ingress" }), "unhealthy"],
    ["a service on every node", "5.14", service({ PublishedPort: 8080, PublishMode: "ingress" }), "unhealthy"],
    [
      "a port that the swarm chose",
      "5.14",
      swarmExample({
        services: [{ ID: "s", Spec: { Name: "shop" }, Endpoint: { Ports: [{ PublishedPort: 30001 }] } }],
      }),
      "unhealthy",
    ],
    [
      "a socket of a child nobody knows",
      "5.8",
      onHost({ containerListening: [line("*:80", 4999)] }, { without: ["containersTop"] }),
      "unknown",
    ],
    ["a service on port 8080", "5.8", service({ PublishedPort: 8080 }), "healthy"],
  ])("%s (%s)", (_, control, evidence, expected) => expect(status(evidence, control)).toBe(expected));

  test("the finding names the service; a worker says that it cannot know", () => {
    expect(outcomeOf(service({ PublishedPort: 80 }), "5.8").items).toEqual(["service shop"]);
    const worker = swarmExample({ swarmInfo: { ControlAvailable: false }, swarm: { services: null } });
    expect(outcomeOf(worker, "5.8").notes).toContain(
      "Ports that services of the swarm publish are judged on its managers.",
    );
  });
});

describe("whose namespaces and networks (5.10, 5.16, 5.30)", () => {
  const hostNetwork = { Name: "host", Id: `be${"1".repeat(62)}`, Driver: "host", Options: {} };
  const byId = { hostConfig: { NetworkMode: hostNetwork.Id }, networks: [hostNetwork] };
  const joins = { HostConfig: { NetworkMode: `container:${WEB}` } };
  test.each<[string, string, HostEvidence, string[]]>([
    ["the host's network by its id", "5.10", example(byId), ["web"]],
    ["one that joins it", "5.10", example({ ...byId, containers: [other(joins)] }), ["other", "web"]],
    [
      "a process in the host's own",
      "5.16",
      example({ host: { namespaces: { pid: "pid:[1]" }, ...web({ namespaces: { pid: "pid:[1]" } }) } }),
      ["web"],
    ],
    [
      "joined to one on the default bridge",
      "5.30",
      example({ container: { NetworkSettings: { Networks: { bridge: {} } } }, containers: [other(joins)] }),
      ["other", "web"],
    ],
  ])("%s (%s)", (_, control, evidence, items) => {
    expect(outcomeOf(evidence, control)).toMatchObject({ status: "unhealthy" });
    expect(outcomeOf(evidence, control).items.sort()).toEqual(items);
  });

  test("what it joined is gone, and the kernel tells whose it is", () => {
    const gone = (net: string) =>
      example({
        hostConfig: { NetworkMode: "container:gone" },
        host: { namespaces: { net: "net:[1]" }, ...web({ namespaces: { net } }) },
      });
    expect(status(gone("net:[1]"), "5.10")).toBe("unhealthy");
    expect(status(gone("net:[2]"), "5.10")).toBe("healthy");
  });
});

describe("containers that could not be inspected", () => {
  const listed = (State: string) => [
    { Id: WEB, Names: ["/web"], State: "running" },
    { Id: OTHER, Names: ["/broken"], State, Mounts: [{ Type: "bind", Source: "/", Destination: "/h", RW: true }] },
  ];
  const failure = { error: { code: "HTTP 500", message: `RWLayer of container ${OTHER} is unexpectedly nil` } };
  const partial = (state: string, privileged = false) => {
    const evidence = example({ hostConfig: { Privileged: privileged } });
    const inspected = evidence.containersInspect as object[];
    return { ...evidence, containersList: listed(state), containersInspect: [...inspected, failure] } as HostEvidence;
  };
  test("a stopped one is told in a note and costs nothing else", () => {
    expect(outcomeOf(partial("exited"), "5.5")).toMatchObject({ status: "healthy" });
    expect(outcomeOf(partial("exited"), "5.5").notes.join()).toContain("broken is stopped and could not be inspected");
  });
  test("a running one is unknown by its name, and hides no failing one", () => {
    expect(outcomeOf(partial("running"), "5.5")).toMatchObject({ status: "unknown", items: ["broken"] });
    expect(outcomeOf(partial("running", true), "5.5")).toMatchObject({ status: "unhealthy", items: ["web"] });
  });
  test("a failure that carries its id is told apart although another container ended in between", () => {
    const evidence = partial("exited");
    const gone = { Id: "3f".repeat(32), Names: ["/gone"], State: "running" };
    const failed = { error: { code: "HTTP 500", message: "no" }, Id: OTHER };
    const [web] = evidence.containersInspect as object[];
    const parsed = HostEvidence.parse({
      ...evidence,
      containersList: [...(evidence.containersList as object[]), gone],
      containersInspect: [web, failed],
    });
    expect(outcomeOf(parsed, "5.5")).toMatchObject({ status: "healthy" });
  });
  test("the list shows what it mounts", () => {
    expect(outcomeOf(partial("running"), "5.6")).toMatchObject({ status: "unhealthy", items: ["broken"] });
    const whole = { ...example(), containersList: listed("running"), containersInspect: failure } as HostEvidence;
    expect(outcomeOf(whole, "5.32")).toMatchObject({ status: "unhealthy", items: ["broken"] });
    expect(outcomeOf(whole, "5.5")).toMatchObject({ status: "unknown", items: ["web", "broken"] });
  });
});

describe("files and programs of the engine, wherever they were installed", () => {
  const unit = (name: string, mode: string) => ({
    units: { [name]: [{ path: `/etc/systemd/system/${name}`, exists: true, type: "file", uid: 0, gid: 0, mode }] },
  });
  const snap = "snap.docker.dockerd.service";
  const at = (exe: string) => ({ pid: 6, comm: "containerd", exe, argv: [] });
  const gone = { path: "/usr/bin/containerd", exists: false, code: "ENOENT" };
  test.each<[string, string, HostEvidence, string]>([
    ["the unit of a snap", "3.2", example({ host: { ...unit(snap, "0666"), daemonUnit: snap } }), "unhealthy"],
    ["the unit of a snap, by its name alone", "3.2", example({ host: unit(snap, "0666") }), "unhealthy"],
    ["a unit that was not collected", "3.2", example({ host: { units: {}, daemonUnit: snap } }), "unknown"],
    [
      "a snap whose unit was not collected",
      "3.1",
      example({ host: { units: {}, daemonExe: "/snap/docker/1/bin/dockerd" } }),
      "unknown",
    ],
    [
      "a snap's unit is watched or not",
      "1.1.7",
      example({ host: { ...unit(snap, "0644"), daemonUnit: snap } }),
      "unhealthy",
    ],
    [
      "containerd in /usr/local",
      "1.1.14",
      example({ host: { processes: [at("/usr/local/bin/containerd")] }, files: [gone] }),
      "unhealthy",
    ],
    [
      "its shim, of which nothing was read",
      "1.1.17",
      example({
        host: { processes: [at("/usr/local/bin/containerd")] },
        files: [gone, { ...gone, path: "/usr/bin/containerd-shim-runc-v2" }],
      }),
      "unknown",
    ],
    [
      "a wrapper as the default runtime, and runc behind it",
      "1.1.18",
      example({
        info: { DefaultRuntime: "nvidia", Runtimes: { nvidia: { path: "nvidia-container-runtime" } } },
        auditRules: ["-w /usr/bin/nvidia-container-runtime -p wa"],
      }),
      "unhealthy",
    ],
    [
      "both watched",
      "1.1.18",
      example({
        info: { DefaultRuntime: "nvidia", Runtimes: { nvidia: { path: "nvidia-container-runtime" } } },
        auditRules: ["-w /usr/bin -p wa"],
      }),
      "healthy",
    ],
    [
      "a file that was read and is said not to be there",
      "3.18",
      example({ configFile: {}, files: [{ ...gone, path: "/etc/docker/daemon.json" }] }),
      "unknown",
    ],
    ["an engine that did not answer", "1.1.5", example({ without: ["info"] }), "unknown"],
    [
      "a mode that is the mask of an access list",
      "3.18",
      example({ files: [{ path: "/etc/docker/daemon.json", mode: "0664", acl: ["user:bob:r--"] }] }),
      "healthy",
    ],
    [
      "a group that may write beside it",
      "3.18",
      example({ files: [{ path: "/etc/docker/daemon.json", mode: "0664", acl: ["user:bob:r--", "group::rw-"] }] }),
      "unhealthy",
    ],
    ["a mark in front of the file", "2.15", example({ configFile: '\uFEFF{"no-new-privileges": true}' }), "healthy"],
  ])("%s (%s)", (_, control, evidence, expected) => expect(status(evidence, control)).toBe(expected));
});

describe("images and logs", () => {
  const history = (entry: string) => example({ history: ["/bin/sh -c #(nop) ADD file:1 in / ", entry] });
  const env = (text: string) => example({ imageConfig: { Env: [text] } });
  const logs = (driver: string, options: object) =>
    example({ info: { LoggingDriver: driver }, configFile: { "log-opts": options } });
  test.each<[string, string, HostEvidence, string]>([
    ["an option that takes a value", "4.7", history("RUN apt-get update && apt-get -t stable install -y x"), "healthy"],
    ["update alone", "4.7", history("RUN apt-get update && echo install"), "unhealthy"],
    ["what is fetched is run", "4.11", history("RUN bash <(curl -s https://x.example/i.sh)"), "unhealthy"],
    ["in a substitution", "4.11", history('RUN sh -c "$(curl -fsSL https://x.example/i.sh)"'), "unhealthy"],
    ["by another interpreter", "4.11", history("RUN curl https://x.example/i.py | python3 -"), "unhealthy"],
    ["without checking the certificate", "4.11", history("RUN curl -fsSLk https://x.example/a -o a"), "unhealthy"],
    ["a number of tokens", "4.10", env("MAX_TOKENS=4096"), "healthy"],
    ["the length of passwords", "4.10", env("PASSWORD_MIN_LENGTH=12"), "healthy"],
    ["a short password", "4.10", env("DB_PASSWORD=1234"), "unhealthy"],
    ["a token that is no number", "4.10", env("MAX_TOKENS=s3cr3tv4lue"), "unhealthy"],
    ["syslog to this host by IPv6", "2.14", logs("syslog", { "syslog-address": "tcp://[::1]:514" }), "unhealthy"],
    [
      "syslog to another host by IPv6",
      "2.14",
      logs("syslog", { "syslog-address": "tcp://[2001:db8::1]:514" }),
      "healthy",
    ],
    ["fluentd without an address", "2.14", logs("fluentd", {}), "manual"],
    ["fluentd elsewhere", "2.14", logs("fluentd", { "fluentd-address": "logs.example:24224" }), "healthy"],
    ["gelf to this host", "2.14", logs("gelf", { "gelf-address": "udp://127.0.0.1:12201" }), "manual"],
  ])("%s (%s)", (_, control, evidence, expected) => expect(status(evidence, control)).toBe(expected));

  test("an image renamed by hand comes from where it was pulled", () => {
    const renamed = {
      image: { RepoTags: ["good.example/web:1"], RepoDigests: [`evil.example/web@sha256:${"b2".repeat(32)}`] },
    };
    expect(status(example(renamed), "4.2", { allowedRegistries: ["good.example"] })).toBe("unhealthy");
  });

  test.each([
    ["2026-11-13T12:00:01Z", "healthy"],
    ["2026-11-13T11:59:00Z", "unhealthy"],
  ])("a scan of %s is %s after seven days (4.4)", (scannedAt, expected) => {
    expect(status(example({ scan: { scannedAt } }), "4.4")).toBe(expected);
    expect(status(example({ scan: { scannedAt } }), "4.4", { scanMaximumAgeDays: 30 })).toBe("healthy");
  });

  test("a rootless engine on cgroup version 1 sets no memory limit, whatever was asked (5.11)", () => {
    const rootless = (CgroupVersion: string) =>
      example({ info: { SecurityOptions: ["name=rootless"], CgroupVersion }, hostConfig: { Memory: 1e9 } });
    expect(status(rootless("1"), "5.11")).toBe("unhealthy");
    expect(status(rootless("2"), "5.11")).toBe("healthy");
  });
});
