import { healthy, unhealthy, unknown } from "../../../kit/outcome.ts";
import { defineDaemonRule } from "../../define-rule.ts";
import { example } from "../../example.ts";

/** CIS Docker 1.8.0, control 2.18. */
export default defineDaemonRule({
  id: "docker-seccomp-default",
  title: "A seccomp profile applies to every container",
  failedTitle: "The daemon's default seccomp profile is off or replaced",
  references: [
    { framework: "CIS Docker 1.8.0", control: "2.18", level: "Level 2" },
    { framework: "CIS Docker 1.7.0", control: "2.17", level: "Level 2" },
    { framework: "CIS Docker 1.6.0", control: "2.17", level: "Level 2" },
    { framework: "CIS Docker 1.2.0", control: "2.15", level: "Level 2" },
  ],
  severity: "low",
  severityReason: "the default profile is normally right",
  rationale: "The profile keeps containers from system calls that only attacks need.",
  needs: ["info.SecurityOptions"],
  remediation: (item) =>
    `Remove "seccomp-profile": "unconfined" from ${item}, or name an existing profile there, and restart the daemon.`,
  assess: ({ facts }) => {
    if (!facts.info) return unknown("The engine's security options", "Give the agent access to the Docker socket.");
    const option = (facts.info.SecurityOptions ?? []).find((entry) => entry.includes("name=seccomp"));
    const profile = /profile=([^,]*)/.exec(option ?? "")?.[1] ?? (option ? "default" : "none");
    const reading = {
      item: facts.daemon.configPath,
      path: "SecurityOptions",
      pointer: "/info/SecurityOptions",
      actual: option ?? "no seccomp",
      expected: "the built-in or a custom profile",
    };
    if (!option) return unhealthy("The engine runs containers without seccomp.", [reading]);
    if (profile === "unconfined")
      return unhealthy("The daemon switches seccomp off for every container.", [reading], { severity: "high" });
    if (profile.startsWith("/") && facts.files.find(profile)?.exists === false)
      return unhealthy(`The profile ${profile} does not exist.`, [reading]);
    return healthy(
      ["default", "builtin"].includes(profile)
        ? "The built-in profile applies."
        : `The custom profile ${profile} applies; its content was not judged.`,
      [reading],
    );
  },
  examples: () => ({
    healthy: [example(), example({ info: { SecurityOptions: ["name=seccomp,profile=default"] } })],
    unhealthy: [
      example({ info: { SecurityOptions: [] } }),
      example({ info: { SecurityOptions: ["name=seccomp,profile=unconfined"] } }),
    ],
    unknown: [example({ without: ["info"] })],
  }),
});
