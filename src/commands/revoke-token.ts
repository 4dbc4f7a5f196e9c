import { z } from "zod";
import { AppError } from "#domain/app-error.ts";
import { requireRole } from "#domain/require-role.ts";
import { type Actor, roleIncludes } from "#domain/role.ts";
import { apiTokenById, revokeApiToken } from "#store/account/api-token.ts";
import { recordAudit } from "#store/audit.ts";
import { recordChange } from "#store/change.ts";
import { transaction } from "#store/transaction.ts";

export const RevokeTokenInput = z.object({ tokenId: z.uuid() });

/** Makes a token useless at once. People revoke their own api tokens; the others need an admin. */
export async function revokeToken(actor: Actor, input: unknown): Promise<void> {
  requireRole(actor, "viewer");
  const { tokenId } = RevokeTokenInput.parse(input);
  await transaction(async (tx) => {
    const token = await apiTokenById(tokenId, tx);
    const isOwn = token?.kind === "api" && actor.kind === "user" && token.createdBy === actor.id;
    // What others made is not even confirmed to exist.
    if (!token || !(isOwn || roleIncludes(actor.role, "admin"))) {
      throw new AppError("not-found", "There is no such token that you may revoke. Reload the list.");
    }
    if (!(await revokeApiToken(tx, tokenId)))
      throw new AppError("conflict", `The token ${token.name} was revoked before.`);
    await recordAudit(tx, actor, {
      action: "token.revoke",
      target: { kind: "token", id: tokenId, name: token.name },
      before: { kind: token.kind, role: token.role, scopeKind: token.scopeKind, scopeId: token.scopeId },
    });
    await recordChange(tx, "accounts");
  });
}
