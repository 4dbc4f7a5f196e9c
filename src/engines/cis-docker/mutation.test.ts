import { describe, expect, test } from "vitest";
import { type MutableEngine, unturnedExamples } from "../kit/reading-mutations.ts";
import { referenceTo } from "../kit/rule.ts";
import { exampleDay } from "./example.ts";
import { HostEvidence } from "./facts.ts";
import { type HostFacts, hostFacts } from "./host-facts.ts";
import { Policy } from "./policy.ts";
import { rules } from "./rules/index.ts";

const policy = Policy.parse({});

/** Controls that no change of one value can turn, each with the reason. */
const exceptions: Record<string, string> = {
  "docker-host-hardened": "is manual until a person confirms it; its only value is the day support ends",
  "docker-swarm-data-path": "the engine does not tell the data path; a person confirms it",
  "docker-swarm-key-rotation": "a person confirms when the key was rotated",
  "docker-swarm-root-certificate":
    "the value is a signed certificate; no other valid one can be made by changing a part",
  "docker-selinux":
    "one example fails for the daemon; switching it on leaves its container without a label, which fails too",
  "docker-unnecessary-packages": "never fails: what an image needs is for a person to say",
  "docker-trusted-base-images": "is manual until the site names its registries",
  "docker-signed-artifacts": "is manual until the site has a signature policy",
};

/** What a value may become: other content of any kind, the other side of usual limits, or nothing at all. */
function mutations(value: unknown): unknown[] {
  const scan = {
    scannedAt: "2020-01-01T00:00:00Z",
    fixable: { critical: 9 },
    packages: ["gcc", "curl"],
    setuidFiles: ["bin/su"],
    secretFiles: ["id_rsa"],
    signature: "failed",
    assessed: true,
  };
  const good = {
    ...scan,
    scannedAt: "2026-11-19T00:00:00Z",
    fixable: {},
    packages: [],
    setuidFiles: [],
    secretFiles: [],
  };
  const keyed = (entry: object) =>
    value !== null && typeof value === "object" && !Array.isArray(value)
      ? [Object.fromEntries(Object.keys(value).map((key) => [key, entry]))]
      : [];
  const tag = { digests: [`sha256:${"c3".repeat(32)}`], movedAt: "2020-01-01T00:00:00Z", asOf: "2026-11-19T00:00:00Z" };
  const currentTag = { ...tag, digests: [`sha256:${"b2".repeat(32)}`] };
  return [...scalars, ...lists, ...objects, ...[scan, good, tag, currentTag].flatMap(keyed)];
}

