import { healthy, unhealthy, unknown } from "../../../kit/outcome.ts";
import { defineDaemonRule } from "../../define-rule.ts";
import { example } from "../../example.ts";

/** CIS Docker 1.8.0, control 2.19. */
export default defineDaemonRule({
  id: "docker-experimental",
  title: "Experimental features are off",
  failedTitle: "Experimental features are on",
  references: [
    { framework: "CIS Docker 1.8.0", control: "2.19", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "2.18", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "2.18", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "2.16", level: "Level 1" },
  ],
  severity: "low",
  severityReason: "unsupported code in production",
  rationale: "They change without notice and get less testing.",
  needs: ["version.Components", "info.ExperimentalBuild", "daemon arguments and file"],
  remediation: (item) =>
    `Set "experimental": false in ${item}, check the file with "dockerd --validate --config-file ${item}" and restart the daemon.`,
  assess: ({ facts }) => {
    const engine = facts.version?.Components?.find((component) => component.Name === "Engine");
    const answers = [
      engine?.Details?.Experimental === "true",
      facts.version?.Experimental === true,
      facts.info?.ExperimentalBuild === true,
    ];
    if (!facts.version && !facts.info)
      return unknown("The engine's version", "Give the agent access to the Docker socket.");
    const isOn = answers.some(Boolean);
    const reading = {
      item: facts.daemon.configPath,
      ...(facts.info?.ExperimentalBuild !== undefined && facts.info.ExperimentalBuild !== null
        ? { path: "ExperimentalBuild", pointer: "/info/ExperimentalBuild" }
        : { path: "Components.Engine.Details.Experimental", pointer: "/version/Components" }),
      actual: `${isOn}`,
      expected: "false",
    };
    return isOn
      ? unhealthy("Experimental features are on.", [reading])
      : healthy("Experimental features are off.", [reading]);
  },
  examples: () => ({
    healthy: [example()],
    unhealthy: [
      example({ info: { ExperimentalBuild: true } }),
      example({
        info: { ExperimentalBuild: null },
        version: { Components: [{ Name: "Engine", Details: { Experimental: "true" } }] },
      }),
    ],
    unknown: [example({ without: ["info", "version"] })],
  }),
});
