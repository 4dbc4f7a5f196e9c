import { Button } from "@mantine/core";
import Link from "next/link";
import { links } from "#domain/links.ts";
import type { ExemptionItem } from "#queries/assessment/exemption-list.ts";
import { exemptionReasonWords } from "#ui/assessment/exemption-words.ts";
import type { Column } from "../table/column.ts";
import { plural } from "../text/format-number.ts";
import { formatMinute, RelativeTime } from "../text/relative-time.tsx";
import styles from "./settings.module.css";

/** The columns of the list of exemptions; `end` asks to end one, null hides that. */
export function exemptionColumns(end: ((exemption: ExemptionItem) => void) | null): Column<ExemptionItem>[] {
  return [
    {
      key: "what",
      label: "Exempt",
      phone: "lead",
      cell: (exemption) => (
        <>
          <div className={styles.wraps}>
            <span className="bw-muted">{exemption.control}</span>{" "}
            <Link href={links.rule(exemption.ruleId)} className="bw-name">
              {exemption.title}
            </Link>
          </div>
          {exemption.item && (
            <div className="bw-sub bw-cut" title={exemption.item}>
              {exemption.item}
            </div>
          )}
        </>
      ),
    },
    { key: "where", label: "Where", width: 180, phone: "line", cell: (exemption) => <Where exemption={exemption} /> },
    {
      key: "why",
      label: "Why",
      phone: "line",
      cell: (exemption) => (
        <div style={{ padding: "4px 0" }}>
          <div>{exemptionReasonWords[exemption.reason].label}</div>
          <div className={`bw-sub ${styles.wraps}`}>{exemption.note}</div>
        </div>
      ),
    },
    {
      key: "by",
      label: "By",
      width: 150,
      leavesBelow: 1040,
      phone: "line",
      cell: (exemption) => (
        <>
          <div className="bw-cut" title={exemption.createdBy}>
            {exemption.createdBy}
          </div>
          <div className="bw-sub">
            <RelativeTime at={exemption.createdAt} ago />
          </div>
        </>
      ),
    },
    { key: "until", label: "Until", width: 160, phone: "line", cell: (exemption) => <Until exemption={exemption} /> },
    {
      key: "actions",
      label: "End",
      isHeadHidden: true,
      width: 84,
      align: "right",
      phone: "trail",
      cell: (exemption) =>
        end &&
        exemption.state !== "ended" && (
          <Button
            size="xs"
            aria-label={`End the exemption of ${exemption.control ?? exemption.title} on ${exemption.hostName ?? "every host"}`}
            onClick={() => end(exemption)}
          >
            End
          </Button>
        ),
    },
  ];
}

function Where({ exemption: { hostId, hostName, isHostGone, ruleId, hosts, state } }: { exemption: ExemptionItem }) {
  const covers = state === "ended" ? null : hosts === 0 ? "Covers nothing now" : `Covers ${plural(hosts, "host")} now`;
  if (hostId === null)
    return (
      <>
        <div>Every host</div>
        {covers && <div className="bw-sub">{covers}</div>}
      </>
    );
  return (
    <>
      {isHostGone || hostName === null ? (
        <span className="bw-muted">{hostName ?? "A host that is gone"} (removed)</span>
      ) : (
        <Link href={`${links.host(hostId)}?control=${encodeURIComponent(ruleId)}`} className="bw-cut">
          {hostName}
        </Link>
      )}
      {covers && hosts === 0 && <div className="bw-sub">{covers}</div>}
    </>
  );
}

function Until({ exemption: { state, expiresAt, endedAt, endedBy } }: { exemption: ExemptionItem }) {
  if (state === "ended") {
    const over = endedAt ?? expiresAt;
    return (
      <>
        <div className="bw-muted">Over{over && ` since ${over.slice(0, 10)}`}</div>
        <div className="bw-sub">{endedBy ? `Ended by ${endedBy}` : "Its time was over"}</div>
      </>
    );
  }
  if (expiresAt === null) return <span className="bw-second">Somebody ends it</span>;
  return (
    <>
      <div title={formatMinute(expiresAt)}>{expiresAt.slice(0, 10)}</div>
      {state === "expiring" && <div className="bw-signal">Ends soon</div>}
    </>
  );
}
