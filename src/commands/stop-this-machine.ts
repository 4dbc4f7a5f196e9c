import { clock } from "#clock.ts";
import { AppError } from "#domain/app-error.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { recordAudit } from "#store/audit.ts";
import { recordChange } from "#store/change.ts";
import { lockLocalAgent, wishLocalAgent } from "#store/host/local-agent.ts";
import { transaction } from "#store/transaction.ts";
import { MachineId } from "./connect-this-machine.ts";

/** Wishes that the agent of a machine where Breakwater runs ends. Its host stays and is shown as silent, with the reason. */
export async function stopThisMachine(actor: Actor, input: unknown): Promise<void> {
  requireRole(actor, "admin");
  const { machineId } = MachineId.parse(input);
  await transaction(async (tx) => {
    const machine = await lockLocalAgent(tx, machineId);
    if (!machine) throw new AppError("not-found", "Breakwater does not run on a machine with this id.");
    await wishLocalAgent(tx, machineId, { isWanted: false, by: actor.name, at: clock.now() });
    await recordAudit(tx, actor, {
      action: "local-agent.stop",
      target: { kind: "local-agent", id: machineId, name: machine.hostname },
      before: { isWanted: machine.isWanted, state: machine.state },
      after: { isWanted: false },
    });
    await recordChange(tx, "local-agents");
  });
}
