import { z } from "zod";
import { clock } from "#clock.ts";
import { AppError } from "#domain/app-error.ts";
import { requireRole } from "#domain/require-role.ts";
import { type Actor, Role, roleIncludes } from "#domain/role.ts";
import { TokenKind } from "#domain/token-kind.ts";
import { insertApiToken } from "#store/account/api-token.ts";
import { recordAudit } from "#store/audit.ts";
import { recordChange } from "#store/change.ts";
import { transaction } from "#store/transaction.ts";
import { AddressRange } from "./address-range.ts";

export const CreateTokenInput = z
  .object({
    kind: TokenKind,
    name: z.string().trim().min(1, "must not be empty").max(100, "must have at most 100 characters"),
    /** For `api` tokens: what they may do. */
    role: Role.optional(),
    scopeKind: z.enum(["registry", "host", "cluster"]).optional(),
    scopeId: z.string().min(1).max(200).optional(),
    /** null = never, which only an admin may choose. */
    expiresInDays: z.number().int().min(1).max(730).nullable().default(90),
    usesLeft: z.number().int().min(1).max(10_000).optional(),
    allowedAddresses: z.array(AddressRange).max(20).default([]),
  })
  .superRefine((wanted, context) => {
    const fault = (path: string, message: string) => context.addIssue({ code: "custom", path: [path], message });
    if (wanted.kind === "api" && !wanted.role) fault("role", "is needed for an api token");
    if (wanted.kind !== "api" && wanted.role) fault("role", "is only for api tokens");
    if (Boolean(wanted.scopeKind) !== Boolean(wanted.scopeId)) fault("scopeId", "give scopeKind and scopeId together");
    if (wanted.kind === "webhook" && wanted.scopeKind !== "registry")
      fault("scopeKind", "a webhook token is for one registry");
    if ((wanted.kind === "agent" || wanted.kind === "sensor") && !wanted.scopeKind) {
      fault("scopeKind", `${wanted.kind === "agent" ? "an agent" : "a sensor"} token is for one host or cluster`);
    }
    if (wanted.usesLeft !== undefined && wanted.kind !== "enrol") fault("usesLeft", "is only for enrol tokens");
  });

/**
 * Makes a token. The text is returned once and stored only as a hash. Everybody may make api tokens up to their own role; the
 * other kinds, and tokens that never expire, need an admin. An api token cannot make another api token.
 */
export async function createToken(
  actor: Actor,
  input: unknown,
): Promise<{ id: string; token: string; expiresAt: string | null }> {
  requireRole(actor, "viewer");
  const wanted = CreateTokenInput.parse(input);
  if (wanted.kind !== "api" || wanted.expiresInDays === null) requireRole(actor, "admin");
  if (wanted.kind === "api") requireWithinOwnRole(actor, wanted.role);
  const expiresAt =
    wanted.expiresInDays === null ? null : new Date(clock.now().getTime() + wanted.expiresInDays * 86_400_000);
  return transaction(async (tx) => {
    const { kind, name, role, scopeKind, scopeId, usesLeft, allowedAddresses } = wanted;
    const { id, token } = await insertApiToken(tx, {
      kind,
      name,
      allowedAddresses,
      expiresAt,
      createdBy: actor.kind === "system" ? null : actor.id,
      ...(role ? { role } : {}),
      ...(scopeKind && scopeId ? { scope: { kind: scopeKind, id: scopeId } } : {}),
      ...(usesLeft === undefined ? {} : { usesLeft }),
    });
    await recordAudit(tx, actor, {
      action: "token.create",
      target: { kind: "token", id, name },
      after: { kind, role, scopeKind, scopeId, usesLeft, allowedAddresses, expiresAt },
    });
    await recordChange(tx, "accounts");
    return { id, token, expiresAt: expiresAt?.toISOString() ?? null };
  });
}

function requireWithinOwnRole(actor: Actor, role: Role | undefined): void {
  if (actor.kind === "token")
    throw new AppError("forbidden", "An api token cannot make another api token. Sign in to make one.");
  if (role && roleIncludes(actor.role, role)) return;
  throw new AppError("forbidden", `A token cannot do more than you: your role is ${actor.role}.`, {
    faults: [{ pointer: "/role", detail: `must be at most ${actor.role}` }],
  });
}
