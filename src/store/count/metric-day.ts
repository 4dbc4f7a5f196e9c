import { type Executor, execute, sql } from "#store/sql.ts";

/**
 * Writes today's figures (UTC day) of these registries from their summary rows. The last write of a day is what that day shows;
 * days before today are never touched.
 */
export async function recordMetrics(executor: Executor, registryIds: readonly string[]): Promise<void> {
  if (registryIds.length === 0) return;
  await execute(
    sql`insert into metric_day (root_id, day, critical, high, medium, low, unrated, fixable, kev, images, not_assessed)
        select root_id, (clock_timestamp() at time zone 'utc')::date, critical, high, medium, low, unrated, fixable, kev,
          contents_count, images_unknown from resource_summary where root_id = any(${registryIds}::uuid[]) and kind = 'registry'
        on conflict (root_id, day) do update set critical = excluded.critical, high = excluded.high, medium = excluded.medium,
          low = excluded.low, unrated = excluded.unrated, fixable = excluded.fixable, kev = excluded.kev, images = excluded.images,
          not_assessed = excluded.not_assessed`,
    executor,
  );
}

/** Adds findings that were opened or closed today in one registry: by a push against the image before it, or by an import. */
export async function addOpenedClosed(
  executor: Executor,
  registryId: string,
  delta: { opened: number; closed: number },
): Promise<void> {
  if (delta.opened === 0 && delta.closed === 0) return;
  await execute(
    sql`insert into metric_day (root_id, day, opened, closed)
        values (${registryId}, (clock_timestamp() at time zone 'utc')::date, ${delta.opened}, ${delta.closed})
        on conflict (root_id, day) do update set opened = metric_day.opened + excluded.opened, closed = metric_day.closed + excluded.closed`,
    executor,
  );
}
