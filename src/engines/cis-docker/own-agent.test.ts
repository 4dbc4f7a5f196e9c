import { expect, test } from "vitest";
import type { HostEvidence } from "./facts.ts";
import { hostFacts } from "./host-facts.ts";
import { Policy } from "./policy.ts";
import hostPid from "./rules/container-runtime/docker-host-pid.ts";
import privileged from "./rules/container-runtime/docker-privileged-container.ts";
import socketMounted from "./rules/container-runtime/docker-socket-mounted.ts";

const AGENT = "ab".repeat(32);
const OTHER = "cd".repeat(32);
const now = new Date("2026-11-20T12:00:00Z");

const container = (Id: string, Name: string, label: string | null, more: object = {}) => ({
  Id,
  Name,
  State: { Status: "running", Running: true },
  HostConfig: { PidMode: "host", ...more },
  Config: { Labels: label === null ? {} : { "breakwater.agent": label } },
  Mounts: [{ Type: "bind", Source: "/var/run/docker.sock", Destination: "/var/run/docker.sock" }],
});

function assess(rule: typeof hostPid, containersInspect: object[], agentContainer: string | null = AGENT) {
  const evidence = { containersInspect, host: { agentContainer } } as unknown as HostEvidence;
  return rule.assess({ facts: hostFacts(evidence), policy: Policy.parse({}), now });
}

test("the agent's own container is accepted, and said", () => {
  const containers = [container(AGENT, "/agent", "true")];
  expect(assess(hostPid, containers)).toMatchObject({
    status: "notApplicable",
    reason: expect.stringContaining("own agent"),
    notes: [expect.stringContaining("agent is Breakwater's own agent")],
  });
  expect(assess(socketMounted, containers).status).toBe("notApplicable");
});

test.each([
  ["has the label, but is not the one that the agent runs in", container(OTHER, "/thief", "true"), AGENT],
  ["carries no label", container(AGENT, "/agent", null), AGENT],
  ["says something else", container(AGENT, "/agent", "yes"), AGENT],
  ["is labelled on a host whose agent runs outside", container(AGENT, "/thief", "true"), null],
])("a container that %s fails", (_, one, agentContainer) => {
  expect(assess(hostPid, [one], agentContainer)).toMatchObject({ status: "unhealthy" });
});

test("others beside it fail by name, and what the agent does not need is never accepted", () => {
  const both = [container(AGENT, "/agent", "true"), container(OTHER, "/other", null)];
  const outcome = assess(hostPid, both);
  expect(outcome.status).toBe("unhealthy");
  expect(outcome.readings.map((reading) => reading.item)).toEqual(["other"]);
  expect(outcome.notes).toHaveLength(1);
  expect(assess(privileged, [container(AGENT, "/agent", "true", { Privileged: true })]).status).toBe("unhealthy");
});
