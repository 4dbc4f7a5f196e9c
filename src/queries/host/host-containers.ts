import { z } from "zod";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { isImageOf } from "#queries/image/running-images.ts";
import { IsoColumn } from "#queries/list/columns.ts";
import { decodeCursor, encodeCursor } from "#queries/list/keyset-cursor.ts";
import { ChoiceParam, CursorParam, OptionalText } from "#queries/list/search-params.ts";
import { joinSql, type Statement, selectRows, sql } from "#store/sql.ts";

export const hostContainerStates = ["all", "running", "paused", "stopped", "gone"] as const;
export const HostContainersParams = z.object({
  hostId: z.uuid(),
  q: OptionalText,
  state: ChoiceParam(hostContainerStates, "all"),
  cursor: CursorParam,
});

const Row = z.object({
  containerId: z.string(),
  name: z.string(),
  imageRef: z.string().nullable(),
  /** Set when the image is one of a connected registry, so that its scan can be opened. */
  imageDigest: z.string().nullable(),
  critical: z.number().nullable(),
  high: z.number().nullable(),
  state: z.string(),
  user: z.string().nullable(),
  privileged: z.boolean(),
  failing: z.number(),
  firstSeenAt: IsoColumn,
  lastSeenAt: IsoColumn,
  goneAt: IsoColumn.nullable(),
});
export type HostContainerRow = z.infer<typeof Row>;
export interface HostContainers {
  rows: HostContainerRow[];
  nextCursor: string | null;
}

const PAGE = 100;

/** Containers of a host: the worst first, gone ones only when asked for. */
export async function hostContainers(
  actor: Actor,
  input: z.input<typeof HostContainersParams>,
): Promise<HostContainers> {
  requireRole(actor, "viewer");
  const params = HostContainersParams.parse(input);
  const shape = `host-containers/${params.hostId}/${params.state}/${params.q ?? ""}`;
  const after = decodeCursor(shape, params.cursor, z.tuple([z.number(), z.string(), z.string()]));
  const conditions: Statement[] = [sql`c.host_id = ${params.hostId}`, stateCondition(params.state)];
  if (params.q)
    conditions.push(
      sql`(c.name ilike ${`%${escapeLike(params.q)}%`} or c.image_ref ilike ${`%${escapeLike(params.q)}%`} or c.container_id like ${`${escapeLike(params.q)}%`})`,
    );
  if (after)
    conditions.push(
      sql`(-c.failing, c.name, c.container_id) > (${after[0]}::int, ${after[1]}::text, ${after[2]}::text)`,
    );
  const rows = await selectRows(
    Row,
    sql`select c.container_id as "containerId", c.name, c.image_ref as "imageRef",
          case when i.digest is null then null else 'sha256:' || encode(i.digest, 'hex') end as "imageDigest", i.critical, i.high, c.state,
          c.facts ->> 'user' as user, coalesce((c.facts ->> 'privileged')::boolean, false) as privileged, c.failing,
          c.first_seen_at as "firstSeenAt", c.last_seen_at as "lastSeenAt", c.gone_at as "goneAt"
          from host_container c left join lateral (
            select i.digest, coalesce(f.critical, 0) as critical, coalesce(f.high, 0) as high
              from image i left join image_figure f on f.registry_id = i.registry_id and f.digest = i.digest
             where ${isImageOf} and i.scanned_at is not null order by i.scanned_at desc limit 1) i on true
         where ${joinSql(conditions, " and ")} order by -c.failing, c.name, c.container_id limit ${PAGE + 1}`,
  );
  const page = rows.slice(0, PAGE);
  const last = page.at(-1);
  return {
    rows: page,
    nextCursor: rows.length > PAGE && last ? encodeCursor(shape, [-last.failing, last.name, last.containerId]) : null,
  };
}

function stateCondition(state: (typeof hostContainerStates)[number]): Statement {
  switch (state) {
    case "running":
      // As the engine counts them: what is paused runs nothing now.
      return sql`c.state in ('running', 'restarting')`;
    case "paused":
      return sql`c.state = 'paused'`;
    case "stopped":
      return sql`c.state in ('exited', 'created', 'dead', 'removing')`;
    case "gone":
      return sql`c.gone_at is not null`;
    case "all":
      return sql`c.gone_at is null`;
  }
}

const escapeLike = (text: string) => text.replace(/[\\%_]/g, "\\$&");