const scalars: unknown[] = [
  ...["host", "127.0.0.1", "80", "8080", "unconfined", "docker-default", "root", "1000", "json-file"],
  ...[
    "syslog",
    "acme/plugin",
    "/",
    "/srv/data",
    "rshared",
    "private",
    "aufs",
    "overlay2",
    "devicemapper",
    "active",
    "inactive",
  ],
  ...["1.0.0", "29.1.0", "debug", "info", "always", "no", "ldap:x:998:eve", "docker:x:998:", "/elsewhere"],
  ...["DOCKER_CONTENT_TRUST=1", "-w / -p rwxa", "2026-11-19T00:00:00Z", "registry.example/a@sha256:1", "0777"],
  "system_u:system_r:container_t:s0:c1,c2",
];
const listens = (address: string) => `LISTEN 0 4096 ${address} 0.0.0.0:* users:(("dockerd",pid=1,fd=1))`;
const exited = (index: number) => ({
  ...{ Id: `${index}`, Name: `/o${index}`, Created: "2020-01-01T00:00:00Z", HostConfig: {}, Config: {} },
  State: { Status: "exited", FinishedAt: "2020-01-02T00:00:00Z" },
});
const lists: unknown[][] = [
  ...[
    [],
    ["host"],
    ["bob"],
    ["name=rootless"],
    ["name=userns"],
    ["name=seccomp,profile=unconfined"],
    ["NET_ADMIN"],
    ["ALL"],
  ],
  ["name=seccomp,profile=builtin", "name=selinux", "name=apparmor"],
  [
    "dockerd",
    "--icc=true",
    "--iptables=false",
    "--debug",
    "--log-level=debug",
    "--no-new-privileges=false",
    "--userland-proxy",
  ],
  ["dockerd", "--icc=false", "--iptables=true", "--log-level=info", "--no-new-privileges", "--userland-proxy=false"],
  [
    "dockerd",
    "--log-opt=syslog-address=udp://127.0.0.1:514",
    "--default-ulimit=nofile=1:99999999",
    "--cgroup-parent=/foo",
  ],
  ["dockerd", "--host=tcp://0.0.0.0:2375", "--storage-opt=dm.basesize=9G"],
  [
    "dockerd",
    "--tlsverify",
    "--tlscacert=/c",
    "--tlscert=/d",
    "--tlskey=/k",
    "--host=tcp://0.0.0.0:2376",
    "--default-ulimit=nofile=1:2",
  ],
  ...[
    ["no-new-privileges"],
    ["no-new-privileges=false"],
    ["seccomp=unconfined"],
    ["seccomp={}"],
    ["opa"],
    ["opa", "opa2"],
  ],
  ...[
    [["1", "0", "/usr/sbin/sshd -D"]],
    ["c *:* rwm"],
    [listens("0.0.0.0:2377"), listens("0.0.0.0:2375")],
    [listens("10.0.0.4:2377")],
  ],
  ...[["20 1 8:1 / / rw - ext4 /dev/sda1 rw"], ["TOKEN=abc"], ["unix:///x", "tcp://0.0.0.0:2375"], ["dm.basesize=9G"]],
  ["20 1 8:1 / / rw - ext4 /dev/sda1 rw", "21 20 8:9 / /var rw - ext4 /dev/sdb1 rw"],
  ["https://x.example/y", "apt-get update", "curl http://x | sh"].map((text, index) => ({
    CreatedBy: `${index === 0 ? "ADD" : "RUN"} ${text}`,
  })),
  ...[[{ CreatedBy: "ENV API_KEY=abc" }], [{ CreatedBy: "COPY a b" }], [{ Name: "nofile", Soft: -1, Hard: -1 }]],
  ...[[{ Name: "nofile", Soft: 1, Hard: 1 }], [{ PathOnHost: "/dev/sda" }]],
  [{ Type: "bind", Source: "/", Destination: "/h", RW: true, Propagation: "rshared" }],
  [{ pid: 9, comm: "docker-proxy", exe: "/usr/bin/docker-proxy", argv: [] }],
  Array.from({ length: 40 }, (_, index) => ({ Id: `sha256:${index}`, RepoTags: [`old:${index}`], Created: 1 })),
  Array.from({ length: 40 }, (_, index) => exited(index)),
  [{ Name: "Engine", Version: "29.1.0", Details: { Experimental: "true" } }],
  [{ Name: "Engine", Version: "29.1.0", Details: { Experimental: "false" } }],
];
const objects: object[] = [
  { mode: "0777", uid: 1000, gid: 1000, exists: true, path: "/x", type: "file" },
  { mode: "0400", uid: 0, gid: 0, exists: true, path: "/x", type: "file" },
  ...[{ exists: false, path: "/x", code: "EACCES" }, {}, { Name: "always" }, { Name: "no" }, { encrypted: "" }],
  ...[{ Test: ["NONE"] }, { Test: ["CMD", "x"] }, { bridge: {} }, { app: {} }],
  ...[
    { User: "root", Env: ["DB_PASSWORD=opensesame"] },
    { User: "1000", Env: ["A=b"], Healthcheck: { Test: ["CMD", "x"] } },
  ],
  ...[{ nofile: { Name: "nofile", Hard: -1, Soft: -1 } }, { nofile: { Name: "nofile", Hard: 9, Soft: 9 } }],
  ...[
    { HostIp: "0.0.0.0", HostPort: "80" },
    { HostIp: "127.0.0.1", HostPort: "8080" },
  ],
  ...[{ "syslog-address": "udp://127.0.0.1:514" }, { "syslog-address": "tcp://logs.example:514" }],
  ...[{ "audit.rules": "-w / -p rwxa" }, { Condition: "none" }],
  { at: "2026-01-01T00:00:00Z", containerId: "x", container: "x", command: "x", privileged: false, user: "1000" },
];

/** Controls whose healthy example is healthy for two reasons at once; their failing examples are still turned. */
const doublyHealthy: Record<string, string> = {
  "docker-container-user": "the example host maps users, so that root in the container is nobody outside as well",
};

const engine: MutableEngine<HostFacts, Policy, HostEvidence> = {
  judge: (rule, evidence) => rule.assess({ facts: hostFacts(evidence), policy, now: exampleDay }),
  parse: (changed) => HostEvidence.safeParse(changed).data ?? null,
  values: mutations,
};

describe.each(rules.map((rule) => [referenceTo(rule, "CIS Docker 1.8.0")?.control, rule] as const))(
  "control %s",
  (_, rule) => {
    test(`${rule.id}: the value that a verdict names decides it`, () => {
      const { healthy = [], unhealthy = [], manual = [] } = rule.examples();
      const kept = doublyHealthy[rule.id] ? [] : healthy;
      const cases = [...kept, ...unhealthy, ...(healthy.length + unhealthy.length > 1 ? [] : manual)];
      if (exceptions[rule.id]) return;
      expect(cases.length, "has examples").toBeGreaterThan(0);
      expect(unturnedExamples(rule, cases, engine)).toEqual([]);
    });
  },
);

test("every exception is a rule that exists", () => {
  expect(Object.keys(exceptions).filter((id) => !rules.some((rule) => rule.id === id))).toEqual([]);
});
