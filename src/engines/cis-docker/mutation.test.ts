import { describe, expect, test } from "vitest";
import type { Outcome, Reading } from "../kit/outcome.ts";
import { HostEvidence } from "./facts.ts";
import { hostFacts } from "./host-facts.ts";
import { Policy } from "./policy.ts";
import { rules } from "./rules/index.ts";

/**
 * Every verdict names where in the evidence its value stands. Changing the value there must change the verdict; else the
 * reading would be decoration. The whole reading is compared too: a verdict that stays must at least show another value.
 */
const now = new Date("2026-11-20T12:00:00Z");
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

function evaluate(rule: (typeof rules)[number], evidence: HostEvidence): Outcome {
  return rule.assess({ facts: hostFacts(evidence), policy, now });
}

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
  ...[true, false, null, undefined, 0, -1, 1, 2, 3, 512, 1_000_000_000_000_000_000],
  ...[
    "host",
    "",
    "false",
    "true",
    "127.0.0.1",
    "80",
    "8080",
    "unconfined",
    "docker-default",
    "root",
    "1000",
    "json-file",
  ],
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
  ...["DOCKER_CONTENT_TRUST=1", "-w / -p rwxa", "none", "2026-11-19T00:00:00Z", "registry.example/a@sha256:1", "0777"],
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

/** Puts `value` where the pointer leads; false when the place does not exist. Keys of maps may hold dots and slashes. */
function put(evidence: unknown, pointer: string, value: unknown): boolean {
  const keys = pointer
    .split("/")
    .slice(1)
    .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
  let here: unknown = evidence;
  while (keys.length > 0) {
    if (typeof here !== "object" || here === null) return false;
    const target = here as Record<string, unknown>;
    // Older pointers write keys with slashes plainly: the longest run of parts that is a key wins.
    const whole = keys.join("/");
    const size = whole in target ? keys.length : 1;
    const key = keys.splice(0, size).join("/");
    if (keys.length === 0) {
      target[key] = value;
      return true;
    }
    // Engines leave empty objects out: the place of a value that is absent is made.
    if (target[key] === undefined || target[key] === null) target[key] = {};
    here = target[key];
  }
  return false;
}

function get(evidence: unknown, pointer: string): unknown {
  let here: unknown = evidence;
  const keys = pointer
    .split("/")
    .slice(1)
    .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
  while (keys.length > 0 && typeof here === "object" && here !== null) {
    const whole = keys.join("/");
    const key = keys.splice(0, whole in here ? keys.length : 1).join("/");
    here = (here as Record<string, unknown>)[key];
  }
  return here;
}

/** Controls whose healthy example is healthy for two reasons at once; their failing examples are still turned. */
const doublyHealthy: Record<string, string> = {
  "docker-container-user": "the example host maps users, so that root in the container is nobody outside as well",
};

const summary = ({ status, readings }: Outcome) => JSON.stringify({ status, readings });

/** True when some change of the value behind the reading changes the verdict. */
function turns(rule: (typeof rules)[number], evidence: HostEvidence, reading: Reading): boolean {
  const before = evaluate(rule, evidence);
  const pointer = reading.pointer ?? "";
  return mutations(get(evidence, pointer)).some((value) => {
    const changed = structuredClone(evidence);
    if (!put(changed, pointer, value)) return false;
    // What the wire format refuses can never reach a rule.
    const parsed = HostEvidence.safeParse(changed);
    if (!parsed.success) return false;
    const after = evaluate(rule, parsed.data);
    return after.status !== before.status && summary(after) !== summary(before);
  });
}

describe.each(rules.map((rule) => [rule.controls["1.8.0"], rule] as const))("control %s", (_, rule) => {
  test(`${rule.id}: the value that a verdict names decides it`, () => {
    const { healthy = [], unhealthy = [], manual = [] } = rule.examples;
    const kept = doublyHealthy[rule.id] ? [] : healthy;
    const cases = [...kept, ...unhealthy, ...(healthy.length + unhealthy.length > 1 ? [] : manual)];
    const failing: string[] = [];
    let tried = 0;
    for (const evidence of cases) {
      const { readings } = evaluate(rule, evidence);
      const pointed = readings.filter(({ pointer }) => pointer);
      // One of several failing items leaves the verdict as it is when only it is mended, so any turning reading will do.
      tried += 1;
      if (!pointed.some((reading) => turns(rule, evidence, reading)))
        failing.push(
          readings
            .map(({ pointer, actual }) => `${pointer} = ${actual}`)
            .slice(0, 3)
            .join("; ") || "no reading has a pointer",
        );
    }
    if (exceptions[rule.id]) return;
    expect(tried, "has examples").toBeGreaterThan(0);
    expect(failing).toEqual([]);
  });
});

test("every exception is a rule that exists", () => {
  expect(Object.keys(exceptions).filter((id) => !rules.some((rule) => rule.id === id))).toEqual([]);
});
