import { healthy, show, unhealthy, unknown } from "../../../kit/outcome.ts";
import { defineDaemonRule } from "../../define-rule.ts";
import { example } from "../../example.ts";

/** CIS Docker 1.8.0, control 2.13. */
export default defineDaemonRule({
  id: "docker-authorization-plugin",
  title: "An authorization plug-in guards the API",
  failedTitle: "No authorization plug-in guards the API",
  references: [
    { framework: "CIS Docker 1.8.0", control: "2.13", level: "Level 2" },
    { framework: "CIS Docker 1.7.0", control: "2.12", level: "Level 2" },
    { framework: "CIS Docker 1.6.0", control: "2.12", level: "Level 2" },
    { framework: "CIS Docker 1.2.0", control: "2.11", level: "Level 2" },
  ],
  severity: "medium",
  severityReason: "otherwise every client is administrator",
  rationale: "Without one, every user of the socket may do everything.",
  needs: ["info.Plugins.Authorization"],
  remediation: (item) =>
    `Install an authorization plug-in, name it in "authorization-plugins" in ${item} and restart the daemon.`,
  assess: ({ facts }) => {
    if (!facts.info) return unknown("The engine's plug-ins", "Give the agent access to the Docker socket.");
    const active = facts.info.Plugins?.Authorization ?? [];
    const configured = facts.daemon
      .list("authorization-plugin", "authorization-plugins")
      .value.filter((name) => !active.includes(name));
    const reading = {
      item: facts.daemon.configPath,
      path: "Plugins.Authorization",
      pointer: "/info/Plugins/Authorization",
      actual: show(active),
      expected: "at least one plug-in",
    };
    if (configured.length > 0) return unhealthy(`${configured.join(", ")} is configured but not active.`, [reading]);
    return active.length > 0
      ? healthy(`Calls pass ${active.join(", ")}.`, [reading])
      : unhealthy(
          "No plug-in judges calls of the API.",
          [reading],
          // A rootless daemon serves one user, who may do everything there anyway.
          facts.engine.isRootless ? { severity: "low" } : {},
        );
  },
  examples: () => ({
    healthy: [example()],
    unhealthy: [
      example({ info: { Plugins: { Authorization: null } } }),
      example({ argv: ["--authorization-plugin=opa2"] }),
    ],
    unknown: [example({ without: ["info"] })],
  }),
});
