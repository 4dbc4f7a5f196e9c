"use client";
import { Menu } from "@mantine/core";
import Link from "next/link";
import { shortDigest } from "#domain/digest.ts";
import { links } from "#domain/links.ts";
import type { FindingChange, ImageChanges, PackageChange } from "#queries/image/image-changes.ts";
import type { ImageDetail } from "#queries/image/image-detail.ts";
import { toProblem } from "../data/problem.ts";
import { useUrlState } from "../data/use-url-state.ts";
import { useView } from "../data/use-view.ts";
import { Severity } from "../marks/severity.tsx";
import { Kev } from "../marks/tag.tsx";
import { EmptyState } from "../state/empty-state.tsx";
import { ErrorCard } from "../state/error-card.tsx";
import { LoadingBars } from "../state/loading-bars.tsx";
import type { Column } from "../table/column.ts";
import { DataTable } from "../table/data-table.tsx";
import { plural } from "../text/format-number.ts";
import { formatMinute } from "../text/relative-time.tsx";
import styles from "./image.module.css";
import { imageView } from "./image-params.ts";

/** What came and went against the push before, or against an image that the reader picks. */
export function ChangesTab({ image }: { image: ImageDetail }) {
  const url = useUrlState();
  const query = useView<ImageChanges>(imageView(image.digest, "changes", url.params), {
    topics: [`image:${image.digest}`],
  });
  const changes = query.data;
  if (!changes) {
    return (
      <div className="bw-pad">
        {query.error ? (
          <ErrorCard what="what changed" problem={toProblem(query.error)} retry={() => void query.refetch()} />
        ) : (
          <LoadingBars count={6} />
        )}
      </div>
    );
  }
  const { against } = changes;
  return (
    <>
      <div className={styles.section}>
        <p className="bw-row bw-wrap">
          {against ? (
            <span>
              Against{" "}
              <Link
                href={links.image(against.digest, {
                  registryId: image.place.registryId,
                  repository: image.place.repository,
                })}
              >
                {against.tag ? `${against.tag}, ` : ""}
                <span className="bw-mono">{shortDigest(against.digest)}</span>
              </Link>
              , pushed {formatMinute(against.pushedAt)}.
            </span>
          ) : (
            <span>This is the first assessed push of its repository, so there is nothing to compare with.</span>
          )}
          {changes.choices.length > 0 && <AgainstMenu changes={changes} />}
        </p>
      </div>
      {against && !against.isAssessed && (
        <div className="bw-pad">
          <EmptyState title="Not known">
            That image was never scanned, so what changed against it is not known.
          </EmptyState>
        </div>
      )}
      {against?.isAssessed && <Changes image={image} changes={changes} />}
    </>
  );
}

function AgainstMenu({ changes }: { changes: ImageChanges }) {
  const url = useUrlState();
  return (
    <Menu width={320}>
      <Menu.Target>
        <button type="button" className="bw-link-button">
          Compare with another image
        </button>
      </Menu.Target>
      <Menu.Dropdown mah={360} style={{ overflowY: "auto" }}>
        <Menu.Item onClick={() => url.set({ against: undefined })}>The push before</Menu.Item>
        <Menu.Divider />
        {changes.choices.map((choice) => (
          <Menu.Item key={choice.digest} onClick={() => url.set({ against: choice.digest })}>
            {choice.tags[0] ?? "Untagged"}, <span className="bw-mono">{shortDigest(choice.digest)}</span>,{" "}
            {formatMinute(choice.pushedAt)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function Changes({ image, changes }: { image: ImageDetail; changes: ImageChanges }) {
  return (
    <>
      <ChangeTable title="Introduced" rows={changes.introduced} none="No finding was introduced." image={image} opens />
      <ChangeTable title="Fixed" rows={changes.fixed} none="No finding was fixed." image={image} />
      <Packages rows={changes.packages} />
    </>
  );
}

interface ChangeTableProps {
  title: "Introduced" | "Fixed";
  rows: FindingChange[];
  none: string;
  image: ImageDetail;
  /** The findings are in this image, so a row opens its panel. */
  opens?: boolean;
}

function ChangeTable({ title, rows, none, opens = false }: ChangeTableProps) {
  const url = useUrlState();
  const hrefOf = (row: FindingChange) =>
    opens
      ? url.href({ tab: undefined, against: undefined, cve: row.key, pkg: row.packageVersionId })
      : links.vulnerability(row.key);
  const columns: Column<FindingChange>[] = [
    {
      key: "severity",
      label: "Severity",
      width: 136,
      phone: "lead",
      cell: (row) => <Severity severity={row.severity} />,
    },
    {
      key: "vulnerability",
      label: "Vulnerability",
      phone: "line",
      cell: (row) => (
        <span className="bw-row">
          <Link href={hrefOf(row)} className="bw-medium bw-nowrap">
            {row.key}
          </Link>
          <span className="bw-second bw-cut" title={row.title}>
            {row.title === row.key ? "" : row.title}
          </span>
        </span>
      ),
    },
    {
      key: "package",
      label: "Package",
      width: 300,
      phone: "line",
      cell: (row) => <span className="bw-mono">{`${row.packageName} ${row.version}`}</span>,
    },
    {
      key: "kev",
      label: "KEV",
      width: 68,
      phone: "trail",
      cell: (row) => (row.kev ? <Kev /> : <span className="bw-muted">–</span>),
    },
  ];
  return (
    <section aria-label={title}>
      <div className={styles.section}>
        <h2 className="bw-h2" data-list-total={rows.length}>
          {title} <span className="bw-muted">{rows.length}</span>
        </h2>
      </div>
      {rows.length === 0 ? (
        <p className={styles.none}>{none}</p>
      ) : (
        <DataTable
          label={title}
          columns={columns}
          rows="detail"
          state={{ kind: "ready", rows, more: null }}
          rowKey={(row) => `${row.key} ${row.packageVersionId}`}
          rowHref={hrefOf}
          empty={none}
        />
      )}
    </section>
  );
}

const packageColumns: Column<PackageChange>[] = [
  { key: "name", label: "Package", phone: "lead", cell: (row) => <span className="bw-name">{row.name}</span> },
  {
    key: "type",
    label: "Type",
    width: 80,
    phone: "trail",
    cell: (row) => <span className="bw-muted">{row.type}</span>,
  },
  {
    key: "before",
    label: "Before",
    width: 260,
    phone: "line",
    cell: (row) => <Versions versions={row.before} none="not installed" />,
  },
  {
    key: "after",
    label: "Now",
    width: 260,
    phone: "line",
    cell: (row) => <Versions versions={row.after} none="removed" />,
  },
];

function Versions({ versions, none }: { versions: string[]; none: string }) {
  return versions.length === 0 ? (
    <span className="bw-muted">{none}</span>
  ) : (
    <span className="bw-mono">{versions.join(", ")}</span>
  );
}

function Packages({ rows }: { rows: PackageChange[] }) {
  return (
    <section aria-label="Packages that changed">
      <div className={styles.section}>
        <h2 className="bw-h2">{plural(rows.length, "package changed", "packages changed")}</h2>
      </div>
      {rows.length === 0 ? (
        <p className={styles.none}>Every package has the same version in both images.</p>
      ) : (
        <DataTable
          label="Packages that changed"
          columns={packageColumns}
          rows="detail"
          state={{ kind: "ready", rows, more: null }}
          rowKey={(row) => `${row.type} ${row.name}`}
          empty={null}
        />
      )}
    </section>
  );
}
