import { manual, unhealthy } from "../../../kit/outcome.ts";
import { attested } from "../../attested.ts";
import { defineHostRule } from "../../define-rule.ts";
import { example } from "../../example.ts";

/** CIS Docker 1.8.0, control 1.2.1. */
export default defineHostRule({
  id: "docker-host-hardened",
  title: "The host has been hardened",
  failedTitle: "The operating system of the host gets no more security fixes",
  references: [
    { framework: "CIS Docker 1.8.0", control: "1.2.1", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "1.2.1", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "1.2.1", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "1.1.1", level: "Level 1" },
  ],
  severity: "medium",
  severityReason: "the kernel is shared with every container",
  rationale:
    "Containers share the kernel of the host; what the host leaves open is open to every container that breaks out.",
  needs: ["attestation by a person", "os-release"],
  confirms: "that the host follows a hardening benchmark for its operating system",
  remediation: (item) =>
    `Assess ${item} against the benchmark of its operating system, close what fails, then record the confirmation here with its evidence.`,
  assess: ({ facts, policy, now }) => {
    const eol = facts.host?.osEndOfLife;
    const name = facts.host?.hostname ?? facts.info?.Name ?? "this host";
    if (eol && eol < now.toISOString().slice(0, 10)) {
      return unhealthy("The operating system gets no more security fixes.", [
        {
          item: name,
          path: "os-release",
          pointer: "/host/osEndOfLife",
          actual: `supported until ${eol}`,
          expected: "a supported release",
        },
      ]);
    }
    return (
      attested(policy, "docker-host-hardened", now) ??
      manual(`Confirm that ${name} follows a hardening benchmark for its operating system.`)
    );
  },
  examples: () => ({
    manual: [example()],
    unhealthy: [example({ host: { osEndOfLife: "2024-07-01" } })],
  }),
});
