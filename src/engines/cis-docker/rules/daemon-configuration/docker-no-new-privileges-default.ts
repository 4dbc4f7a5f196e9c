import { healthy, unhealthy } from "../../../kit/outcome.ts";
import { defineDaemonRule, unreadDaemon } from "../../define-rule.ts";
import { example } from "../../example.ts";

/** CIS Docker 1.8.0, control 2.15. */
export default defineDaemonRule({
  id: "docker-no-new-privileges-default",
  title: "Containers cannot gain privileges by default",
  failedTitle: "Containers may gain privileges by default",
  references: [
    { framework: "CIS Docker 1.8.0", control: "2.15", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "2.14", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "2.14", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "2.17", level: "Level 1" },
  ],
  severity: "high",
  severityReason: "setuid binaries can raise privileges",
  rationale: "A set-user-id program could otherwise turn an ordinary user of a container into root.",
  needs: ["daemon arguments and file"],
  remediation: (item) =>
    `Set "no-new-privileges": true in ${item}, check the file with "dockerd --validate --config-file ${item}" and restart the daemon.`,
  assess: ({ facts }) => {
    const setting = facts.daemon.flag("no-new-privileges", false);
    const inInfo = (facts.info?.SecurityOptions ?? []).some((option) => option.includes("name=no-new-privileges"));
    if (!inInfo && !facts.daemon.isReadable) return unreadDaemon();
    const reading = {
      item: facts.daemon.configPath,
      path: setting.path,
      pointer: setting.pointer,
      actual: `${setting.value || inInfo}`,
      expected: "true",
    };
    return setting.value || inInfo
      ? healthy("New containers cannot gain privileges.", [reading])
      : unhealthy("Containers may gain privileges unless each forbids it.", [reading]);
  },
  examples: () => ({
    healthy: [example(), example({ argv: ["--no-new-privileges"], configFile: {} })],
    unhealthy: [example({ configFile: {} }), example({ argv: ["--no-new-privileges=false"], configFile: {} })],
    unknown: [example({ without: ["host"] })],
  }),
});
