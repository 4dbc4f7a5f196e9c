import { expect, test } from "vitest";
import { z } from "zod";
import { systemActor } from "#commands/system-actor.ts";
import { parseImageConfig } from "#connectors/registry/image-config.ts";
import { imageDetail } from "#queries/image/image-detail.ts";
import { pool } from "#store/client.ts";
import { maskStoredHistories } from "#store/image/mask-histories.ts";
import { execute, selectRows, sql } from "#store/sql.ts";
import { addImage, addRegistries, debian } from "./query-estate.ts";

const secret = "correct-horse-battery";
const history = [
  { created_by: "/bin/sh -c #(nop) ADD file:1 in / " },
  { created_by: `/bin/sh -c #(nop)  ENV DB_PASSWORD=${secret}`, empty_layer: true },
  { created_by: '/bin/sh -c #(nop)  CMD ["bash"]', empty_layer: true },
  { created_by: `ARG NPM_TOKEN=${secret}`, empty_layer: true },
  { created_by: `RUN |1 NPM_TOKEN=${secret} /bin/sh -c npm ci # buildkit` },
];

test("what arrives is masked before it is stored", () => {
  const diffIds = ["a", "b"].map((digit) => `sha256:${digit.repeat(64)}`);
  const config = parseImageConfig(
    Buffer.from(
      JSON.stringify({
        os: "linux",
        architecture: "amd64",
        config: { Env: [`DB_PASSWORD=${secret}`], Cmd: ["app", "--token", secret] },
        rootfs: { type: "layers", diff_ids: diffIds },
        history,
      }),
    ),
  );
  expect(JSON.stringify(config)).not.toContain(secret);
  expect(config.history.map((step) => step.created_by)).toContain("RUN |1 NPM_TOKEN=… /bin/sh -c npm ci # buildkit");
});

test("what stands from before is masked at the next start, in no table is a value left, and the base is still told", async () => {
  await addRegistries();
  const digest = await addImage({
    repository: "team/app",
    name: "old",
    tag: "1",
    daysAgo: 1,
    packages: [debian("a", "1")],
  });
  const old = history.map(({ created_by, empty_layer }) => ({
    createdBy: created_by,
    comment: "",
    emptyLayer: empty_layer ?? false,
  }));
  await execute(
    sql`update image set history = ${JSON.stringify(old)}, config = ${JSON.stringify({ command: ["app", `--token=${secret}`] })}`,
  );
  expect(await tablesWith(secret)).toEqual(["image"]);
  expect(await maskStoredHistories()).toBe(1);
  expect(await tablesWith(secret)).toEqual([]);
  expect(await maskStoredHistories()).toBe(0);
  expect((await imageDetail(systemActor({ name: "test" }), { digest })).base).toMatchObject({
    layers: 1,
    source: "history",
  });
});

/** Every table of ours that holds the text anywhere in a row. */
async function tablesWith(text: string): Promise<string[]> {
  const tables = await selectRows(
    z.object({ name: z.string() }),
    sql`select tablename as name from pg_tables where schemaname in ('public', 'pgboss') order by 1`,
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const schema = (await pool().query("select to_regclass($1) is null as elsewhere", [`public.${name}`])).rows[0];
    const table = schema?.elsewhere ? `pgboss.${name}` : name;
    const { rows } = await pool().query(`select 1 from ${table} t where t::text like '%' || $1 || '%' limit 1`, [text]);
    if (rows.length > 0) found.push(name);
  }
  return found;
}
