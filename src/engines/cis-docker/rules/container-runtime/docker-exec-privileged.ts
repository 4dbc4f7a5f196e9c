import { healthy, manual, notApplicable, unhealthy, unknown } from "../../../kit/outcome.ts";
import { defineHostRule } from "../../define-rule.ts";
import { example } from "../../example.ts";
import { execsInWindow } from "../../exec-window.ts";

/** CIS Docker 1.8.0, control 5.23. */
export default defineHostRule({
  id: "docker-exec-privileged",
  title: "docker exec is not used with --privileged",
  failedTitle: "docker exec was used with --privileged",
  references: [
    { framework: "CIS Docker 1.8.0", control: "5.23", level: "Level 2" },
    { framework: "CIS Docker 1.7.0", control: "5.23", level: "Level 2" },
    { framework: "CIS Docker 1.6.0", control: "5.23", level: "Level 2" },
    { framework: "CIS Docker 1.2.0", control: "5.22", level: "Level 2" },
  ],
  severity: "medium",
  severityReason: "bypasses the container limits",
  rationale: "A privileged command has every capability of the host inside the container.",
  needs: ["exec events of the engine"],
  confirms: "that nobody uses docker exec with --privileged on this host",
  remediation: (item) =>
    `Find out who ran the command in ${item} and take --privileged out of the procedure; give the container the one capability it needs.`,
  scope: "container",
  assess: ({ facts, policy }) => {
    if (!facts.containers) return unknown("The list of containers", "Give the agent access to the Docker socket.");
    if (facts.containers.length === 0) return notApplicable("No container is on this host.");
    const seen = facts.evidence.execObservations;
    const days = seen ? (Date.parse(seen.until) - Date.parse(seen.watchingSince)) / 86_400_000 : 0;
    const found = execsInWindow(facts, policy).filter(({ exec }) => exec.privileged);
    const expected = `no such command in ${policy.execWindowDays} days`;
    if (found.length > 0) {
      return unhealthy(
        `${found.length} ${found.length === 1 ? "command" : "commands"} ran privileged in a container.`,
        found.map(({ exec, index }) => ({
          item: exec.container,
          path: `exec at ${exec.at}`,
          pointer: `/execObservations/execs/${index}`,
          actual: exec.command,
          expected,
        })),
      );
    }
    const reading = {
      path: "exec events",
      pointer: "/execObservations/watchingSince",
      actual: seen ? `watched for ${Math.floor(days)} days` : "not watched",
      expected,
    };
    if (days < policy.execWindowDays)
      return manual(
        `The agent has not watched this host for ${policy.execWindowDays} days without a gap: confirm that nobody runs commands privileged.`,
        [reading],
      );
    return healthy("No such command was seen.", [reading]);
  },
  examples: () => ({
    healthy: [example()],
    unhealthy: [
      example({
        execs: [
          {
            at: "2026-11-18T00:00:00Z",
            containerId: "x",
            container: "web",
            command: "sh",
            privileged: true,
            user: "1000",
          },
        ],
      }),
    ],
    manual: [example({ execs: null })],
    unknown: [example({ without: ["containersInspect"] })],
  }),
});
