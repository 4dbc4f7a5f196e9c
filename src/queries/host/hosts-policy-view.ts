import { z } from "zod";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { Policy } from "#engines/cis-docker/policy.ts";
import { IsoColumn } from "#queries/list/columns.ts";
import { OptionalText } from "#queries/list/search-params.ts";
import { selectFirst, selectRows, sql } from "#store/sql.ts";

export const HostsPolicyParams = z.object({
  /** Lists only hosts that override this expectation. */
  override: OptionalText,
});

const LISTED = 200;
const PolicyColumn = z.record(z.string(), z.unknown()).catch({});
const Saved = z.object({ policy: PolicyColumn, updatedAt: IsoColumn, updatedBy: z.string().nullable() });
const Override = z.object({ hostId: z.string(), name: z.string(), policy: PolicyColumn });

export const HostsPolicy = z.object({
  /** Only what the site set. */
  policy: PolicyColumn,
  /** What holds where neither host nor site says anything. */
  benchmark: PolicyColumn,
  /** Null while nobody has saved any. */
  updatedAt: z.string().nullable(),
  updatedBy: z.string().nullable(),
  previous: Saved.nullable(),
  /** Hosts that these expectations are about. */
  hosts: z.number(),
  /** How many hosts override each expectation. */
  overrideCounts: z.record(z.string(), z.number()),
  /** The first 200 hosts with expectations of their own, by name. */
  overrides: z.array(Override),
  overrideTotal: z.number(),
});
export type HostsPolicy = z.infer<typeof HostsPolicy>;

const { attestations: _, ...benchmark } = Policy.parse({});

/** What the site expects of its Docker hosts, what it was before, and which hosts say otherwise. */
export async function hostsPolicy(actor: Actor, input: z.input<typeof HostsPolicyParams> = {}): Promise<HostsPolicy> {
  requireRole(actor, "viewer");
  const { override } = HostsPolicyParams.parse(input);
  const wanted = override === undefined ? sql`h.policy <> '{}'::jsonb` : sql`jsonb_exists(h.policy, ${override})`;
  const own = sql`from host h where h.removed_at is null and jsonb_typeof(h.policy) = 'object'`;
  const [current, previous, counts, overrides, totals] = await Promise.all([
    saved("hosts.policy"),
    saved("hosts.policy.previous"),
    selectRows(
      z.object({ key: z.string(), hosts: z.number() }),
      sql`select k.key, count(*)::int as hosts from (select h.policy ${own} offset 0) h
            cross join lateral jsonb_object_keys(h.policy) k (key) group by k.key`,
    ),
    selectRows(
      Override,
      sql`select h.id as "hostId", h.name, h.policy ${own} and ${wanted} order by h.name, h.id limit ${LISTED}`,
    ),
    selectFirst(
      z.object({ hosts: z.number(), overriding: z.number() }),
      sql`select (select count(*)::int from host where removed_at is null and approval = 'approved') as hosts,
                 (select count(*)::int ${own} and ${wanted}) as overriding`,
    ),
  ]);
  return {
    policy: current?.policy ?? {},
    benchmark,
    updatedAt: current?.updatedAt ?? null,
    updatedBy: current?.updatedBy ?? null,
    previous: previous ?? null,
    hosts: totals?.hosts ?? 0,
    overrideCounts: Object.fromEntries(counts.map(({ key, hosts }) => [key, hosts])),
    overrides,
    overrideTotal: totals?.overriding ?? 0,
  };
}

function saved(key: string): Promise<z.infer<typeof Saved> | undefined> {
  return selectFirst(
    Saved,
    sql`select value as policy, updated_at as "updatedAt", updated_by as "updatedBy" from setting where key = ${key}`,
  );
}
