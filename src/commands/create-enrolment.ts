import { z } from "zod";
import { clock } from "#clock.ts";
import { config } from "#config.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { insertApiToken } from "#store/account/api-token.ts";
import { recordAudit } from "#store/audit.ts";
import { transaction } from "#store/transaction.ts";
import { AddressRange } from "./address-range.ts";

const Enrolment = z.object({
  name: z.string().trim().min(1, "must not be empty").max(100).default("Docker hosts"),
  /** 1 for one host; more for a fleet. */
  uses: z.number().int().min(1).max(10_000).default(1),
  expiresInHours: z
    .number()
    .int()
    .min(1)
    .max(24 * 90)
    .default(1),
  allowedAddresses: z.array(AddressRange).max(20).default([]),
  /** New hosts wait until an admin approves them. */
  needsApproval: z.boolean().default(false),
});

/** What the connect page shows once: the token is stored only as a hash. */
export interface CreatedEnrolment {
  tokenId: string;
  token: string;
  expiresAt: string;
  server: string;
}

/** Makes a token with which new hosts enrol themselves: one use and one hour by default, or N uses for a fleet. */
export async function createEnrolment(actor: Actor, input: unknown): Promise<CreatedEnrolment> {
  requireRole(actor, "admin");
  const wanted = Enrolment.parse(input);
  const expiresAt = new Date(clock.now().getTime() + wanted.expiresInHours * 3_600_000);
  return transaction(async (tx) => {
    const { id, token } = await insertApiToken(tx, {
      kind: "enrol",
      name: wanted.name,
      usesLeft: wanted.uses,
      allowedAddresses: wanted.allowedAddresses,
      expiresAt,
      createdBy: actor.kind === "user" ? actor.id : null,
      ...(wanted.needsApproval ? { scope: { kind: "enrolment", id: "approve" } } : {}),
    });
    await recordAudit(tx, actor, {
      action: "host.create-enrolment",
      target: { kind: "token", id, name: wanted.name },
      after: {
        uses: wanted.uses,
        expiresAt,
        allowedAddresses: wanted.allowedAddresses,
        needsApproval: wanted.needsApproval,
      },
    });
    return { tokenId: id, token, expiresAt: expiresAt.toISOString(), server: config().publicUrl };
  });
}
