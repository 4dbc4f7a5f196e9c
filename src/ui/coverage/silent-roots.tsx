import Link from "next/link";
import { links } from "#domain/links.ts";
import type { SilentRoot } from "#queries/count/coverage.ts";
import { kinds, resourceHref } from "../containers/kind.ts";
import { Signal, type SignalValue } from "../marks/signal.tsx";
import { SheetSection } from "../page/sheet.tsx";
import type { Column } from "../table/column.ts";
import { DataTable } from "../table/data-table.tsx";
import { formatAge, plural } from "../text/format-number.ts";
import { RelativeTime } from "../text/relative-time.tsx";

/** Sources that have sent nothing for longer than twice their interval, or that we may not read. */
export function SilentRoots({ roots }: { roots: SilentRoot[] }) {
  return (
    <SheetSection
      span={12}
      title="Not reporting"
      reading={
        roots.length === 0 ? "Every source reports in time." : `${plural(roots.length, "source")} without current data.`
      }
      aside={roots.length > 0 && <Link href={`${links.containers()}?view=notReporting`}>Open as list</Link>}
    >
      {roots.length > 0 && (
        <DataTable
          label="Sources not reporting"
          rows="detail"
          isInset
          columns={columns}
          state={{ kind: "ready", rows: roots, more: null }}
          rowKey={(row) => row.rootId}
          rowHref={resourceHref}
          empty={null}
        />
      )}
    </SheetSection>
  );
}

const signals: Partial<Record<SilentRoot["signal"], SignalValue>> = {
  late: "late",
  stale: "stale",
  noRight: "noRight",
  unreachable: "unreachable",
  waiting: "waiting",
};

const columns: Column<SilentRoot>[] = [
  {
    key: "name",
    label: "Source",
    width: 340,
    phone: "lead",
    cell: (row) => (
      <>
        <Link href={resourceHref(row)} className="bw-name">
          {row.name}
        </Link>{" "}
        <span className="bw-muted">{kinds[row.kind].one}</span>
      </>
    ),
  },
  {
    key: "state",
    label: "State",
    width: 132,
    phone: "trail",
    cell: (row) => <Signal signal={signals[row.signal] ?? "late"} />,
  },
  {
    key: "why",
    label: "Why",
    phone: "line",
    cell: (row) => (
      <span title={row.reason ?? undefined}>
        {row.reason ?? `Nothing for more than twice its interval of ${formatAge(row.expectedIntervalSeconds * 1000)}`}
      </span>
    ),
  },
  {
    key: "last",
    label: "Last data",
    width: 84,
    align: "right",
    leavesBelow: 1040,
    cell: (row) => <RelativeTime at={row.lastDataAt} />,
  },
  {
    key: "fix",
    label: "Fix",
    isHeadHidden: true,
    width: 112,
    align: "right",
    leavesBelow: 860,
    cell: (row) => (
      <Link href={`${resourceHref(row)}?tab=settings#connection`} aria-label={`Fix ${row.name}`}>
        Fix
      </Link>
    ),
  },
];
