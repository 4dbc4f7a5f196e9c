"use client";
import { Button } from "@mantine/core";
import Link from "next/link";
import { type ReactNode, useCallback } from "react";
import { noticeKindWords } from "#domain/notice-kind.ts";
import type { NoticeList, NoticeRow } from "#queries/notice/notice-list.ts";
import { useChange } from "../data/use-change.ts";
import { useUrlState } from "../data/use-url-state.ts";
import { currentPage, useListView } from "../data/use-view.ts";
import { Icon } from "../icon.tsx";
import { Severity } from "../marks/severity.tsx";
import { DemoTag } from "../marks/tag.tsx";
import { ChoiceFilter, FilterBar } from "../page/filter-bar.tsx";
import { ScopeLine } from "../page/scope-line.tsx";
import { Views } from "../page/views.tsx";
import { Freshness } from "../shell/freshness.tsx";
import { Page } from "../shell/page.tsx";
import { EmptyState } from "../state/empty-state.tsx";
import { FilteredEmpty } from "../state/filtered-empty.tsx";
import type { Column } from "../table/column.ts";
import { DataTable } from "../table/data-table.tsx";
import { tableState } from "../table/table-state.ts";
import { plural } from "../text/format-number.ts";
import { RelativeTime, useNow } from "../text/relative-time.tsx";
import { groupNotices, type NoticeHead, type NoticeLine } from "./group-notices.ts";
import { noticesView } from "./notice-params.ts";
import styles from "./notices.module.css";

const severities = [
  { value: "critical", label: "Critical" },
  { value: "critical,high", label: "High and worse" },
  { value: "high", label: "High" },
  { value: "medium", label: "Medium" },
  { value: "low", label: "Low" },
];
const filterNames = ["unread", "severity", "kind", "root"];

/** What is new for the signed-in person: one notice per repository and vulnerability, newest first. */
export function NoticesView() {
  const url = useUrlState();
  const list = useListView<NoticeList>(noticesView(url.params), { topics: ["notices"] });
  const mark = useChange<object>((body) => ({ method: "POST", path: "/api/v1/notices/read", body }));
  const first = list.data?.pages[0];
  const current = currentPage(list);
  const rows = list.data?.pages.flatMap((page) => page.rows);
  const filters = filterNames.filter((name) => url.get(name)).length;
  const setRead = useCallback(
    (row: NoticeRow, read: boolean) => mark.run({ notices: [{ rootId: row.rootId, id: row.id }], read }),
    [mark],
  );
  const markGroup = useCallback(
    (unread: NoticeRow[]) => mark.run({ notices: unread.map(({ rootId, id }) => ({ rootId, id })), read: true }),
    [mark],
  );
  const newest = rows?.[0]?.updatedAt;
  return (
    <Page title="Notices" freshness={first && <Freshness at={first.asOf.readAt} advisoriesAt={first.asOf.dataDate} />}>
      <ScopeLine>
        New findings, flaws that became known as exploited, controls that hosts no longer meet, hosts that went silent,
        and first looks at what was connected. Only you see what you have read.
      </ScopeLine>
      <Views
        label="Notices"
        views={[
          { label: "All", href: url.href({ unread: undefined }), isCurrent: !url.get("unread") },
          {
            label: "Unread",
            href: url.href({ unread: "1" }),
            isCurrent: url.get("unread") === "1",
            ...(filters - (url.get("unread") ? 1 : 0) === 0 ? { count: first?.unread } : {}),
          },
        ]}
      />
      <FilterBar
        tools={
          <>
            {current && (
              <span data-list-total={current.total} style={{ marginRight: 8 }}>
                {plural(current.total, "notice")}
              </span>
            )}
            <Button
              leftSection={<Icon name="check" />}
              disabled={!first || first.unread === 0 || mark.isRunning}
              onClick={() => mark.run({ all: true, ...(newest && !filters ? { until: newest } : {}) })}
            >
              Mark all read
            </Button>
          </>
        }
      >
        <ChoiceFilter
          label="Severity"
          choices={severities}
          value={url.get("severity")}
          onChange={(severity) => url.set({ severity })}
        />
        <ChoiceFilter
          label="Kind"
          choices={(first?.kinds ?? []).map((kind) => ({ value: kind, label: noticeKindWords[kind] }))}
          value={url.get("kind")}
          onChange={(kind) => url.set({ kind })}
        />
        {url.get("root") && (
          <ChoiceFilter
            label="Source"
            choices={[{ value: url.get("root") ?? "", label: rows?.[0]?.rootName ?? "one" }]}
            value={url.get("root")}
            onChange={() => url.set({ root: undefined })}
          />
        )}
      </FilterBar>
      {mark.problem && (
        <p className="bw-signal bw-pad" role="alert">
          {mark.problem.detail}
        </p>
      )}
      <DataTable
        label="Notices"
        noun="notices"
        columns={noticeColumns(first?.asOf.readAt, setRead)}
        state={tableState(list, rows && groupNotices(rows), filters > 0)}
        rowKey={(line) => line.key}
        rowHref={(line) => (line.kind === "notice" ? line.notice.href : undefined)}
        fullRow={(line) => (line.kind === "head" ? <GroupHead head={line} markRead={markGroup} /> : null)}
        empty={
          <EmptyState title="Nothing new">
            Notices come when a push or new advisories bring findings at or above the threshold, and when a Docker host
            no longer meets a control or goes silent.
          </EmptyState>
        }
        filteredEmpty={
          <FilteredEmpty
            noun={["notice", "notices"]}
            filters={filters}
            hidden={null}
            clear={() => url.set(Object.fromEntries(filterNames.map((name) => [name, undefined])))}
          />
        }
      />
    </Page>
  );
}

