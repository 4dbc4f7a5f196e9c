"use client";
import Link from "next/link";
import { assessmentStatuses } from "#domain/assessment.ts";
import { links } from "#domain/links.ts";
import type { RuleAssessment, RuleDetail } from "#queries/assessment/rule-detail.ts";
import { toProblem } from "../data/problem.ts";
import { useUrlState } from "../data/use-url-state.ts";
import { useListView } from "../data/use-view.ts";
import { Health, healthWords } from "../marks/health.tsx";
import { SeverityTag, Tag } from "../marks/tag.tsx";
import { FactLine } from "../page/fact-line.tsx";
import { PageHead } from "../page/page-head.tsx";
import { Views } from "../page/views.tsx";
import { Freshness } from "../shell/freshness.tsx";
import { Page } from "../shell/page.tsx";
import { EmptyState } from "../state/empty-state.tsx";
import { ErrorCard } from "../state/error-card.tsx";
import { LoadingBars } from "../state/loading-bars.tsx";
import type { Column } from "../table/column.ts";
import { DataTable } from "../table/data-table.tsx";
import { tableState } from "../table/table-state.ts";
import { plural } from "../text/format-number.ts";
import { RelativeTime } from "../text/relative-time.tsx";
import styles from "./rule.module.css";

const engines: Record<string, string> = {
  "image-scan": "Image scan",
  "cis-docker": "Docker hosts",
  "aks-posture": "AKS posture",
  "threat-detection": "Threat detection",
};

/** Help page of a rule: what it wants, why, how it decides, examples, and what it says of the resources here. */
export function RuleView({ id }: { id: string }) {
  const url = useUrlState();
  const list = useListView<RuleDetail>(
    { view: `rules/${encodeURIComponent(id)}`, params: { status: url.get("status") } },
    { topics: ["containers"] },
  );
  const detail = list.data?.pages[0];
  if (!detail) {
    return (
      <Page title={id} crumbs={[{ label: "Rules", href: links.containers() }]}>
        <div className="bw-pad">
          {list.error ? (
            <ErrorCard what="this rule" problem={toProblem(list.error)} retry={() => void list.refetch()} />
          ) : (
            <LoadingBars count={6} />
          )}
        </div>
      </Page>
    );
  }
  const { rule } = detail;
  return (
    <Page
      title={rule.id}
      crumbs={[{ label: engines[rule.engine] ?? rule.engine, href: links.containers() }]}
      freshness={<Freshness at={detail.asOf.readAt} />}
    >
      <PageHead
        title={rule.title}
        marks={
          <>
            <SeverityTag severity={rule.severity} />
            {rule.retired && <Tag tone="line">Retired since {rule.retired.since}</Tag>}
          </>
        }
      />
      <FactLine
        facts={[
          { label: "Rule", value: <span className="bw-mono">{rule.id}</span> },
          { label: "Engine", value: engines[rule.engine] ?? rule.engine },
          ...rule.references.slice(0, 6).map((reference) => ({
            label: reference.framework,
            value: `${reference.control}${reference.level ? `, ${reference.level}` : ""}`,
          })),
        ]}
      />
      {rule.retired?.replacedBy && (
        <p className={styles.note}>
          Replaced by <Link href={links.rule(rule.retired.replacedBy)}>{rule.retired.replacedBy}</Link>.
        </p>
      )}
      <div className={styles.words}>
        <Words title="Why it matters" text={rule.rationale} />
        <Words title="How to fix it" text={rule.remediation} />
        <Words title="How it decides" text={rule.logic} />
        <Examples examples={rule.examples} />
      </div>
      <Assessments
        detail={detail}
        rows={list.data?.pages.flatMap((page) => page.assessments)}
        list={list}
        status={url.get("status")}
        href={url.href}
      />
    </Page>
  );
}

function Words({ title, text }: { title: string; text: string }) {
  return (
    <section aria-label={title}>
      <h2 className="bw-h2">{title}</h2>
      <p>{text || "–"}</p>
    </section>
  );
}

function Examples({ examples }: { examples: RuleDetail["rule"]["examples"] }) {
  if (examples.length === 0) return null;
  return (
    <section aria-label="Examples">
      <h2 className="bw-h2">Examples</h2>
      <ul className={styles.examples}>
        {examples.map((example) => (
          <li key={`${example.verdict} ${example.text}`}>
            <span>{example.verdict}</span>
            <code className="bw-mono">{example.text}</code>
          </li>
        ))}
      </ul>
    </section>
  );
}

interface AssessmentsProps {
  detail: RuleDetail;
  rows: RuleAssessment[] | undefined;
  list: Parameters<typeof tableState>[0];
  status: string | undefined;
  href: (changes: Record<string, string | undefined>) => string;
}

function Assessments({ detail, rows, list, status, href }: AssessmentsProps) {
  const all = Object.values(detail.counts).reduce((sum, count) => sum + count, 0);
  return (
    <section aria-label="Resources">
      <Views
        label="Resources"
        views={[
          { label: "All", href: href({ status: undefined }), isCurrent: !status, count: all },
          ...([...assessmentStatuses, "exempt"] as const).map((name) => ({
            label: healthWords[name],
            href: href({ status: name }),
            isCurrent: status === name,
            count: detail.counts[name],
          })),
        ]}
      />
      {!list.isOutdated && (
        <p className="bw-pad bw-muted" style={{ paddingBottom: 8 }} data-list-total={detail.total}>
          {plural(detail.total, "resource")}
        </p>
      )}
      <DataTable
        label="Resources"
        noun="resources"
        rows="detail"
        columns={columns(detail.asOf.readAt)}
        state={tableState(list, rows, Boolean(status))}
        rowKey={(row) => `${row.rootId} ${row.resourceId}`}
        empty={
          <EmptyState title="Not held against anything yet">
            No connected resource is of the kind that this rule looks at.
          </EmptyState>
        }
        filteredEmpty={
          <EmptyState
            title={`No resource is ${healthWords[(status ?? "unknown") as keyof typeof healthWords]?.toLowerCase() ?? "in this state"}`}
          />
        }
      />
    </section>
  );
}

function columns(readAt: string): Column<RuleAssessment>[] {
  return [
    { key: "status", label: "Status", width: 160, phone: "trail", cell: (row) => <Health health={row.status} /> },
    {
      key: "resource",
      label: "Resource",
      width: 360,
      phone: "lead",
      cell: (row) => (
        <Link href={resourceHref(row)} className="bw-medium bw-cut" title={row.resourceId}>
          {row.resourceId.startsWith("sha256:") ? row.resourceId.slice(0, 19) : row.rootName}
        </Link>
      ),
    },
    {
      key: "root",
      label: "In",
      width: 200,
      phone: "none",
      leavesBelow: 1040,
      cell: (row) => <span className="bw-second">{row.rootName}</span>,
    },
    { key: "reason", label: "Why", phone: "line", cell: (row) => <span title={row.reason ?? ""}>{row.reason}</span> },
    {
      key: "since",
      label: "Since",
      width: 92,
      align: "right",
      leavesBelow: 860,
      cell: (row) => <RelativeTime at={row.statusSince} now={readAt} />,
    },
  ];
}

function resourceHref(row: RuleAssessment): string {
  if (row.resourceId.startsWith("sha256:")) return links.image(row.resourceId);
  return links.root(row.rootKind, row.rootId);
}
