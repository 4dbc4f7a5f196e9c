import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { gunzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { Spool } from "./spool.ts";
import { StateFile } from "./state.ts";

const folders: string[] = [];
const folder = () => {
  const made = mkdtempSync(path.join(tmpdir(), "breakwater-spool-"));
  folders.push(made);
  return made;
};
afterAll(() => {
  for (const made of folders) rmSync(made, { recursive: true, force: true });
});

describe("the spool", () => {
  test("gives reports back in the order of their numbers, whatever order they came in", async () => {
    const spool = new Spool(folder(), 1e6);
    for (const sequence of [12, 3, 100, 9]) await spool.add({ sequence, body: Buffer.from(`${sequence}`) });
    expect(await spool.pending()).toEqual([3, 9, 12, 100]);
    expect((await spool.read(100)).toString()).toBe("100");
    await spool.remove(3);
    expect(await spool.pending()).toEqual([9, 12, 100]);
  });

  test("is bounded: the oldest go, and how many is told", async () => {
    const spool = new Spool(folder(), 2500);
    const dropped: number[] = [];
    for (let sequence = 1; sequence <= 5; sequence += 1)
      dropped.push(await spool.add({ sequence, body: Buffer.alloc(1000) }));
    expect(dropped).toEqual([0, 0, 1, 1, 1]);
    expect(await spool.pending()).toEqual([4, 5]);
  });

  test("keeps a report that is larger than the whole spool, alone", async () => {
    const spool = new Spool(folder(), 500);
    await spool.add({ sequence: 1, body: Buffer.alloc(100) });
    expect(await spool.add({ sequence: 2, body: Buffer.alloc(1000) })).toBe(1);
    expect(await spool.pending()).toEqual([2]);
  });

  test("is readable by its owner only", async () => {
    const made = folder();
    await new Spool(made, 1e6).add({ sequence: 1, body: Buffer.from("x") });
    const file = path.join(made, "spool", readdirSync(path.join(made, "spool"))[0] ?? "");
    expect(statSync(file).mode & 0o077).toBe(0);
  });

  test("holds whole reports only, after its process was killed at any moment", async () => {
    const seed = Date.now() % 100_000;
    const random = generator(seed);
    const made = folder();
    const program = `
      import { Spool } from ${JSON.stringify(path.resolve(import.meta.dirname, "spool.ts"))};
      import { StateFile } from ${JSON.stringify(path.resolve(import.meta.dirname, "state.ts"))};
      import { gzipSync } from "node:zlib";
      const spool = new Spool(process.argv[2], 5e6);
      const file = new StateFile(process.argv[2]);
      let state = await file.read();
      process.stdout.write("ready\\n");
      for (;;) {
        state = { ...state, sequence: state.sequence + 1 };
        await file.write(state);
        await spool.add({ sequence: state.sequence, body: gzipSync(JSON.stringify({ sequence: state.sequence, fill: "y".repeat(200000) }), { level: 0 }) });
      }`;
    const script = path.join(made, "writer.mjs");
    writeFileSync(script, program);
    let lastSequence = 0;
    for (let round = 0; round < 6; round += 1) {
      const child = spawn(process.execPath, [script, made], { stdio: ["ignore", "pipe", "inherit"] });
      await new Promise((resolve) => child.stdout.once("data", resolve));
      await wait(random() * 120);
      child.kill("SIGKILL");
      await new Promise((resolve) => child.once("exit", resolve));
      const state = await new StateFile(made).read();
      const spool = new Spool(made, 5e6);
      const pending = await spool.pending();
      expect(state.sequence, `seed ${seed}`).toBeGreaterThanOrEqual(lastSequence);
      expect(new Set(pending).size, `seed ${seed}`).toBe(pending.length);
      for (const sequence of pending) {
        const report = JSON.parse(gunzipSync(await spool.read(sequence)).toString());
        expect(report.sequence, `seed ${seed}`).toBe(sequence);
        expect(sequence, `seed ${seed}`).toBeLessThanOrEqual(state.sequence);
      }
      lastSequence = state.sequence;
    }
    expect(lastSequence, `seed ${seed}`).toBeGreaterThan(0);
  }, 60_000);
});

describe("the state file", () => {
  test("is whole, its owner's only, and damage is an error instead of a second enrolment", async () => {
    const made = folder();
    const file = new StateFile(made);
    await file.write({ ...(await file.read()), sequence: 7, token: "t" });
    expect((await file.read()).sequence).toBe(7);
    expect(statSync(path.join(made, "state.json")).mode & 0o077).toBe(0);
    writeFileSync(path.join(made, "state.json"), readFileSync(path.join(made, "state.json"), "utf8").slice(0, 20));
    await expect(file.read()).rejects.toThrow("damaged");
  });
});

/** A small generator of numbers below 1, so that a failing run can be repeated from its seed. */
function generator(seed: number): () => number {
  let value = seed;
  return () => {
    value = (value * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return value / 4_294_967_296;
  };
}
