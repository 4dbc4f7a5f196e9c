import path from "node:path";
import { describe, expect, test } from "vitest";
import { readEvidence } from "#cli/audit-evidence.ts";
import { assess } from "./assess.ts";
import { example, swarmExample } from "./example.ts";
import { HostEvidence } from "./facts.ts";
import { rules } from "./rules/index.ts";

/**
 * Takes evidence away at random, the same way in every run. Nothing may crash, and no control that failed or was not known
 * may be met because something was not read.
 */
const now = new Date("2026-11-24T00:00:00Z");
const fixture = path.join(import.meta.dirname, "..", "..", "..", "tests", "fixtures", "cis", "host-a");

/** Numbers from 0 to below 1 that follow from the seed (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

type Tree = Record<string, unknown>;
const isTree = (value: unknown): value is Tree => typeof value === "object" && value !== null;

/** Every place below `value`, as the keys that lead to it. */
function placesOf(value: unknown, above: string[] = []): string[][] {
  if (!isTree(value)) return [];
  return Object.keys(value).flatMap((key) => [[...above, key], ...placesOf(value[key], [...above, key])]);
}

function parentOf(tree: Tree, place: string[]): Tree {
  let parent: Tree = tree;
  for (const key of place.slice(0, -1)) parent = parent[key] as Tree;
  return parent;
}

function remove(tree: Tree, place: string[]): void {
  const parent = parentOf(tree, place);
  const key = place.at(-1) ?? "";
  if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else delete parent[key];
}

function replace(tree: Tree, place: string[], value: unknown): void {
  parentOf(tree, place)[place.at(-1) ?? ""] = value;
}

const odd = [null, "", 0, -1, true, "x", [], {}, [[]], { error: { code: "EIO", message: "lost" } }, Number.MAX_VALUE];

function statuses(raw: unknown): Record<string, string> {
  const parsed = HostEvidence.safeParse(raw);
  if (!parsed.success)
    throw new Error(`The evidence as a whole was refused: ${parsed.error.issues[0]?.path.join(".")}`);
  return Object.fromEntries(
    assess(parsed.data, { now }).controls.map(({ control, outcome }) => [control, outcome.status]),
  );
}

/** Controls that were failing or not known and are met now. */
function turned(before: Record<string, string>, after: Record<string, string>): string[] {
  return Object.keys(before).filter(
    (control) => ["unhealthy", "unknown"].includes(before[control] ?? "") && after[control] === "healthy",
  );
}

/** Of the host these only add to what the engine answers, or decide where something stands. */
const additions = ["containerProcesses", "processes", "osRelease", "osEndOfLife", "listening"];

/**
 * Places whose loss is no loss of evidence by the benchmark's own words: a field that an engine leaves out has its zero
 * value, and so has a key of a configuration file that was read.
 */
function isNoLoss([section, name = "", key]: string[]): boolean {
  if (section !== "host") return name !== "";
  return additions.includes(name) || (name === "configFile" && key !== undefined);
}

/** Hosts that fail in many ways: the recorded one, and what is rare there. */
async function hosts(): Promise<[string, Tree][]> {
  const bad = example({
    argv: [
      "--config-file",
      "/srv/d.json",
      "-H",
      "unix:///srv/d.sock",
      "-H",
      "tcp://0.0.0.0:2375",
      "--tlskey",
      "/srv/key.pem",
    ],
    files: [
      { path: "/srv/d.json", mode: "0666", uid: 7 },
      { path: "/srv/d.sock", mode: "0666", uid: 7, type: "socket" },
      { path: "/srv/key.pem", mode: "0644", uid: 7 },
      { path: "/etc/docker", mode: "0777", gid: 7 },
      { path: "/etc/default/docker", exists: false, code: "EACCES" },
    ],
    host: {
      configFilePath: "/srv/d.json",
      units: {
        "docker.service": [{ path: "/etc/d.conf", exists: true, uid: 7, gid: 0, mode: "0666" }],
        "docker.socket": [],
      },
      certsD: [{ path: "/etc/docker/certs.d/r/ca.crt", exists: true, uid: 7, gid: 0, mode: "0666" }],
      env: { etcEnvironment: "" },
      mountinfo: ["20 1 8:1 / / rw - ext4 /dev/sda1 rw"],
    },
    configFile: { iptables: false, "log-level": "debug", "cgroup-parent": "/x" },
    auditRules: [],
  });
  const swarm = swarmExample({ spec: { EncryptionConfig: {} }, swarmInfo: { Managers: 2 } });
  return [
    ["the recorded host", (await readEvidence(fixture)) as unknown as Tree],
    ["a host of bad files", bad as unknown as Tree],
    ["a manager of a swarm", swarm as unknown as Tree],
  ];
}

describe.each(await hosts())("%s", (_, whole) => {
  const before = statuses(whole);
  const places = placesOf(whole);

  test("loses any one part: nothing that failed or was not known is met", () => {
    const random = randomNumbers(7);
    const lossy = places.filter((place) => !isNoLoss(place));
    const found = lossy
      // A share of them in each run is the same share in every run.
      .filter(() => random() < 120 / lossy.length)
      .flatMap((place) => {
        const tree = structuredClone(whole);
        remove(tree, place);
        return turned(before, statuses(tree)).map((control) => `${control} without ${place.join("/")}`);
      });
    expect(found).toEqual([]);
  });

  test("loses parts and gets odd values at random: nothing crashes, every control answers", () => {
    const random = randomNumbers(20_261_124);
    const any = <Value>(list: readonly Value[]): Value => list[Math.floor(random() * list.length)] as Value;
    for (let round = 0; round < 16; round += 1) {
      const tree = structuredClone(whole);
      for (let change = 0; change < 4; change += 1) {
        const place = any(placesOf(tree));
        if (random() < 0.4) remove(tree, place);
        else replace(tree, place, any(odd));
      }
      expect(Object.keys(statuses(tree))).toHaveLength(rules.length);
    }
  });

  test("loses whole sections, or gets errors in their place: nothing that failed or was not known is met", () => {
    const sections = Object.keys(whole).filter((name) => name !== "execObservations" && name !== "imageScans");
    const found = sections.flatMap((name) =>
      [undefined, 7, [], {}, { $status: 500, $error: "lost" }].flatMap((value) =>
        turned(before, statuses({ ...whole, [name]: value })).map(
          (control) => `${control}: ${name} ${JSON.stringify(value)}`,
        ),
      ),
    );
    expect(found).toEqual([]);
  });
});
