"use client";
import Link from "next/link";
import { links } from "#domain/links.ts";
import type { SystemHealth } from "#queries/queue/system-health.ts";
import { toProblem } from "../data/problem.ts";
import { useView } from "../data/use-view.ts";
import { Health } from "../marks/health.tsx";
import { Signal } from "../marks/signal.tsx";
import { SettingsTabs } from "../settings/settings-tabs.tsx";
import { useMay } from "../shell/frame-context.tsx";
import { Freshness } from "../shell/freshness.tsx";
import { Page } from "../shell/page.tsx";
import { ErrorCard } from "../state/error-card.tsx";
import { LoadingBars } from "../state/loading-bars.tsx";
import { formatNumber, plural } from "../text/format-number.ts";
import { groupProblems, type ProblemGroup } from "./group-problems.ts";
import styles from "./health.module.css";
import { DatabaseSection, FeedSection, ProcessSection, QueueSection } from "./health-sections.tsx";
import { JobSection } from "./job-section.tsx";

/** A dead worker must show within a minute, also while no event can reach the page. */
const REFRESH_MS = 10_000;

/** Whether Breakwater itself works: what is wrong in words first, then processes, queues, jobs, feeds and database. */
export function HealthView() {
  const query = useView<SystemHealth>(
    { view: "health-detail" },
    { topics: ["jobs", "advisories"], refetchInterval: REFRESH_MS },
  );
  const isAdmin = useMay("admin");
  const health = query.data;
  return (
    <Page
      title="Settings"
      freshness={
        health && (
          <Freshness at={health.asOf.readAt} isLate={Boolean(query.error)} advisoriesAt={health.asOf.dataDate} />
        )
      }
    >
      <SettingsTabs />
      {!health ? (
        <div className="bw-pad">
          {query.error ? (
            <ErrorCard what="the system health" problem={toProblem(query.error)} retry={() => void query.refetch()} />
          ) : (
            <LoadingBars count={8} />
          )}
        </div>
      ) : (
        <div className={styles.page}>
          {query.error && (
            <p className="bw-signal" role="alert">
              These figures could not be refreshed. {toProblem(query.error).detail}
            </p>
          )}
          <Problems health={health} />
          <ProcessSection health={health} />
          <QueueSection health={health} />
          {isAdmin && <JobSection />}
          <FeedSection health={health} />
          <DatabaseSection health={health} />
        </div>
      )}
    </Page>
  );
}

function Problem({ group: { first, others } }: { group: ProblemGroup }) {
  const { href } = first;
  return (
    <div className={styles.problem}>
      <Signal signal="unreachable">
        <b>
          {first.what}
          {others.length > 0 && `, and ${formatNumber(others.length)} more like it`}
        </b>
      </Signal>
      <span>{first.detail}</span>
      <span className="bw-second">
        {first.fix}{" "}
        {href && <Link href={href.startsWith("?") ? `${links.settings("health")}${href}` : href}>Look at it</Link>}
      </span>
      {others.length > 0 && (
        <details className={styles.more}>
          <summary>Show the other {formatNumber(others.length)}</summary>
          <ul>
            {others.map((other) => (
              <li key={other.what}>
                {other.what}. {other.detail}
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

function Problems({ health: { problems, scans } }: { health: SystemHealth }) {
  const under = scans.running + scans.queued;
  const scanLine = `${under > 0 ? `${plural(scans.running, "scan")} running, ${scans.queued} waiting.` : "No scan is under way."} ${scans.failed > 0 ? `${plural(scans.failed, "image")} could not be scanned.` : ""}`;
  if (problems.length === 0) {
    return (
      <section aria-label="State">
        <Health health="healthy">Everything works</Health>{" "}
        <span className="bw-second">Worker, queues and feeds answer. {scanLine}</span>
      </section>
    );
  }
  return (
    <section aria-label="Problems" className={styles.problems} role="alert">
      {groupProblems(problems).map((group) => (
        <Problem key={group.first.what} group={group} />
      ))}
      <p className="bw-second">{scanLine}</p>
    </section>
  );
}
