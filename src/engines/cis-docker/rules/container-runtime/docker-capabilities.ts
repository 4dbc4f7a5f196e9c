import type { Container } from "../../container-facts.ts";
import { defineContainerRule } from "../../define-rule.ts";
import { example } from "../../example.ts";
import { read } from "../../read.ts";

/** CIS Docker 1.8.0, control 5.4. */
export default defineContainerRule({
  id: "docker-capabilities",
  title: "Containers keep few kernel capabilities",
  failedTitle: "A container has further kernel capabilities",
  references: [
    { framework: "CIS Docker 1.8.0", control: "5.4", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "5.4", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "5.4", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "5.3", level: "Level 1" },
  ],
  severity: "high",
  severityReason: "extra capabilities allow escape",
  rationale: "Each further capability is a way to take over the host.",
  needs: ["HostConfig.CapAdd", "HostConfig.CapDrop", "HostConfig.Privileged"],
  remediation: (item, reading) =>
    `Create ${item} again with --cap-drop ALL and only the capabilities it needs; it must not have: ${reading?.actual ?? "more than the default set"}.`,
  passed: "No container has more than the default capabilities.",
  failed: "containers have further capabilities",
  confirms: "that the capabilities this site allows are still needed",
  unconfirmed: "Containers have capabilities that this site allows: confirm that they are still needed.",
  assess: (container, { policy }) => {
    const effective = effectiveCapabilities(container);
    const allowed = new Set([...defaultCapabilities, ...policy.allowedCapabilities]);
    const usual = new Set(defaultCapabilities);
    if (policy.strictCapabilities && !policy.allowedCapabilities.includes("NET_RAW")) allowed.delete("NET_RAW");
    const accepted = effective === "all" ? [] : effective.filter((name) => allowed.has(name) && !usual.has(name));
    const beyond = effective === "all" ? ["ALL"] : effective.filter((name) => !allowed.has(name));
    const outcome = read(container, {
      path: container.inspect.HostConfig.Privileged ? "HostConfig.Privileged" : "HostConfig.CapAdd",
      actual: beyond.join(", ") || accepted.join(", ") || "nothing beyond the default set",
      expected: "the default set or less",
      isRight: beyond.length === 0,
    });
    if (beyond.length === 0 && accepted.length > 0) return { ...outcome, status: "manual" };
    return beyond.join() === "NET_RAW" ? { ...outcome, severity: "medium" } : outcome;
  },
  examples: () => ({
    healthy: [example(), example({ hostConfig: { CapAdd: ["CAP_CHOWN"], CapDrop: null } })],
    unhealthy: [
      example({ hostConfig: { CapAdd: ["NET_ADMIN"] } }),
      example({ hostConfig: { CapAdd: ["ALL"] } }),
      example({ hostConfig: { Privileged: true } }),
    ],
    notApplicable: [example({ container: { State: { Status: "exited" } } })],
    unknown: [example({ without: ["containersInspect"] })],
  }),
});

/** Capabilities that Docker gives by default. */
const defaultCapabilities = [
  "AUDIT_WRITE",
  "CHOWN",
  "DAC_OVERRIDE",
  "FOWNER",
  "FSETID",
  "KILL",
  "MKNOD",
  "NET_BIND_SERVICE",
  "NET_RAW",
  "SETFCAP",
  "SETGID",
  "SETPCAP",
  "SETUID",
  "SYS_CHROOT",
];

function effectiveCapabilities({ inspect }: Container): string[] | "all" {
  const normal = (names: string[] | null | undefined) =>
    (names ?? []).map((name) => name.toUpperCase().replace(/^CAP_/, ""));
  const added = normal(inspect.HostConfig.CapAdd);
  const dropped = normal(inspect.HostConfig.CapDrop);
  if (inspect.HostConfig.Privileged || added.includes("ALL")) return "all";
  const kept = dropped.includes("ALL") ? [] : defaultCapabilities.filter((name) => !dropped.includes(name));
  return [...new Set([...kept, ...added])];
}
