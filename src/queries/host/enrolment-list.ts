import { z } from "zod";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { IsoColumn } from "#queries/list/columns.ts";
import { selectRows, sql } from "#store/sql.ts";

export const EnrolmentListParams = z.object({ tokenId: z.uuid().optional().catch(undefined) });

const Token = z.object({
  id: z.string(),
  name: z.string(),
  prefix: z.string(),
  usesLeft: z.number().nullable(),
  expiresAt: IsoColumn.nullable(),
  createdAt: IsoColumn,
});
const Arrival = z.object({
  hostId: z.string(),
  name: z.string(),
  approval: z.string(),
  enrolledAt: IsoColumn,
  lastReportAt: IsoColumn.nullable(),
  tokenId: z.string().nullable(),
});
export interface EnrolmentList {
  tokens: z.infer<typeof Token>[];
  /** Hosts that enrolled in the last day or wait for approval (with the token asked for, when one is), newest first. */
  arrivals: z.infer<typeof Arrival>[];
}

/** What the connect page watches: enrolment tokens that still work, and the hosts that arrive with them. */
export async function enrolmentList(actor: Actor, input: z.input<typeof EnrolmentListParams>): Promise<EnrolmentList> {
  requireRole(actor, "admin");
  const { tokenId } = EnrolmentListParams.parse(input);
  const tokens = await selectRows(
    Token,
    sql`select id, name, prefix, uses_left as "usesLeft", expires_at as "expiresAt", created_at as "createdAt" from api_token
         where kind = 'enrol' and revoked_at is null and (expires_at is null or expires_at > now()) and (uses_left is null or uses_left > 0)
         order by created_at desc limit 50`,
  );
  const arrivals = await selectRows(
    Arrival,
    sql`select id as "hostId", name, approval, created_at as "enrolledAt", last_report_at as "lastReportAt", enrol_token_id as "tokenId" from host
         where removed_at is null and (${tokenId ?? null}::uuid is null or enrol_token_id = ${tokenId ?? null}::uuid)
           and (created_at > now() - interval '1 day' or approval = 'pending') order by created_at desc limit 100`,
  );
  return { tokens, arrivals };
}
