"use client";
import { Bar, BarChart, CartesianGrid, ResponsiveContainer, XAxis, YAxis } from "recharts";
import type { RecommendationHistory } from "#queries/assessment/recommendation-history.ts";
import { formatNumber } from "../text/format-number.ts";
import styles from "./recommendation.module.css";

const parts = [
  { key: "healthy", word: "Healthy", fill: "var(--bw-healthy)" },
  { key: "unknown", word: "Not known", fill: "var(--bw-control)" },
  { key: "unhealthy", word: "Unhealthy", fill: "var(--bw-unhealthy)" },
] as const;

/** Days as stacks of healthy, not known and unhealthy; the frame has the same as a table. */
export function HistoryChart({ days }: { days: RecommendationHistory["days"] }) {
  const tick = { fontSize: 11.5, fill: "var(--bw-ink-3)" };
  return (
    <>
      <div className={styles.chart}>
        <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 400, height: 150 }}>
          <BarChart
            data={days}
            accessibilityLayer
            barCategoryGap="18%"
            margin={{ top: 4, right: 0, bottom: 0, left: 0 }}
          >
            <CartesianGrid vertical={false} stroke="var(--bw-line)" />
            <XAxis
              dataKey="day"
              axisLine={false}
              tickLine={false}
              interval="equidistantPreserveStart"
              minTickGap={40}
              tick={tick}
              tickFormatter={(day: string) => day.slice(5)}
            />
            <YAxis
              width={36}
              axisLine={false}
              tickLine={false}
              tickCount={4}
              allowDecimals={false}
              tickFormatter={formatNumber}
              tick={tick}
            />
            {parts.map((part) => (
              <Bar
                key={part.key}
                dataKey={part.key}
                stackId="status"
                maxBarSize={18}
                fill={part.fill}
                isAnimationActive={false}
              />
            ))}
          </BarChart>
        </ResponsiveContainer>
      </div>
      <ul className={styles.legend}>
        {[...parts].reverse().map((part) => (
          <li key={part.key}>
            <span className={styles.swatch} style={{ background: part.fill }} aria-hidden="true" />
            {part.word}
          </li>
        ))}
      </ul>
    </>
  );
}
