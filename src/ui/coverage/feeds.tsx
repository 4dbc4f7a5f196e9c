import Link from "next/link";
import { links } from "#domain/links.ts";
import type { FeedRow } from "#queries/count/coverage.ts";
import { Signal } from "../marks/signal.tsx";
import { DemoTag } from "../marks/tag.tsx";
import { SheetSection } from "../page/sheet.tsx";
import type { Column } from "../table/column.ts";
import { DataTable } from "../table/data-table.tsx";
import { formatNumber, plural } from "../text/format-number.ts";
import { formatMinute, RelativeTime } from "../text/relative-time.tsx";

/** Where advisories come from and how old they are. Without them nothing can be found. */
export function Feeds({ feeds }: { feeds: FeedRow[] }) {
  const failing = feeds.filter((feed) => feed.lastError !== null).length;
  const real = feeds.filter((feed) => !feed.isDemo && feed.records > 0).length;
  return (
    <SheetSection
      span={12}
      title="Advisory sources"
      reading={readingOf(real, failing)}
      aside={<Link href={links.settings("advisories")}>Advisories</Link>}
    >
      {feeds.length > 0 && (
        <DataTable
          label="Advisory sources"
          rows="detail"
          isInset
          columns={columns}
          state={{ kind: "ready", rows: feeds, more: null }}
          rowKey={(row) => row.id}
          empty={null}
        />
      )}
    </SheetSection>
  );
}

function readingOf(real: number, failing: number): string {
  if (real === 0) return "No advisories are loaded, so no image can be assessed.";
  if (failing === 0) return `${plural(real, "source")}, each read at its last check.`;
  return `${plural(failing, "source")} could not be read at the last check. Findings rest on what was read before.`;
}

const columns: Column<FeedRow>[] = [
  {
    key: "title",
    label: "Source",
    width: 340,
    phone: "lead",
    cell: (row) => (
      <span className="bw-row">
        <span className="bw-name bw-cut">{row.title}</span>
        {row.isDemo && <DemoTag />}
      </span>
    ),
  },
  {
    key: "state",
    label: "State",
    phone: "line",
    cell: (row) =>
      row.lastError ? (
        <Signal signal="noRight" title={row.lastError}>
          {row.lastError}
        </Signal>
      ) : (
        <span className="bw-muted">{row.records > 0 ? "Read" : "Never read"}</span>
      ),
  },
  {
    key: "records",
    label: "Records",
    width: 96,
    align: "right",
    phone: "trail",
    cell: (row) => formatNumber(row.records),
  },
  {
    key: "date",
    label: "Data of",
    width: 156,
    align: "right",
    leavesBelow: 860,
    cell: (row) => (row.dataDate ? formatMinute(row.dataDate) : <span className="bw-muted">–</span>),
  },
  {
    key: "checked",
    label: "Checked",
    width: 92,
    align: "right",
    leavesBelow: 1040,
    cell: (row) => <RelativeTime at={row.lastCheckedAt} />,
  },
];
