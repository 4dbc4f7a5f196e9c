import { z } from "zod";
import { clock } from "#clock.ts";
import { AppError } from "#domain/app-error.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { recordAudit } from "#store/audit.ts";
import { recordChange } from "#store/change.ts";
import { lockLocalAgent, wishLocalAgent } from "#store/host/local-agent.ts";
import { transaction } from "#store/transaction.ts";

export const MachineId = z.object({ machineId: z.uuid() });

/**
 * Wishes that the agent runs on a machine where Breakwater runs. Its launcher makes the token and starts the agent; this
 * process touches neither. Throws not-found without such a launcher, conflict when the agent could not start there.
 */
export async function connectThisMachine(actor: Actor, input: unknown): Promise<void> {
  requireRole(actor, "admin");
  const { machineId } = MachineId.parse(input);
  await transaction(async (tx) => {
    const machine = await lockLocalAgent(tx, machineId);
    if (!machine?.isPresent)
      throw new AppError(
        "not-found",
        "Breakwater's launcher on this machine does not answer. Start Breakwater with npm start.",
      );
    if (machine.twin)
      throw new AppError(
        "conflict",
        `An agent reports this machine as ${machine.twin} already. Remove that host first when it no longer does.`,
      );
    if (!machine.hasEngine)
      throw new AppError("conflict", machine.firstProblem ?? "No Docker or Podman socket was found on this machine.");
    await wishLocalAgent(tx, machineId, { isWanted: true, by: actor.name, at: clock.now() });
    await recordAudit(tx, actor, {
      action: "local-agent.start",
      target: { kind: "local-agent", id: machineId, name: machine.hostname },
      before: { isWanted: machine.isWanted, state: machine.state },
      after: { isWanted: true },
    });
    await recordChange(tx, "local-agents");
  });
}
