import Link from "next/link";
import { endCauseWords } from "#domain/exemption.ts";
import { links } from "#domain/links.ts";
import type { ImageDecision } from "#queries/image/image-decisions.ts";
import { exemptionReasonWords } from "../exemption/exemption-words.ts";
import type { Column } from "../table/column.ts";
import { DataTable } from "../table/data-table.tsx";
import { formatMinute } from "../text/relative-time.tsx";
import styles from "./image.module.css";

/** What was decided about vulnerabilities of this image here, and why some count again. */
export function DecisionHistory({ decisions }: { decisions: readonly ImageDecision[] }) {
  if (decisions.length === 0) return null;
  return (
    <>
      <div className={styles.section}>
        <h2 className="bw-h2">Decisions</h2>
      </div>
      <DataTable
        label="Decisions"
        rows="detail"
        columns={columns}
        state={{ kind: "ready", rows: [...decisions], more: null }}
        rowKey={(row) => `${row.exemptionId} ${row.because}`}
        empty={null}
      />
    </>
  );
}

const columns: Column<ImageDecision>[] = [
  {
    key: "at",
    label: "When",
    width: 160,
    phone: "trail",
    cell: (row) => <span className="bw-second">{formatMinute(row.at)}</span>,
  },
  {
    key: "what",
    label: "What",
    width: 160,
    phone: "lead",
    cell: (row) => <Link href={links.vulnerability(row.vulnerability)}>{row.vulnerability}</Link>,
  },
  {
    key: "decision",
    label: "Decision",
    phone: "line",
    cell: (row) => (
      <span className="bw-cut" title={row.note}>
        {decisionWords(row)} <span className="bw-second">{row.note}</span>
      </span>
    ),
  },
];

function decisionWords({ because, by, reason, until }: ImageDecision): string {
  if (because !== null) return `Counts again: ${endCauseWords[because]}${by ? ` by ${by}` : ""}.`;
  const end = until === null ? "until somebody ends it" : `until ${until.slice(0, 10)}`;
  return `Exempted by ${by}, ${end}: ${exemptionReasonWords[reason].label.toLowerCase()}.`;
}
