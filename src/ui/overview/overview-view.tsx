"use client";
import Link from "next/link";
import { links } from "#domain/links.ts";
import type { ComputeOverview } from "#queries/count/compute-overview.ts";
import { ComputePage } from "../containers/compute-page.tsx";
import { toProblem } from "../data/problem.ts";
import { useUrlState } from "../data/use-url-state.ts";
import { useView } from "../data/use-view.ts";
import { Health } from "../marks/health.tsx";
import { PostureBar } from "../marks/posture-bar.tsx";
import { Severity } from "../marks/severity.tsx";
import { DemoTag } from "../marks/tag.tsx";
import { Sheet, SheetSection } from "../page/sheet.tsx";
import { EmptyState } from "../state/empty-state.tsx";
import { ErrorCard } from "../state/error-card.tsx";
import { LoadingBars } from "../state/loading-bars.tsx";
import { formatNumber, formatShare, plural } from "../text/format-number.ts";
import { FindingsTrend } from "./findings-trend.tsx";
import styles from "./overview.module.css";
import { FixFirst, RiskyImages } from "./top-lists.tsx";

/** The morning look. */
export function OverviewView() {
  const url = useUrlState();
  const view = useView<ComputeOverview>(
    { view: "compute/overview", params: url.params },
    { topics: ["containers", "vulnerabilities"] },
  );
  const overview = view.data;
  return (
    <ComputePage readAt={overview?.readAt ?? null}>
      {overview ? (
        <Overview overview={overview} />
      ) : (
        <div className="bw-pad">
          {view.error ? (
            <ErrorCard what="the overview" problem={toProblem(view.error)} retry={() => void view.refetch()} />
          ) : (
            <LoadingBars count={6} />
          )}
        </div>
      )}
    </ComputePage>
  );
}

function Overview({ overview }: { overview: ComputeOverview }) {
  if (overview.totals.registries === 0) {
    return (
      <div className="bw-pad" style={{ paddingTop: 24 }}>
        <EmptyState
          title="Nothing is connected yet"
          action={<Link href={links.welcome()}>Connect your first source</Link>}
        >
          Open findings, their trend and what to fix first appear here.
        </EmptyState>
      </div>
    );
  }
  return (
    <Sheet>
      <OpenFindings overview={overview} />
      <FindingsTrend days={overview.days} />
      <FixFirst vulnerabilities={overview.vulnerabilities} />
      <CoverageCard overview={overview} />
      <RiskyImages images={overview.images} />
      <ThisWeek overview={overview} />
    </Sheet>
  );
}

const shown = ["critical", "high", "medium", "low"] as const;

function OpenFindings({ overview }: { overview: ComputeOverview }) {
  const { totals } = overview;
  const open = totals.critical + totals.high + totals.medium + totals.low + totals.unrated;
  return (
    <SheetSection span={4} title="Open findings" aside={overview.isDemo ? <DemoTag /> : null}>
      <div className={styles.big}>
        <b>{formatNumber(open)}</b>
        <span>
          {open === 0 ? "" : `${formatShare(totals.fixable / open)} have a fix`}
          {totals.kev > 0 && <span className="bw-muted">, {formatNumber(totals.kev)} exploited</span>}
        </span>
      </div>
      <PostureBar
        height={12}
        parts={{ critical: totals.critical, high: totals.high, medium: totals.medium, low: totals.low }}
      />
      <div className={styles.rows}>
        {shown.map((severity) => (
          <Row key={severity} severity={severity} count={totals[severity]} />
        ))}
        {totals.unrated > 0 && <Row severity="unknown" count={totals.unrated} />}
      </div>
    </SheetSection>
  );
}

function Row({ severity, count }: { severity: (typeof shown)[number] | "unknown"; count: number }) {
  return (
    <>
      <Severity severity={severity} />
      <span className={count === 0 ? "bw-muted" : undefined}>{formatNumber(count)}</span>
    </>
  );
}

function CoverageCard({ overview }: { overview: ComputeOverview }) {
  const { totals } = overview;
  const images = totals.healthy + totals.unhealthy + totals.unknown;
  const share = images === 0 ? null : (totals.healthy + totals.unhealthy) / images;
  const registries = plural(totals.registries, "registry", "registries");
  return (
    <SheetSection
      span={4}
      title="Coverage"
      reading={share === null ? "No images yet." : `${formatShare(share)} of ${plural(images, "image")} are assessed.`}
      aside={<Link href={links.coverage()}>What is not known</Link>}
    >
      <PostureBar
        height={8}
        parts={
          images === 0
            ? { unknown: 1 }
            : { unhealthy: totals.unhealthy, healthy: totals.healthy, unknown: totals.unknown }
        }
      />
      <div className={styles.rows}>
        <Health health="unhealthy" />
        <span>{formatNumber(totals.unhealthy)}</span>
        <Health health="healthy" />
        <span>{formatNumber(totals.healthy)}</span>
        <Health health="unknown" />
        <span>{formatNumber(totals.unknown)}</span>
      </div>
      <p className={totals.silent > 0 ? "bw-signal bw-medium" : "bw-second"} style={{ marginTop: 12 }}>
        {totals.silent > 0 ? (
          <Link href={`${links.containers()}?view=notReporting`} style={{ color: "inherit" }}>
            {formatNumber(totals.silent)} of {registries} not reporting
          </Link>
        ) : (
          `${registries} reporting on time`
        )}
      </p>
    </SheetSection>
  );
}

function ThisWeek({ overview }: { overview: ComputeOverview }) {
  const week = overview.days.slice(-7);
  const opened = week.reduce((sum, day) => sum + day.opened, 0);
  const closed = week.reduce((sum, day) => sum + day.closed, 0);
  const first = overview.days.at(-8);
  const last = overview.days.at(-1);
  const total = (day: typeof first) => (day ? day.critical + day.high + day.medium + day.low + day.unrated : null);
  const before = total(first);
  const now = total(last);
  return (
    <SheetSection
      span={4}
      title="7 days"
      reading={
        before === null || now === null
          ? "Less than 7 days are known, so there is no comparison yet."
          : `${formatNumber(now)} open, ${now === before ? "as many as" : now > before ? `${formatNumber(now - before)} more than` : `${formatNumber(before - now)} fewer than`} 7 days ago.`
      }
    >
      <div className={styles.rows}>
        <span>Opened by pushes and advisories</span>
        <span className="bw-medium">+{formatNumber(opened)}</span>
        <span>Closed</span>
        <span className="bw-medium" style={{ color: closed > 0 ? "var(--bw-healthy-text)" : "var(--bw-ink-3)" }}>
          −{formatNumber(closed)}
        </span>
      </div>
    </SheetSection>
  );
}
