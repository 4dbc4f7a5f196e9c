import { expect, test } from "vitest";
import type { LocalMachine } from "#queries/host/local-agents.ts";
import { connectable, engineName, phaseOf } from "./local-machine.ts";

const docker = { socket: "/var/run/docker.sock", kind: "docker", version: "28.2.1", problem: null } as const;
const host = { id: "h", name: "vm", lastReportAt: null };
const machine: LocalMachine = {
  id: "m",
  hostname: "vm",
  account: "root",
  isRoot: true,
  engines: [docker],
  socket: null,
  state: "available",
  problem: null,
  lastError: null,
  restarts: 0,
  isWanted: false,
  wantedBy: null,
  wantedAt: null,
  host: null,
  twin: null,
  seenAt: "2026-01-01T00:00:00.000Z",
};

test.each<[string, Partial<LocalMachine>, string]>([
  ["an engine answers", {}, "available"],
  ["clicked, the launcher has not looked yet", { isWanted: true }, "starting"],
  ["the agent enrols", { isWanted: true, state: "starting" }, "starting"],
  ["enrolled, no report yet", { isWanted: true, state: "running", host }, "enrolled"],
  ["reported", { isWanted: true, state: "running", host: { ...host, lastReportAt: "2026-01-01" } }, "running"],
  ["stop clicked, still running", { state: "running", host }, "stopping"],
  ["stopped", { state: "stopped", host }, "stopped"],
  ["gave up", { isWanted: true, state: "failed" }, "failed"],
  ["another agent reports it", { twin: host }, "twin"],
  ["may not be opened", { state: "absent", engines: [{ ...docker, problem: "no right" }] }, "blocked"],
  ["stopped, and the engine is gone", { state: "stopped", host, engines: [] }, "blocked"],
])("%s", (_, changes, phase) => {
  expect(phaseOf({ ...machine, ...changes })).toBe(phase);
});

test("one click is offered when it is clear which machine is meant", () => {
  expect(connectable([machine])?.engine).toBe(docker);
  expect(connectable([])).toBeNull();
  expect(connectable([{ ...machine, isWanted: true }])).toBeNull();
  expect(connectable([machine, { ...machine, id: "n" }])).toBeNull();
});

test("engines are named", () => {
  expect(engineName(docker)).toBe("Docker 28.2.1");
  expect(engineName({ ...docker, kind: "podman", version: null })).toBe("Podman");
});
