import { healthy, unhealthy, unknown } from "../../../kit/outcome.ts";
import { defineHostRule } from "../../define-rule.ts";
import { example } from "../../example.ts";

/** CIS Docker 1.8.0, control 4.5. */
export default defineHostRule({
  id: "docker-content-trust",
  title: "Content trust is enabled",
  failedTitle: "Content trust is not enabled",
  references: [
    { framework: "CIS Docker 1.8.0", control: "4.5", level: "Level 2" },
    { framework: "CIS Docker 1.7.0", control: "4.5", level: "Level 2" },
    { framework: "CIS Docker 1.6.0", control: "4.5", level: "Level 2" },
    { framework: "CIS Docker 1.2.0", control: "4.5", level: "Level 2" },
  ],
  severity: "medium",
  severityReason: "unsigned images run",
  rationale: "Without it, the client runs whatever the registry hands out.",
  needs: ["/etc/environment", "/etc/profile.d", "signature policy of the site"],
  confirms: "that content trust is on for everybody who uses docker here",
  remediation: (item) =>
    `Add DOCKER_CONTENT_TRUST=1 to ${item}, or enforce signatures at deployment and say so in the settings of this site.`,
  assess: ({ facts, policy }) => {
    if (policy.enforcedSignatures)
      return healthy("This site enforces signatures.", [
        { path: "signature policy", actual: "enforced", expected: "enforced" },
      ]);
    const env = facts.host?.env;
    if (!env || (env.etcEnvironment === null && env.profileD === null))
      return unknown("/etc/environment and /etc/profile.d", "Let the agent read /etc of the host.");
    // Login shells read the scripts after /etc/environment: the last word counts.
    const value = contentTrust(`${env.etcEnvironment ?? ""}\n${env.profileD ?? ""}`);
    const isOn = isTrue(value);
    const reading = {
      item: "/etc/environment",
      path: "DOCKER_CONTENT_TRUST",
      pointer: "/host/env/etcEnvironment",
      actual: value || "not set system-wide",
      expected: "1",
    };
    return isOn
      ? healthy("Content trust is on system-wide.", [reading])
      : unhealthy("Content trust is not on system-wide.", [reading]);
  },
  examples: () => ({
    healthy: [example()],
    unhealthy: [
      example({ host: { env: { DOCKER_CONTENT_TRUST: "1", etcEnvironment: "" } } }),
      example({
        host: { env: { etcEnvironment: "DOCKER_CONTENT_TRUST=1", profileD: "export DOCKER_CONTENT_TRUST=0" } },
      }),
    ],
    unknown: [example({ without: ["host"] })],
  }),
});

/** The value that is left after every line: the last assignment, or nothing once it was unset. */
function contentTrust(text: string): string {
  let value = "";
  for (const line of text.split("\n")) {
    const words = line.replace(/(^|\s)#.*$/, "").trim();
    const assigned = /^(?:(?:export|declare -x)\s+)?DOCKER_CONTENT_TRUST=["']?([^"'\s;]*)/.exec(words);
    if (assigned) value = assigned[1] ?? "";
    else if (/^unset\s.*\bDOCKER_CONTENT_TRUST\b|^export\s+-n\s.*\bDOCKER_CONTENT_TRUST\b/.test(words)) value = "";
  }
  return value;
}

/** Docker's client takes what is no boolean at all as a wish for trust. */
const isTrue = (value: string) => value !== "" && !/^(?:0|f|false)$/i.test(value);
