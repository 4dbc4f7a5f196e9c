import { expect, test } from "vitest";
import { changesSince, followChanges, type LiveChange } from "#queries/live-changes.ts";
import { recordChange } from "#store/change.ts";
import { pool } from "#store/client.ts";
import { transaction } from "#store/transaction.ts";

test("a committed change reaches the listener once, a rolled back one never", async () => {
  const heard: LiveChange[] = [];
  const unfollow = await followChanges((change) => heard.push(change));
  await expect(
    transaction(async (tx) => {
      await recordChange(tx, "notices");
      throw new Error("no");
    }),
  ).rejects.toThrow("no");
  await recordChange(pool(), "containers");
  await expect.poll(() => heard.flatMap(({ topics }) => topics), { timeout: 10_000 }).toContain("containers");
  expect(heard.flatMap(({ topics }) => topics)).not.toContain("notices");
  const before = heard.at(-1)?.version ?? "0";
  await recordChange(pool(), "registry:a", "registry:a");
  await expect.poll(() => heard.flatMap(({ topics }) => topics), { timeout: 10_000 }).toContain("registry:a");
  expect(heard.flatMap(({ topics }) => topics).filter((topic) => topic === "containers")).toHaveLength(1);
  expect(await changesSince(before)).toMatchObject({ topics: ["registry:a"] });
  expect(await changesSince(heard.at(-1)?.version ?? "0")).toBeUndefined();
  unfollow();
});

test("a change with a lower number that commits later is still heard", async () => {
  const heard: string[] = [];
  const unfollow = await followChanges(({ topics }) => heard.push(...topics));
  const slow = await pool().connect();
  await slow.query("begin");
  await recordChange(slow, "image:slow");
  await recordChange(pool(), "image:fast");
  await expect.poll(() => heard, { timeout: 10_000 }).toContain("image:fast");
  expect(heard).not.toContain("image:slow");
  await slow.query("commit");
  slow.release();
  await expect.poll(() => heard, { timeout: 10_000 }).toContain("image:slow");
  unfollow();
});
