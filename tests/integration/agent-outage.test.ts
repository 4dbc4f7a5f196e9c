import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { type FakeEngine, startFakeEngine } from "#agent/fake-engine.ts";
import { createEnrolment } from "#commands/create-enrolment.ts";
import type { Actor } from "#domain/role.ts";
import { readBlobs } from "#store/blob.ts";
import { newId } from "#store/ids.ts";
import { selectRows, sql } from "#store/sql.ts";
import { type IngestServer, startIngestServer } from "../support/ingest-server.ts";

const admin: Actor = { kind: "user", id: newId(), name: "Admin", role: "admin" };
/** The agent's clock runs this much faster, so that ten of its minutes pass in a third of one. */
const SPEED = 30;
const seed = Number(process.env.BREAKWATER_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));

/** Runs before the agent: its clock runs faster and may be set to another time. */
const otherClock = `
const Real = Date, begun = Number(process.env.TEST_BEGUN), shift = Number(process.env.TEST_SHIFT);
const now = () => begun + (Real.now() - begun) * ${SPEED} + shift;
globalThis.Date = class extends Real {
  constructor(...given) { given.length === 0 ? super(now()) : super(...given); }
  static now() { return now(); }
};`;

let folder = "";
let engine: FakeEngine;
let server: IngestServer;
const answers: Record<string, unknown> = {
  "/info": {},
  "/version": { Version: "29.1.0" },
  "/containers/json?all=1": [],
  "/images/json": [],
  "/networks": [],
  "/volumes": {},
  "/plugins": [],
};

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "bw-outage-"));
  mkdirSync(path.join(folder, "root/etc"), { recursive: true });
  writeFileSync(path.join(folder, "root/etc/hostname"), "outage\n");
  writeFileSync(path.join(folder, "root/etc/machine-id"), `${newId()}\n`);
  engine = await startFakeEngine(path.join(folder, "docker.sock"), { apiVersion: "1.52", answers });
  server = await startIngestServer();
}, 60_000);
afterAll(async () => {
  server?.close();
  await engine?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Numbers of 0 … 1 that are the same for one seed. */
function numbers(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const spool = () => path.join(folder, "state/spool");
const waiting = () =>
  readdirSync(spool(), { withFileTypes: true }).flatMap(({ name }) => (name.endsWith(".json.gz") ? [name] : []));
const Spooled = z.object({ sequence: z.number(), evidence: z.object({ info: z.object({ Name: z.string() }) }) });
/** Reports on the disk right now: what they are numbered and what they say. */
function onDisk(): Map<number, string> {
  const read = (name: string) =>
    Spooled.parse(JSON.parse(gunzipSync(readFileSync(path.join(spool(), name))).toString()));
  return new Map(waiting().map((name) => [read(name).sequence, read(name).evidence.info.Name]));
}

test(`the server away for ten minutes, the agent killed at random, its clock set back: nothing lost, nothing doubled (seed ${seed})`, async () => {
  console.info(`seed ${seed}: BREAKWATER_TEST_SEED=${seed} repeats this run`);
  const random = numbers(seed);
  const { token } = await createEnrolment(admin, {});
  const begun = Date.now();
  const agentMinutes = () => ((Date.now() - begun) * SPEED) / 60_000;
  let said = "";
  const start = (shiftMs: number): ChildProcess => {
    const child = spawn(
      process.execPath,
      [
        ...[
          "--disable-warning=ExperimentalWarning",
          "--import",
          `data:text/javascript,${encodeURIComponent(otherClock)}`,
        ],
        ...["src/agent/main.ts", "run", "--server", server.url, "--state", path.join(folder, "state")],
        // One report in each of the agent's minutes; pauses are real time.
        ...["--report", "60", "--heartbeat", "0.5"],
      ],
      {
        stdio: ["ignore", "ignore", "pipe"],
        env: {
          ...process.env,
          DOCKER_HOST: `unix://${engine.socketPath}`,
          HOST_ROOT: path.join(folder, "root"),
          BREAKWATER_ENROL_TOKEN: token,
          TEST_BEGUN: String(begun),
          TEST_SHIFT: String(shiftMs),
        },
      },
    );
    child.stderr?.on("data", (chunk) => {
      said += chunk;
    });
    return child;
  };
  const kill = async (child: ChildProcess, signal: NodeJS.Signals) => {
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    await ended;
  };
  const change = () => {
    answers["/info"] = { Name: `at minute ${agentMinutes().toFixed(2)}` };
  };
  const reports = async () =>
    selectRows(
      z.object({ hostId: z.string(), sequence: z.bigint() }),
      sql`select host_id as "hostId", sequence from host_report order by received_at, id`,
    );
  const until = async (isSo: () => Promise<boolean> | boolean) => {
    for (let turn = 0; turn < 600; turn += 1) {
      if (await isSo()) return;
      await wait(100);
    }
    throw new Error(`it did not happen within a minute; the agent said:\n${said}`);
  };

  change();
  let child = start(0);
  await until(async () => (await reports()).length > 0);

  server.mood.value = "away";
  const awaySince = agentMinutes();
  const expected = new Map<number, string>();
  let kills = 0;
  while (agentMinutes() - awaySince < 10) {
    await wait(300 + random() * 3500);
    change();
    await kill(child, "SIGKILL");
    kills += 1;
    for (const [sequence, name] of onDisk()) expected.set(sequence, name);
    // Half-way through, the machine's clock is set back by a day.
    child = start(agentMinutes() - awaySince > 5 ? -86_400_000 : 0);
  }
  expect(kills).toBeGreaterThan(2);
  await until(() => waiting().length > 2);

  // It comes back, yet its answers get lost for a while: what it took is sent again.
  server.mood.value = "loses-answers";
  const before = (await reports()).length;
  await until(async () => (await reports()).length > before);
  await kill(child, "SIGKILL");
  for (const [sequence, name] of onDisk()) expected.set(sequence, name);
  server.mood.value = "serves";
  answers["/info"] = { Name: "the end" };
  child = start(-86_400_000);
  await until(() => said.includes("takes reports again") || waiting().length === 0);
  await until(() => waiting().length === 0);
  await until(async () => [...(await stored()).values()].includes("the end"));
  await kill(child, "SIGTERM");

  async function stored(): Promise<Map<number, string>> {
    const rows = await selectRows(
      z.object({ sequence: z.bigint(), digest: z.instanceof(Uint8Array) }),
      sql`select sequence, body_sha256 as digest from host_report where body_sha256 is not null`,
    );
    const names = new Map<number, string>();
    for (const { sequence, digest } of rows) {
      const body = (await readBlobs([digest])).get(Buffer.from(digest).toString("hex"));
      if (body) names.set(Number(sequence), Spooled.parse(JSON.parse(gunzipSync(body).toString())).evidence.info.Name);
    }
    return names;
  }

  const all = await reports();
  const sequences = all.map(({ sequence }) => Number(sequence));
  expect(new Set(all.map(({ hostId }) => hostId)).size, "one host").toBe(1);
  expect(new Set(sequences).size, "nothing doubled").toBe(sequences.length);
  expect(sequences, "in order").toEqual(sequences.toSorted((left, right) => left - right));
  expect(expected.size, "reports were on the disk when the agent was killed").toBeGreaterThan(2);
  const kept = await stored();
  for (const [sequence, name] of expected) expect(kept.get(sequence), `report ${sequence}`).toBe(name);
  const [host] = await selectRows(
    z.object({ dropped: z.number(), last: z.bigint(), refused: z.unknown() }),
    sql`select dropped_reports as dropped, last_sequence as last, refused from host`,
  );
  expect(host).toEqual({ dropped: 0, last: BigInt(Math.max(...sequences)), refused: null });
}, 240_000);
