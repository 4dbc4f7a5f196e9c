import { z } from "zod";
import { clock } from "#clock.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { recordAudit } from "#store/audit.ts";
import { recordChange } from "#store/change.ts";
import { markAllNoticesRead, markNoticesUnread, markNoticesRead as markRead } from "#store/notice/notice.ts";
import { transaction } from "#store/transaction.ts";

const Named = z
  .array(z.object({ rootId: z.uuid(), id: z.uuid() }))
  .min(1)
  .max(200);

export const MarkNoticesReadInput = z.union([
  /** These notices, as read or as unread again. */
  z.object({ notices: Named, read: z.boolean().default(true) }),
  /** Everything that the person had on screen: `until` is the newest notice's time, now when it is left out. */
  z.object({ all: z.literal(true), until: z.iso.datetime({ offset: true }).optional() }),
]);

/** Marks notices as read or unread for the person who acts, and for nobody else. Returns how many were named or null for all. */
export async function markNoticesRead(actor: Actor, input: unknown): Promise<{ marked: number | null }> {
  requireRole(actor, "viewer");
  const asked = MarkNoticesReadInput.parse(input);
  return transaction(async (tx) => {
    let marked: number | null = null;
    if ("all" in asked) {
      const now = clock.now();
      const until = asked.until ? new Date(asked.until) : now;
      // A mark in the future would swallow notices that nobody has seen.
      await markAllNoticesRead(tx, actor.id, until > now ? now : until);
    } else {
      marked = await (asked.read ? markRead : markNoticesUnread)(tx, actor.id, asked.notices);
    }
    await recordAudit(tx, actor, {
      action: "all" in asked || asked.read ? "notice.read" : "notice.unread",
      target: { kind: "notice" },
      after: { count: marked ?? "all" },
    });
    await recordChange(tx, "notices");
    return { marked };
  });
}
