import { expect, it } from "vitest";
import type { NoticeRow } from "#queries/notice/notice-list.ts";
import { groupNotices } from "./group-notices.ts";

const notice = (id: string, rootId: string, updatedAt: string, isRead = false): NoticeRow => ({
  rootId,
  id,
  kind: "new-findings",
  severity: "high",
  title: id,
  detail: "",
  href: "/",
  count: 1,
  vulnerabilityKey: null,
  createdAt: updatedAt,
  updatedAt,
  isRead,
  isDemo: false,
  rootName: `source ${rootId}`,
});

it("puts notices below a head per day and source, each notice once and in its order", () => {
  const lines = groupNotices([
    notice("a", "1", "2026-11-28T10:00:00Z"),
    notice("b", "2", "2026-11-28T09:00:00Z", true),
    notice("c", "1", "2026-11-28T08:00:00Z"),
    notice("d", "1", "2026-11-27T08:00:00Z"),
  ]);
  expect(
    lines.map((line) =>
      line.kind === "head" ? `${line.day} ${line.source}: ${line.count}, ${line.unread.length} new` : line.notice.id,
    ),
  ).toEqual([
    "2026-11-28 source 1: 2, 2 new",
    "a",
    "c",
    "2026-11-28 source 2: 1, 0 new",
    "b",
    "2026-11-27 source 1: 1, 1 new",
    "d",
  ]);
});
