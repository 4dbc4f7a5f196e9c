import { manual, notApplicable, unknown } from "../../../kit/outcome.ts";
import { attested } from "../../attested.ts";
import { defineSwarmRule } from "../../define-rule.ts";
import { example, swarmExample } from "../../example.ts";

/** CIS Docker 1.8.0, control 7.6. */
export default defineSwarmRule({
  id: "docker-swarm-key-rotation",
  title: "The key that unlocks managers is rotated",
  failedTitle: "The key that unlocks managers has not been rotated",
  references: [
    { framework: "CIS Docker 1.8.0", control: "7.6", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "7.6", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "7.6", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "7.7", level: "Level 1" },
  ],
  severity: "low",
  severityReason: "key hygiene",
  rationale: "A key that is never changed can have been lost long ago.",
  needs: ["attestation by a person"],
  confirms: "when the unlock key was rotated last",
  remediation: (item) => `Rotate it on ${item} and record the date here: docker swarm unlock-key --rotate`,
  assess: ({ facts, policy, now }) => {
    const swarm = facts.swarm?.swarm;
    if (!swarm || "error" in swarm)
      return unknown("The configuration of the swarm", "Give the agent access to a manager's socket.");
    if (swarm.Spec?.EncryptionConfig?.AutoLockManagers !== true)
      return notApplicable("Managers are not locked, so there is no key to rotate (7.5).");
    return (
      attested(policy, "docker-swarm-key-rotation", now) ?? manual("Confirm when the unlock key was rotated last.")
    );
  },
  examples: () => ({
    manual: [swarmExample()],
    notApplicable: [example(), swarmExample({ swarmInfo: { ControlAvailable: false } })],
  }),
});
