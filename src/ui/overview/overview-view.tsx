"use client";
import Link from "next/link";
import { Fragment } from "react";
import { links } from "#domain/links.ts";
import type { ComputeOverview, RegistryCoverage } from "#queries/count/compute-overview.ts";
import { ComputePage } from "../containers/compute-page.tsx";
import { toProblem } from "../data/problem.ts";
import { useUrlState } from "../data/use-url-state.ts";
import { useView } from "../data/use-view.ts";
import { Health, healthWords } from "../marks/health.tsx";
import { PostureBar } from "../marks/posture-bar.tsx";
import { Severity, severityWords } from "../marks/severity.tsx";
import { DemoTag } from "../marks/tag.tsx";
import { Sheet, SheetSection } from "../page/sheet.tsx";
import { EmptyState } from "../state/empty-state.tsx";
import { ErrorCard } from "../state/error-card.tsx";
import { LoadingBars } from "../state/loading-bars.tsx";
import { Figure } from "../text/figure.tsx";
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
  if (overview.totals.roots === 0) {
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
      <OpenVulnerabilities overview={overview} />
      <FindingsTrend days={overview.days} />
      <FixFirst vulnerabilities={overview.vulnerabilities} />
      <CoverageCard overview={overview} />
      <RiskyImages images={overview.images} />
      <ThisWeek overview={overview} />
    </Sheet>
  );
}

const shown = ["critical", "high", "medium", "low"] as const;

function OpenVulnerabilities({ overview }: { overview: ComputeOverview }) {
  const { totals } = overview;
  const open = totals.critical + totals.high + totals.medium + totals.low + totals.unrated;
  const list = links.vulnerabilities();
  return (
    <SheetSection
      span={4}
      title="Open vulnerabilities"
      aside={overview.isDemo ? <DemoTag /> : null}
      reading={open === 0 ? null : `${plural(totals.findings, "finding")}: each in one package of one image.`}
    >
      <div className={styles.big}>
        <b>
          <Figure value={open} href={list} name="open vulnerabilities" />
        </b>
        <span>
          <Figure value={totals.fixable} href={`${list}?fixable=yes`} name="vulnerabilities with a fix" />
          {open === 0 ? " with a fix" : ` with a fix, ${formatShare(totals.fixable / open)}`}
          <br />
          <Figure value={totals.kev} href={`${list}?kev=1`} name="vulnerabilities known to be exploited" /> exploited
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
      <Figure
        value={count}
        href={`${links.vulnerabilities()}?severity=${severity}`}
        name={`${severityWords[severity].toLowerCase()} vulnerabilities`}
      />
    </>
  );
}

/** Images by verdict and registry, then Docker hosts by posture: two units, two sums. */
function CoverageCard({ overview }: { overview: ComputeOverview }) {
  const { totals, registries } = overview;
  const sum = (name: "unhealthy" | "healthy" | "unknown") => registries.reduce((all, row) => all + row[name], 0);
  const [unhealthy, healthy, unknown] = [sum("unhealthy"), sum("healthy"), sum("unknown")];
  const images = unhealthy + healthy + unknown;
  return (
    <SheetSection
      span={4}
      title="Coverage"
      reading={
        images === 0
          ? "No images yet."
          : `${formatShare((unhealthy + healthy) / images)} of ${plural(images, "image")} in ${plural(registries.length, "registry", "registries")} are assessed.`
      }
      aside={<Link href={links.coverage()}>What is not known</Link>}
    >
      <PostureBar height={8} parts={images === 0 ? { unknown: 1 } : { unhealthy, healthy, unknown }} />
      {registries.length > 0 && <RegistryRows registries={registries} />}
      {totals.hosts > 0 && <HostRows overview={overview} />}
      <p className={totals.silent > 0 ? "bw-signal bw-medium" : "bw-second"} style={{ marginTop: 12 }}>
        {totals.silent > 0 ? (
          <Link href={`${links.containers()}?view=notReporting${realOnly(overview)}`} style={{ color: "inherit" }}>
            {formatNumber(totals.silent)} of {plural(totals.roots, "resource")} not reporting
          </Link>
        ) : (
          `${plural(totals.roots, "resource reports", "resources report")} on time`
        )}
      </p>
    </SheetSection>
  );
}

const REGISTRIES = 5;

function RegistryRows({ registries }: { registries: RegistryCoverage[] }) {
  return (
    <table className={styles.coverage} aria-label="Images by verdict">
      <thead>
        <tr>
          <th scope="col">Images in</th>
          <th scope="col">Unhealthy</th>
          <th scope="col">Healthy</th>
          <th scope="col">Unknown</th>
        </tr>
      </thead>
      <tbody>
        {registries.slice(0, REGISTRIES).map((row) => (
          <tr key={row.rootId}>
            <th scope="row" title={row.name}>
              {row.name}
            </th>
            {(["unhealthy", "healthy", "unknown"] as const).map((posture) => (
              <td key={posture}>
                <Figure
                  value={row[posture]}
                  href={`${links.registry(row.rootId)}?tab=images&posture=${posture}`}
                  name={`${posture} images in ${row.name}`}
                />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
      {registries.length > REGISTRIES && (
        <caption>
          <Link href={`${links.containers()}?type=registry`}>
            and {plural(registries.length - REGISTRIES, "more registry", "more registries")}
          </Link>
        </caption>
      )}
    </table>
  );
}

const hostPostures = [
  ["unhealthy", "hostsUnhealthy"],
  ["healthy", "hostsHealthy"],
  ["unknown", "hostsUnknown"],
] as const;

function HostRows({ overview }: { overview: ComputeOverview }) {
  return (
    <div className={styles.rows}>
      {hostPostures.map(([posture, name]) => (
        <Fragment key={posture}>
          <Health health={posture}>{healthWords[posture]} Docker hosts</Health>
          <Figure
            value={overview.totals[name]}
            href={`${links.containers()}?type=host&posture=${posture}${realOnly(overview)}`}
            name={`${posture} Docker hosts`}
          />
        </Fragment>
      ))}
    </div>
  );
}

/** Lists show the demo with its label; sums leave it out once anything real is connected. */
function realOnly({ isDemo, hasDemo }: ComputeOverview): string {
  return hasDemo && !isDemo ? "&demo=no" : "";
}

function ThisWeek({ overview }: { overview: ComputeOverview }) {
  const week = overview.days.slice(-7);
  const opened = week.reduce((sum, day) => sum + day.opened, 0);
  const closed = week.reduce((sum, day) => sum + day.closed, 0);
  return (
    <SheetSection
      span={4}
      title="7 days"
      reading={`Pushes and advisories opened ${plural(opened, "finding")} and closed ${formatNumber(closed)}.`}
    >
      <div className={styles.rows}>
        <span>Vulnerabilities first seen here</span>
        <Figure
          value={overview.totals.fresh}
          href={`${links.vulnerabilities()}?days=7`}
          name="vulnerabilities first seen here in 7 days"
        />
      </div>
    </SheetSection>
  );
}
