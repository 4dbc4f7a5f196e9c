"use client";
import dynamic from "next/dynamic";
import type { RecommendationHistory } from "#queries/assessment/recommendation-history.ts";
import { ChartFrame } from "../chart/chart-frame.tsx";
import { toProblem } from "../data/problem.ts";
import { useView } from "../data/use-view.ts";
import { type HealthValue, healthWords } from "../marks/health.tsx";
import { SheetSection } from "../page/sheet.tsx";
import { ErrorCard } from "../state/error-card.tsx";
import { LoadingBars } from "../state/loading-bars.tsx";
import { formatNumber } from "../text/format-number.ts";
import { RelativeTime } from "../text/relative-time.tsx";
import styles from "./recommendation.module.css";
import { recommendationHistoryView } from "./recommendation-params.ts";

// The chart library is the largest script of the page and stands below its first answer.
const HistoryChart = dynamic(() => import("./history-chart.tsx").then((module) => module.HistoryChart), {
  ssr: false,
  loading: () => <div className={styles.chart} />,
});

const CHANGES_SHOWN = 6;

/** How the counts of a rule went day by day, and what moved last. */
export function RecommendationHistorySection({ id, params }: { id: string; params: Record<string, string> }) {
  const view = useView<RecommendationHistory>(recommendationHistoryView(id, params), { topics: ["recommendations"] });
  const data = view.data;
  if (!data) {
    return (
      <SheetSection span={5} title="History">
        {view.error ? (
          <ErrorCard what="the history" problem={toProblem(view.error)} retry={() => void view.refetch()} />
        ) : (
          <LoadingBars count={3} />
        )}
      </SheetSection>
    );
  }
  return (
    <ChartFrame
      span={5}
      title="History, 30 days"
      reading={readingOf(data.days)}
      table={{
        head: ["Day", "Unhealthy", "Not known", "Healthy", "Exempt"],
        rows: data.days
          .map((day) => [day.day, ...[day.unhealthy, day.unknown, day.healthy, day.exempt].map(formatNumber)])
          .reverse(),
      }}
    >
      {data.days.length > 1 && <HistoryChart days={data.days} />}
      {data.changes.length > 0 && (
        <ul className={styles.changes} aria-label="Newest changes">
          {data.changes.slice(0, CHANGES_SHOWN).map((change) => (
            <li key={`${change.at} ${change.rootId} ${change.resourceId}`}>
              <span className="bw-cut">
                {change.name}: {change.from ? `${wordOf(change.from)} → ` : ""}
                {wordOf(change.to)}
              </span>
              <RelativeTime at={change.at} />
            </li>
          ))}
        </ul>
      )}
    </ChartFrame>
  );
}

const wordOf = (status: string) => healthWords[status as HealthValue] ?? "Not assessed";

function readingOf(days: RecommendationHistory["days"]): string {
  const [first] = days;
  const last = days.at(-1);
  if (!first || !last) return "Nothing was kept yet. The first day is written within five minutes.";
  if (first === last) return `${formatNumber(last.unhealthy)} unhealthy today. The history starts today.`;
  const change = last.unhealthy - first.unhealthy;
  if (change === 0) return `${formatNumber(last.unhealthy)} unhealthy, as on ${first.day}.`;
  return `${formatNumber(last.unhealthy)} unhealthy, ${formatNumber(Math.abs(change))} ${change > 0 ? "more" : "fewer"} than on ${first.day}.`;
}
