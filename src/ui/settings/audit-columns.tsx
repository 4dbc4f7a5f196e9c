import type { AuditItem } from "#queries/audit/audit-list.ts";
import type { Column } from "../table/column.ts";
import { formatInstant, RelativeTime } from "../text/relative-time.tsx";
import { auditAction, auditActor, auditOutcome, auditTarget } from "../words/audit-words.ts";

/** The columns of the audit log. */
export const auditColumns: Column<AuditItem>[] = [
  {
    key: "action",
    label: "Action",
    phone: "lead",
    cell: (item) => (
      <>
        <div className="bw-name">
          {auditAction(item.action)}
          {item.outcome !== "done" && <span className="bw-second">, {auditOutcome(item.outcome).toLowerCase()}</span>}
        </div>
        <div className="bw-sub bw-cut" title={targetOf(item)}>
          {targetOf(item)}
        </div>
      </>
    ),
  },
  {
    key: "actor",
    label: "Who",
    width: 220,
    phone: "line",
    cell: (item) => (
      <>
        <div>{item.actorName}</div>
        <div className="bw-sub">{auditActor(item.actorKind)}</div>
      </>
    ),
  },
  {
    key: "address",
    label: "From",
    width: 180,
    leavesBelow: 1040,
    cell: (item) =>
      item.address ? <span className="bw-mono">{item.address}</span> : <span className="bw-muted">–</span>,
  },
  {
    key: "at",
    label: "When",
    width: 170,
    phone: "trail",
    cell: (item) => (
      <>
        <div className="bw-nowrap">{formatInstant(item.at)}</div>
        <div className="bw-sub">
          <RelativeTime at={item.at} ago />
        </div>
      </>
    ),
  },
];

function targetOf(item: AuditItem): string {
  return [item.targetKind && auditTarget(item.targetKind), item.targetName ?? item.targetId].filter(Boolean).join(" ");
}
