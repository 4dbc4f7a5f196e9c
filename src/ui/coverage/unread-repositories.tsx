import Link from "next/link";
import { links } from "#domain/links.ts";
import type { UnreadRepository } from "#queries/count/coverage.ts";
import { SheetSection } from "../page/sheet.tsx";
import type { Column } from "../table/column.ts";
import { DataTable } from "../table/data-table.tsx";
import { plural } from "../text/format-number.ts";

/** Repositories that the last comparison could not read. Nothing is drawn when it read all of them. */
export function UnreadRepositories({ repositories }: { repositories: UnreadRepository[] }) {
  if (repositories.length === 0) return null;
  return (
    <SheetSection
      span={12}
      title="Repositories not read"
      reading={`The last comparison could not read ${plural(repositories.length, "repository", "repositories")}.`}
    >
      <DataTable
        label="Repositories not read"
        rows="detail"
        isInset
        columns={columns}
        state={{ kind: "ready", rows: repositories, more: null }}
        rowKey={(row) => `${row.registryId} ${row.repository}`}
        empty={null}
      />
    </SheetSection>
  );
}

const columns: Column<UnreadRepository>[] = [
  {
    key: "name",
    label: "Repository",
    width: 340,
    phone: "lead",
    cell: (row) => <span className="bw-name">{row.repository}</span>,
  },
  {
    key: "registry",
    label: "Registry",
    width: 132,
    phone: "trail",
    cell: (row) => <Link href={links.registry(row.registryId)}>{row.registry}</Link>,
  },
  { key: "why", label: "Why", phone: "line", cell: (row) => <span title={row.reason}>{row.reason}</span> },
];