function noticeColumns(
  readAt: string | undefined,
  setRead: (row: NoticeRow, read: boolean) => void,
): Column<NoticeLine>[] {
  const cell = (draw: (row: NoticeRow) => ReactNode) => (line: NoticeLine) =>
    line.kind === "notice" ? draw(line.notice) : null;
  return [
    {
      key: "severity",
      label: "Severity",
      width: 136,
      phone: "line",
      cell: cell((row) => <Severity severity={row.severity} />),
    },
    {
      key: "title",
      label: "What is new",
      phone: "lead",
      cell: cell((row) => (
        <>
          <span className="bw-row">
            {!row.isRead && (
              <span className={styles.dot}>
                <span className="bw-hidden">Unread</span>
              </span>
            )}
            <Link href={row.href} className={`bw-cut ${row.isRead ? styles.read : "bw-name"}`} title={row.title}>
              {row.title}
            </Link>
            {row.isDemo && <DemoTag />}
          </span>
          <div className="bw-sub bw-cut" title={row.detail}>
            {row.detail}
          </div>
        </>
      )),
    },
    {
      key: "kind",
      label: "Kind",
      width: 150,
      leavesBelow: 1040,
      cell: cell((row) => <span className="bw-second">{noticeKindWords[row.kind]}</span>),
    },
    {
      key: "source",
      label: "Source",
      width: 180,
      leavesBelow: 860,
      cell: cell((row) => <span className="bw-second">{row.rootName ?? "–"}</span>),
    },
    {
      key: "at",
      label: "When",
      width: 92,
      align: "right",
      phone: "trail",
      cell: cell((row) => <RelativeTime at={row.updatedAt} {...(readAt ? { now: readAt } : {})} />),
    },
    {
      key: "read",
      label: "Read",
      isHeadHidden: true,
      width: 118,
      align: "right",
      phone: "line",
      cell: cell((row) => (
        <button
          type="button"
          className="bw-link-button"
          onClick={() => setRead(row, !row.isRead)}
          aria-label={`Mark ${row.isRead ? "unread" : "read"}: ${row.title}`}
        >
          {row.isRead ? "Mark unread" : "Mark read"}
        </button>
      )),
    },
  ];
}

/** "Today, Demo registry": a day of one source, with the way to be done with it. */
function GroupHead({ head, markRead }: { head: NoticeHead; markRead: (unread: NoticeRow[]) => void }) {
  const today = new Date(useNow()).toISOString().slice(0, 10);
  return (
    <div className={styles.head}>
      <b>{head.day === today ? "Today" : head.day}</b>
      <span>{head.source}</span>
      <span className="bw-muted">
        {plural(head.count, "notice")}
        {head.unread.length > 0 && `, ${head.unread.length} unread`}
      </span>
      {head.unread.length > 1 && (
        <button type="button" className="bw-link-button" onClick={() => markRead(head.unread)}>
          Mark these read
        </button>
      )}
    </div>
  );
}
