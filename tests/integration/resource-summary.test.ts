import { expect, test } from "vitest";
import { z } from "zod";
import { noteHeartbeat } from "#store/host/host.ts";
import { newId } from "#store/ids.ts";
import { LAST_DATA_MINUTES, noteData, saveIdentity, saveSummaries } from "#store/resource-summary.ts";
import { execute, selectRows, sql } from "#store/sql.ts";
import { hostSummary } from "#store/summary/host.ts";
import { registrySummary } from "#store/summary/registry.ts";
import { transaction } from "#store/transaction.ts";
import { enrolledHost } from "./assessed-host.ts";

const rows = (query: ReturnType<typeof sql>) => selectRows(z.record(z.string(), z.unknown()), query);
const versionOf = async (rootId: string) =>
  (await rows(sql`select xmin::text as version, last_data_at from resource_summary where root_id = ${rootId}`))[0];

test("fifty signs of life write the row of the Containers list once", async () => {
  const host = await enrolledHost("steady");
  const before = await versionOf(host);
  for (let beat = 1; beat <= 50; beat += 1) await transaction((tx) => noteHeartbeat(tx, host, BigInt(beat)));
  expect(await versionOf(host)).toEqual(before);
  expect(await rows(sql`select sequence::int as sequence from host_heartbeat where host_id = ${host}`)).toEqual([
    { sequence: 50 },
  ]);
});

test("the time of the last data rises every quarter of an hour, and never falls", async () => {
  const host = await enrolledHost("clocked");
  const start = Date.UTC(2030, 0, 1);
  const at = (minutes: number) => new Date(start + minutes * 60_000);
  const last = async () =>
    z
      .date()
      .parse((await versionOf(host))?.last_data_at)
      .toISOString();
  await transaction((tx) => noteData(tx, host, at(0)));
  await transaction((tx) => noteData(tx, host, at(LAST_DATA_MINUTES - 1)));
  expect(await last()).toBe(at(0).toISOString());
  await transaction((tx) => noteData(tx, host, at(LAST_DATA_MINUTES)));
  expect(await last()).toBe(at(LAST_DATA_MINUTES).toISOString());
  await transaction((tx) => noteData(tx, host, at(-60)));
  expect(await last()).toBe(at(LAST_DATA_MINUTES).toISOString());
});

test("a silent host that comes back is connected at once, whatever was written last", async () => {
  const host = await enrolledHost("back");
  await execute(sql`update host set state = 'unreachable', state_reason = 'silent' where id = ${host}`);
  await transaction((tx) => saveIdentity(tx, "host", [host]));
  expect(await rows(sql`select state, state_reason from resource_summary where root_id = ${host}`)).toEqual([
    { state: "unreachable", state_reason: "silent" },
  ]);
  await transaction((tx) => noteHeartbeat(tx, host, 9n));
  expect(await rows(sql`select state, state_reason from resource_summary where root_id = ${host}`)).toEqual([
    { state: "connected", state_reason: null },
  ]);
});

test("a name is written without counting anything", async () => {
  for (const [kind, rowsOf] of [
    ["host", hostSummary],
    ["registry", registrySummary],
  ] as const) {
    const plan = (columns: ReturnType<typeof sql>) =>
      rows(sql`explain select ${columns} from (${rowsOf([newId()])}) n`).then((lines) =>
        lines.map((line) => String(line["QUERY PLAN"])).join("\n"),
      );
    const counted = /assessment|placement|package_advisory|repository/;
    expect(await plan(sql`root_id, name, detail, owner, environment, state, state_reason`), kind).not.toMatch(counted);
    expect(await plan(sql`*`), kind).toMatch(counted);
  }
});

test("nothing is written when nothing differs, and the row goes with its root", async () => {
  const host = await enrolledHost("same");
  await transaction((tx) => saveSummaries(tx, "host", [host]));
  const before = await versionOf(host);
  await transaction((tx) => saveSummaries(tx, "host", [host]));
  expect(await versionOf(host)).toEqual(before);
  await execute(sql`update host set removed_at = now() where id = ${host}`);
  await transaction((tx) => saveSummaries(tx, "host", [host]));
  expect(await versionOf(host)).toBeUndefined();
});
