import { z } from "zod";
import { redactBuildStep, redactCommandWords } from "#domain/redact-build-step.ts";
import { execute, selectFirst, selectRows, sql } from "#store/sql.ts";

const DONE = "image-histories.masked";
/** Raised when the rule of what is masked becomes stricter. */
const VERSION = 1;
const BATCH = 500;

const Step = z.looseObject({
  created_by: z.string().optional(),
  empty_layer: z.boolean().optional(),
  comment: z.string().optional(),
  createdBy: z.string().optional(),
  emptyLayer: z.boolean().optional(),
});
const Row = z.object({
  registry_id: z.string(),
  digest: z.instanceof(Uint8Array),
  history: z.array(Step).nullable().catch(null),
  command: z.array(z.string()).nullable().catch(null),
});

/**
 * Masks the values in histories and commands of images that were stored before they were masked on arrival, and gives their steps
 * the names of the OCI specification. Once per version of the rule; interrupted, it begins again. Returns how many were changed.
 */
export async function maskStoredHistories(): Promise<number> {
  const done = await selectFirst(
    z.object({ value: z.number().catch(0) }),
    sql`select value from setting where key = ${DONE}`,
  );
  if ((done?.value ?? 0) >= VERSION) return 0;
  let changed = 0;
  for (let after: z.infer<typeof Row> | undefined, isMore = true; isMore; ) {
    const rows = await nextRows(after);
    for (const row of rows) changed += await mask(row);
    after = rows.at(-1);
    isMore = rows.length === BATCH;
  }
  await execute(
    sql`insert into setting (key, value) values (${DONE}, ${JSON.stringify(VERSION)})
        on conflict (key) do update set value = excluded.value, updated_at = now()`,
  );
  return changed;
}

function nextRows(after: z.infer<typeof Row> | undefined): Promise<z.infer<typeof Row>[]> {
  const rest = after
    ? sql`(registry_id, digest) > (${after.registry_id}::uuid, ${Buffer.from(after.digest)})`
    : sql`true`;
  return selectRows(
    Row,
    sql`select registry_id, digest, history, config -> 'command' as command from image
         where ${rest} order by registry_id, digest limit ${BATCH}`,
  );
}

async function mask({ registry_id, digest, history, command }: z.infer<typeof Row>): Promise<number> {
  const steps = history?.map(({ createdBy, emptyLayer, ...step }) => ({
    created_by: redactBuildStep(step.created_by ?? createdBy ?? ""),
    comment: step.comment ?? "",
    empty_layer: step.empty_layer ?? emptyLayer ?? false,
  }));
  const words = command ? redactCommandWords(command) : null;
  return execute(
    sql`update image set history = coalesce(${steps ? JSON.stringify(steps) : null}::jsonb, history),
          config = case when ${words !== null} then jsonb_set(config, '{command}', ${JSON.stringify(words ?? [])}::jsonb) else config end
         where registry_id = ${registry_id} and digest = ${Buffer.from(digest)}
           and (history is distinct from coalesce(${steps ? JSON.stringify(steps) : null}::jsonb, history)
             or ${words !== null} and config -> 'command' is distinct from ${JSON.stringify(words ?? [])}::jsonb)`,
  );
}
