import { clock } from "#clock.ts";
import { links } from "#domain/links.ts";
import { recordChange } from "#store/change.ts";
import { markSilent, silentHosts } from "#store/host/host.ts";
import { addNotices } from "#store/notice/notice.ts";
import { transaction } from "#store/transaction.ts";

/** A host is silent after this many missed signs of life. */
const MISSED_INTERVALS = 2;

/** Marks hosts whose agent went silent, each with a notice, so that an old verdict is not taken for a new one. */
export async function noteSilentHosts(): Promise<number> {
  return transaction(async (tx) => {
    const hosts = await silentHosts(tx, MISSED_INTERVALS);
    for (const host of hosts) {
      await markSilent(tx, host.id, `No sign of life since ${minuteOf(host.seenAt)}.`);
      await recordChange(tx, `host:${host.id}`, "containers");
    }
    const day = clock.now().toISOString().slice(0, 10);
    await addNotices(
      tx,
      hosts.map((host) => ({
        rootId: host.id,
        kind: "host-silent" as const,
        dedupeKey: `silent/${day}`,
        severity: "medium" as const,
        title: `${host.name} is silent`,
        detail: `Its agent has not reported since ${minuteOf(host.seenAt)}. What is shown of it is that old.`,
        href: links.host(host.id),
        count: 1,
        isDemo: host.isDemo,
      })),
    );
    return hosts.length;
  });
}

/** "2026-11-28 09:40Z", as the pages write an instant. */
function minuteOf(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace("T", " ")}Z`;
}
