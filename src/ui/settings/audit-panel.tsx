"use client";
import type { AuditItem } from "#queries/audit/audit-list.ts";
import { FactPairs } from "../page/fact-line.tsx";
import { SidePanel } from "../page/side-panel.tsx";
import { formatInstant } from "../text/relative-time.tsx";
import { auditAction, auditActor, auditField, auditOutcome, auditTarget } from "../words/audit-words.ts";
import styles from "./settings.module.css";

interface AuditPanelProps {
  item: AuditItem;
  fullPage: string;
  close: () => void;
}

/** One entry: who, on what, from where, and every value before and after. */
export function AuditPanel({ item, fullPage, close }: AuditPanelProps) {
  const rows = changes(item.before, item.after);
  return (
    <SidePanel
      title={auditAction(item.action)}
      subtitle={item.targetName ?? item.targetId ?? undefined}
      fullPage={fullPage}
      close={close}
    >
      <FactPairs
        facts={[
          { label: "When", value: formatInstant(item.at) },
          { label: "Who", value: `${item.actorName}, ${auditActor(item.actorKind)}` },
          { label: "Code", value: <span className="bw-mono">{item.action}</span> },
          item.actorId !== null && { label: "Id of who", value: <span className="bw-mono">{item.actorId}</span> },
          { label: "Outcome", value: auditOutcome(item.outcome) },
          item.targetKind !== null && {
            label: "Target",
            value: `${auditTarget(item.targetKind)} ${item.targetName ?? ""}`,
          },
          item.targetId !== null && { label: "Target id", value: <span className="bw-mono">{item.targetId}</span> },
          { label: "From", value: item.address ?? "Not known" },
          item.requestId !== null && { label: "Request", value: <span className="bw-mono">{item.requestId}</span> },
        ]}
      />
      <h3>What changed</h3>
      {rows.length === 0 ? (
        <p className="bw-second">This action keeps no values.</p>
      ) : (
        <table className={styles.diff}>
          <thead>
            <tr>
              <th scope="col">Value</th>
              <th scope="col">Before</th>
              <th scope="col">After</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.name} data-changed={row.before !== row.after || undefined}>
                <th scope="row">{auditField(row.name)}</th>
                <td>{row.before}</td>
                <td>{row.after}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </SidePanel>
  );
}

interface ChangeRow {
  name: string;
  before: string;
  after: string;
}

function changes(before: unknown, after: unknown): ChangeRow[] {
  const left = fields(before);
  const right = fields(after);
  return [...new Set([...Object.keys(left), ...Object.keys(right)])].map((name) => ({
    name,
    before: show(left[name]),
    after: show(right[name]),
  }));
}

function fields(value: unknown): Record<string, unknown> {
  if (value === null || value === undefined) return {};
  return typeof value === "object" && !Array.isArray(value) ? (value as Record<string, unknown>) : { value };
}

function show(value: unknown): string {
  if (value === undefined || value === null) return "–";
  return typeof value === "string" ? value : JSON.stringify(value);
}
