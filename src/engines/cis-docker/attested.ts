import { healthy, type Outcome } from "../kit/outcome.ts";
import type { Policy } from "./policy.ts";

/** Healthy when a person confirmed this rule recently enough; undefined otherwise. */
export function attested(policy: Policy, ruleId: string, now: Date): Outcome | undefined {
  const attestation = policy.attestations[ruleId];
  if (!attestation?.confirmed) return undefined;
  const ageDays = (now.getTime() - Date.parse(attestation.at)) / 86_400_000;
  if (ageDays > policy.attestationValidDays) return undefined;
  const at = attestation.at.slice(0, 10);
  return healthy(`${attestation.by} confirmed it on ${at}.`, [
    {
      path: "confirmation",
      actual: `${attestation.by}, ${at}`,
      expected: `a confirmation of the last ${policy.attestationValidDays} days`,
    },
  ]);
}
