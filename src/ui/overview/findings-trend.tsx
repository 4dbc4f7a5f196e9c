"use client";
import { Bar, BarChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import type { OverviewDay } from "#queries/count/compute-overview.ts";
import { ChartFrame } from "../chart/chart-frame.tsx";
import { severityWords } from "../marks/severity.tsx";
import { SeverityShape } from "../marks/severity-shape.tsx";
import { formatNumber, plural } from "../text/format-number.ts";
import styles from "./overview.module.css";

// Low at the bottom, critical on top.
const stack = ["low", "medium", "high", "critical"] as const;

/** Open findings by severity, day by day, as a stack with its table. */
export function FindingsTrend({ days }: { days: OverviewDay[] }) {
  const last = days.at(-1);
  const first = days[0];
  return (
    <ChartFrame
      span={8}
      title={`Open vulnerabilities, ${plural(days.length, "day")}`}
      reading={`${readingOf(first, last)} Each vulnerability counts once per registry.`}
      table={{
        head: ["Day", "Critical", "High", "Medium", "Low", "Opened", "Closed"],
        rows: days
          .map((day) => [
            day.day,
            ...[day.critical, day.high, day.medium, day.low, day.opened, day.closed].map(formatNumber),
          ])
          .reverse(),
      }}
    >
      <div className={styles.chart}>
        <ResponsiveContainer width="100%" height="100%">
          <BarChart
            data={days}
            accessibilityLayer
            barCategoryGap="22%"
            margin={{ top: 4, right: 0, bottom: 0, left: 0 }}
          >
            <CartesianGrid vertical={false} stroke="var(--bw-line)" />
            <XAxis
              dataKey="day"
              axisLine={false}
              tickLine={false}
              interval={Math.max(0, Math.ceil(days.length / 5) - 1)}
              tickFormatter={shortDay}
              tick={{ fontSize: 11.5, fill: "var(--bw-ink-3)" }}
            />
            <YAxis
              width={44}
              axisLine={false}
              tickLine={false}
              tickCount={4}
              tickFormatter={formatNumber}
              tick={{ fontSize: 11.5, fill: "var(--bw-ink-3)" }}
            />
            <Tooltip
              cursor={{ fill: "var(--bw-hover)" }}
              content={({ label, payload }) => <Tip day={payload?.[0]?.payload} label={label} />}
              isAnimationActive={false}
            />
            {stack.map((severity) => (
              <Bar
                key={severity}
                dataKey={severity}
                stackId="open"
                maxBarSize={18}
                fill={`var(--bw-${severity})`}
                stroke={severity === "medium" ? "var(--bw-medium-edge)" : "var(--bw-surface)"}
                strokeWidth={0.8}
                isAnimationActive={false}
              />
            ))}
          </BarChart>
        </ResponsiveContainer>
      </div>
      {last && (
        <ul className={styles.legend}>
          {[...stack].reverse().map((severity) => (
            <li key={severity}>
              <SeverityShape severity={severity} size={10} />
              <span className="bw-second">{severityWords[severity]}</span>
              <b>{formatNumber(last[severity])}</b>
            </li>
          ))}
        </ul>
      )}
    </ChartFrame>
  );
}

function Tip({ day, label }: { day: OverviewDay | undefined; label: unknown }) {
  if (!day) return null;
  return (
    <div className={styles.tip}>
      <b>{String(label)}</b>
      <ul>
        {[...stack].reverse().map((severity) => (
          <li key={severity}>
            <SeverityShape severity={severity} size={10} />
            {severityWords[severity]}
            <span>{formatNumber(day[severity])}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function readingOf(first: OverviewDay | undefined, last: OverviewDay | undefined): string {
  if (!first || !last) return "Nothing has been counted yet.";
  const worst = (day: OverviewDay) => day.critical + day.high;
  if (first === last) return `${formatNumber(worst(last))} critical and high. The trend starts today.`;
  const change = worst(last) - worst(first);
  const words =
    change === 0 ? "unchanged" : change > 0 ? `${formatNumber(change)} more` : `${formatNumber(-change)} fewer`;
  return `${formatNumber(worst(last))} critical and high, ${words} since ${first.day}.`;
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** "2026-11-03" → "3 Nov". */
function shortDay(day: string): string {
  return `${Number(day.slice(8))} ${months[Number(day.slice(5, 7)) - 1] ?? ""}`;
}
