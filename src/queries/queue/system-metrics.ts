import { z } from "zod";
import { selectRows, sql } from "#store/sql.ts";

/** One sample of the Prometheus text: name without prefix, labels, value. */
export interface MetricSample {
  name: string;
  help: string;
  labels: Record<string, string>;
  value: number;
}

const JobRow = z.object({
  name: z.string(),
  state: z.string(),
  count: z.coerce.number(),
  oldest_seconds: z.coerce.number(),
});
const FeedRow = z.object({ id: z.string(), state: z.string(), age_seconds: z.coerce.number().nullable() });
const ProcessRow = z.object({ role: z.string(), count: z.coerce.number() });
const EstateRow = z.object({ kind: z.string(), count: z.coerce.number() });

/** Gauges of the whole installation: queue depth and wait, processes alive, age of each feed, size of the estate. */
export async function systemMetrics(): Promise<MetricSample[]> {
  const [jobs, feeds, processes, estate] = await Promise.all([
    selectRows(
      JobRow,
      sql`select name, state, count(*) as count,
            coalesce(extract(epoch from now() - min(created_on) filter (where state in ('created', 'retry'))), 0) as oldest_seconds
            from job where state in ('created', 'retry', 'active', 'failed') group by 1, 2`,
    ),
    selectRows(FeedRow, sql`select id, state, extract(epoch from now() - data_date) as age_seconds from feed`),
    selectRows(
      ProcessRow,
      sql`select role, count(*) as count from process_heartbeat where seen_at > now() - interval '20 seconds' group by 1`,
    ),
    selectRows(
      EstateRow,
      sql`select 'registry' as kind, count(*) as count from registry where deleted_at is null
          union all select 'image', count(*) from image
          union all select 'placement', count(*) from placement where retired_at is null`,
    ),
  ]);
  return [
    ...jobs.map(({ name, state, count }) => ({
      name: "jobs",
      help: "Jobs by queue and state",
      labels: { queue: name, state },
      value: count,
    })),
    ...jobs
      .filter(({ state }) => state === "created")
      .map(({ name, oldest_seconds }) => ({
        name: "job_wait_seconds",
        help: "How long the oldest waiting job has waited",
        labels: { queue: name },
        value: oldest_seconds,
      })),
    ...feeds
      .filter(({ age_seconds }) => age_seconds !== null)
      .map(({ id, age_seconds }) => ({
        name: "feed_age_seconds",
        help: "Age of a feed's data",
        labels: { feed: id },
        value: age_seconds ?? 0,
      })),
    ...processes.map(({ role, count }) => ({
      name: "processes",
      help: "Processes that are alive",
      labels: { role },
      value: count,
    })),
    ...estate.map(({ kind, count }) => ({
      name: "resources",
      help: "Size of the estate",
      labels: { kind },
      value: count,
    })),
  ];
}
