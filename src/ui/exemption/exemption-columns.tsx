import { Button } from "@mantine/core";
import Link from "next/link";
import { links } from "#domain/links.ts";
import type { ExemptionItem } from "#queries/exemption/exemption-list.ts";
import type { Column } from "../table/column.ts";
import { plural } from "../text/format-number.ts";
import { formatMinute, RelativeTime } from "../text/relative-time.tsx";
import styles from "./exemption.module.css";
import { narrowWords, scopeWords } from "./exemption-scope-words.ts";
import { endedWords, exemptionReasonWords, reopenWords } from "./exemption-words.ts";

/** The columns of the list of exemptions; `end` asks to end one, null hides that. */
export function exemptionColumns(end: ((exemption: ExemptionItem) => void) | null): Column<ExemptionItem>[] {
  return [
    { key: "what", label: "Exempt", phone: "lead", cell: (exemption) => <What exemption={exemption} /> },
    { key: "where", label: "Where", width: 210, phone: "line", cell: (exemption) => <Where exemption={exemption} /> },
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
      width: 140,
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
    { key: "until", label: "Until", width: 170, phone: "line", cell: (exemption) => <Until exemption={exemption} /> },
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
            aria-label={`End the exemption of ${exemption.control ?? exemption.subject}: ${scopeWords(exemption)}`}
            onClick={() => end(exemption)}
          >
            End
          </Button>
        ),
    },
  ];
}

function What({ exemption: { kind, subject, title, control } }: { exemption: ExemptionItem }) {
  if (kind === "vulnerability") {
    return (
      <>
        <Link href={links.vulnerability(subject)} className="bw-name">
          {subject}
        </Link>
        {title !== subject && (
          <div className="bw-sub bw-cut" title={title}>
            {title}
          </div>
        )}
      </>
    );
  }
  return (
    <div className={styles.wraps}>
      {control && <span className="bw-muted">{control} </span>}
      <Link href={links.rule(subject)} className="bw-name">
        {title}
      </Link>
    </div>
  );
}

function Where({ exemption }: { exemption: ExemptionItem }) {
  const parts = narrowWords(exemption);
  return (
    <>
      <Root exemption={exemption} />
      {parts.length > 0 && (
        <div className="bw-sub bw-cut" title={parts.join(", ")}>
          {parts.join(", ")}
        </div>
      )}
      {exemption.state !== "ended" && (
        <div className="bw-sub">
          <Covers exemption={exemption} />
        </div>
      )}
    </>
  );
}

function Root({
  exemption: { kind, subject, rootId, rootKind, rootName, isRootGone, repository },
}: {
  exemption: ExemptionItem;
}) {
  if (rootId === null) return <div>Everywhere</div>;
  if (isRootGone || rootName === null) return <div className="bw-muted">{rootName ?? "A source"} (removed)</div>;
  const href =
    repository !== null && rootKind === "registry"
      ? links.repository(rootId, repository)
      : kind === "rule" && rootKind !== null
        ? links.verdict(rootKind, rootId, subject)
        : links.root(rootKind ?? "registry", rootId);
  return (
    <Link href={href} className="bw-cut" title={repository ? `${repository} of ${rootName}` : rootName}>
      {repository ?? rootName}
    </Link>
  );
}

function Covers({
  exemption: { kind, subject, rootId, repositoryId, findings, images, resources },
}: {
  exemption: ExemptionItem;
}) {
  if (kind === "rule")
    return <>{resources === 0 ? "Covers nothing now" : `Covers ${plural(resources, "resource")} now`}</>;
  if (findings === 0) return <>Covers nothing now</>;
  const where = [rootId && `registry=${rootId}`, repositoryId && `repository=${repositoryId}`].filter(Boolean);
  return (
    <>
      {plural(findings, "finding")} on {plural(images, "image")},{" "}
      {/* No number on the link: other exemptions may cover the same places. */}
      <Link
        href={`${links.vulnerability(subject)}?${["status=exempt", ...where].join("&")}`}
        style={{ textDecoration: "underline" }}
      >
        exempt places
      </Link>
    </>
  );
}

function Until({
  exemption: { state, expiresAt, endedAt, endedBy, endedBecause, reopenOn },
}: {
  exemption: ExemptionItem;
}) {
  if (state === "ended") {
    const over = endedAt ?? expiresAt;
    return (
      <>
        <div className="bw-muted" title={over ? formatMinute(over) : undefined}>
          Over{over && ` since ${over.slice(0, 10)}`}
        </div>
        <div className="bw-sub">{endedBy ? `Ended by ${endedBy}` : endedWords[endedBecause ?? "time"]}</div>
      </>
    );
  }
  return (
    <div style={{ padding: "4px 0" }}>
      {expiresAt === null ? (
        <span className="bw-second">Somebody ends it</span>
      ) : (
        <div title={formatMinute(expiresAt)}>{expiresAt.slice(0, 10)}</div>
      )}
      {state === "expiring" && <div className="bw-signal">Ends soon</div>}
      {reopenOn.length > 0 && (
        <div className="bw-sub bw-cut" title={reopenOn.map((cause) => reopenWords[cause]).join(", ")}>
          or {reopenOn.map((cause) => reopenWords[cause].toLowerCase()).join(", ")}
        </div>
      )}
    </div>
  );
}
