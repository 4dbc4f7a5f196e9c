import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ExecMemory, isNotable, type SeenExec } from "./exec-memory.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "bw-execs-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const now = new Date("2026-11-20T12:00:00Z");
const at = (daysAgo: number) => new Date(now.getTime() - daysAgo * 86_400_000).toISOString();
const exec = (more: Partial<SeenExec> = {}): SeenExec => ({
  at: at(0),
  containerId: "c1",
  container: "web",
  command: "sh",
  privileged: false,
  user: "",
  ...more,
});

test.each([
  ["privileged", { privileged: true }, true],
  ["root by name", { user: "root" }, true],
  ["root with a group", { user: "root:adm" }, true],
  ["uid 0", { user: "0" }, true],
  ["uid 0 as a number with a sign", { user: "+0" }, true],
  ["uid 0 in more digits", { user: "00:0" }, true],
  ["the container's own user", { user: "" }, false],
  ["an ordinary user", { user: "1000" }, false],
  ["a name that begins like root", { user: "rooty" }, false],
])("%s is notable: %s", (_, more, want) => expect(isNotable(exec(more))).toBe(want));

test("health checks by the ten thousand never push out what a control judges", () => {
  const memory = new ExecMemory(null);
  expect(memory.add(exec({ user: "root", at: at(6) }), now)).toBe(true);
  for (let index = 0; index < 10_000; index += 1) memory.add(exec({ command: `check ${index}` }), now);
  expect(memory.all().filter(isNotable)).toEqual([exec({ user: "root", at: at(6) })]);
  expect(memory.all().length).toBeLessThan(100);
});

test("the same command again is one entry with its last time, and no news", () => {
  const memory = new ExecMemory(null);
  expect(memory.add(exec({ user: "root", at: at(2) }), now)).toBe(true);
  expect(memory.add(exec({ user: "root", at: at(1) }), now)).toBe(false);
  expect(memory.all()).toEqual([exec({ user: "root", at: at(1) })]);
});

test("what was seen survives the process for its window", async () => {
  const before = new ExecMemory(folder);
  before.add(exec({ privileged: true, at: at(40) }), new Date(at(40)));
  before.add(exec({ user: "0", at: at(3) }), new Date(at(3)));
  await before.saved();
  expect(readFileSync(path.join(folder, "execs.json"), "utf8")).toContain('"user":"0"');
  const after = new ExecMemory(folder);
  await after.load(now);
  expect(after.all()).toEqual([exec({ user: "0", at: at(3) })]);
});

test("a damaged memory is an empty one", async () => {
  writeFileSync(path.join(folder, "execs.json"), '[{"at":');
  const memory = new ExecMemory(folder);
  await memory.load(now);
  expect(memory.all()).toEqual([]);
});

test("memory is bounded", () => {
  const memory = new ExecMemory(null);
  for (let index = 0; index < 5000; index += 1) memory.add(exec({ user: "root", command: `c${index}` }), now);
  expect(memory.all().length).toBeLessThanOrEqual(1000);
  expect(memory.all().at(-1)?.command).toBe("c4999");
});
