import { healthy, notApplicable, unhealthy, unknown } from "../../../kit/outcome.ts";
import { defineHostRule } from "../../define-rule.ts";
import { example } from "../../example.ts";

/** CIS Docker 1.8.0, control 6.2. */
export default defineHostRule({
  id: "docker-container-sprawl",
  title: "Stopped containers are cleaned up",
  failedTitle: "Stopped containers pile up",
  references: [
    { framework: "CIS Docker 1.8.0", control: "6.2", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "6.2", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "6.2", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "6.2", level: "Level 1" },
  ],
  severity: "low",
  severityReason: "forgotten containers",
  rationale: "Forgotten containers keep old data and settings and can be started again.",
  needs: ["GET /containers/json?all=1"],
  remediation: (item) => `Remove stopped containers on ${item}: docker container prune --filter "until=720h"`,
  scope: "container",
  assess: ({ facts, policy, now }) => {
    if (!facts.containers) return unknown("The list of containers", "Give the agent access to the Docker socket.");
    if (facts.containers.length === 0) return notApplicable("No container is on this host.");
    const limit = now.getTime() - policy.unusedAfterDays * 86_400_000;
    const old = facts.containers.filter(({ isActive, inspect }) => {
      const finished = Date.parse(inspect.State.FinishedAt ?? "");
      const since = Number.isNaN(finished) || finished < 0 ? Date.parse(inspect.Created ?? "") : finished;
      return !isActive && since < limit;
    }).length;
    const stopped = facts.containers.filter((container) => !container.isActive).length;
    const reading = {
      item: facts.info?.Name ?? "this host",
      path: `stopped for ${policy.unusedAfterDays} days`,
      pointer: "/containersInspect",
      actual: `${old} of ${facts.containers.length} containers, ${stopped} stopped`,
      expected: `at most ${policy.maximumStoppedContainers}`,
    };
    return old <= policy.maximumStoppedContainers
      ? healthy(`${stopped} of ${facts.containers.length} containers are stopped.`, [reading])
      : unhealthy("More forgotten containers than this site allows.", [reading]);
  },
  examples: () => ({
    healthy: [example()],
    unhealthy: [
      example({
        containers: Array.from({ length: 26 }, (_, index) => ({
          Id: `${index}`,
          Name: `/old-${index}`,
          Created: "2025-01-01T00:00:00Z",
          State: { Status: "exited", FinishedAt: "2025-01-02T00:00:00Z" },
          HostConfig: {},
          Config: {},
        })),
      }),
    ],
    unknown: [example({ without: ["containersInspect"] })],
  }),
});
