import type { NoticeRow } from "#queries/notice/notice-list.ts";

export interface NoticeHead {
  kind: "head";
  key: string;
  day: string;
  source: string;
  count: number;
  unread: NoticeRow[];
}
export type NoticeLine = NoticeHead | { kind: "notice"; key: string; notice: NoticeRow };

/** Notices below a head per day and source, days and sources in the order in which they first come. */
export function groupNotices(rows: readonly NoticeRow[]): NoticeLine[] {
  const groups = new Map<string, NoticeRow[]>();
  for (const row of rows) {
    const key = `${row.updatedAt.slice(0, 10)} ${row.rootId}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  const days = [...new Set(rows.map((row) => row.updatedAt.slice(0, 10)))];
  return days.flatMap((day) =>
    [...groups].filter(([key]) => key.startsWith(day)).flatMap(([key, notices]) => linesOf(key, day, notices)),
  );
}

function linesOf(key: string, day: string, notices: NoticeRow[]): NoticeLine[] {
  const head: NoticeHead = {
    kind: "head",
    key: `head ${key}`,
    day,
    source: notices[0]?.rootName ?? "Disconnected since",
    count: notices.length,
    unread: notices.filter((notice) => !notice.isRead),
  };
  return [
    head,
    ...notices.map((notice): NoticeLine => ({ kind: "notice", key: `${notice.rootId} ${notice.id}`, notice })),
  ];
}
