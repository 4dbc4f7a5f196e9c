import { z } from "zod";
import { type Executor, selectRows, sql } from "#store/sql.ts";

const ConnectedRegistry = z.object({ id: z.string(), url: z.string() });

/** Registries that were listed as a whole since `since`, so that what is stored of their tags is what they say. */
export function listedRegistries(executor: Executor, since: Date): Promise<z.infer<typeof ConnectedRegistry>[]> {
  return selectRows(
    ConnectedRegistry,
    sql`select id, url from registry where deleted_at is null and last_reconciled_at >= ${since} order by created_at, id`,
    executor,
  );
}

const TagNow = z.object({
  reference: z.string(),
  /** Of the manifest, of the images of an index, and of their configurations: every name under which an engine may know it. */
  digests: z.array(z.string()),
  movedAt: z.date(),
  asOf: z.date(),
});
export type TagNow = z.infer<typeof TagNow>;

/** What tags point to now. References whose repository or tag is not there are missing in the answer. */
export function tagsNow(
  executor: Executor,
  wanted: readonly { reference: string; registryId: string; repository: string; tag: string }[],
): Promise<TagNow[]> {
  const column = <Value>(pick: (one: (typeof wanted)[number]) => Value) => wanted.map(pick);
  return selectRows(
    TagNow,
    sql`select w.reference, t.moved_at as "movedAt", r.last_reconciled_at as "asOf",
          (select array_agg(distinct d.digest) from (
             select 'sha256:' || encode(t.digest, 'hex') as digest
             union all select 'sha256:' || encode(i.digest, 'hex') from placement p join image i on i.registry_id = p.registry_id and i.digest = p.digest
              where p.registry_id = t.registry_id and p.repository_id = t.repository_id and p.digest = any(images_of(t.registry_id, t.repository_id, t.digest))
             union all select 'sha256:' || encode(i.config_digest, 'hex') from placement p join image i on i.registry_id = p.registry_id and i.digest = p.digest
              where p.registry_id = t.registry_id and p.repository_id = t.repository_id and p.digest = any(images_of(t.registry_id, t.repository_id, t.digest))
                and i.config_digest is not null) d) as digests
          from unnest(${column((one) => one.reference)}::text[], ${column((one) => one.registryId)}::uuid[],
            ${column((one) => one.repository)}::text[], ${column((one) => one.tag)}::text[]) as w (reference, registry_id, repository, tag)
          join registry r on r.id = w.registry_id
          join repository re on re.registry_id = w.registry_id and re.name = w.repository and re.retired_at is null
          join tag t on t.registry_id = re.registry_id and t.repository_id = re.id and t.name = w.tag and t.retired_at is null`,
    executor,
  );
}
