import { expect, test } from "vitest";
import { z } from "zod";
import { pool } from "#store/client.ts";
import { enqueue, queue } from "#store/queue/queue.ts";
import { execute, selectRows, sql } from "#store/sql.ts";
import { transaction } from "#store/transaction.ts";

test("a job is added with the caller's transaction and vanishes with its rollback", async () => {
  await expect(
    transaction(async (tx) => {
      await enqueue("recount", {}, { executor: tx });
      throw new Error("no");
    }),
  ).rejects.toThrow("no");
  const boss = await queue();
  expect((await boss.getQueueStats("recount", { force: true }))[0]?.queuedCount).toBe(0);
  await transaction((tx) => enqueue("recount", {}, { executor: tx, key: "all" }));
  expect(await enqueue("recount", {}, { key: "all" })).toBeNull();
  const rows = await selectRows(z.object({ topic: z.string() }), sql`select topic from change`);
  expect(rows.map((row) => row.topic)).toContain("jobs");
});

test("an embedded fragment keeps its parameters in order", async () => {
  const condition = sql`n > ${1} and n < ${4}`;
  const rows = await selectRows(
    z.object({ n: z.number() }),
    sql`select n from generate_series(${0}::int, ${9}::int) as n where ${condition} and n <> ${2}`,
  );
  expect(rows.map((row) => row.n)).toEqual([3]);
  expect(await execute(sql`select 1`, pool())).toBe(1);
});
