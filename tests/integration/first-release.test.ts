import { cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { restore } from "#cli/admin-backup.ts";
import type { Actor } from "#domain/role.ts";
import { hostControls } from "#queries/host/host-controls.ts";
import { noticeList } from "#queries/notice/notice-list.ts";
import { pool } from "#store/client.ts";
import { maintainPartitions } from "#store/partitions.ts";
import { selectRows, sql } from "#store/sql.ts";
import { publishRules } from "#worker/publish-rules.ts";
import { migrate } from "../../scripts/migrate.mjs";
import { expectCountsToEqualLists } from "../registry-double/count-check.ts";
import { recountAll } from "../registry-double/estate.ts";
import { assessWaiting } from "./assessed-host.ts";

// tests/fixtures/first-release/estate.backup was written by the first release's own code (its README says how).

const file = path.resolve("tests/fixtures/first-release/estate.backup");
/** The last migration of the first release. */
const LAST = "0083_set_id_files";
const viewer: Actor = { kind: "user", id: "bob", name: "Bob", role: "viewer" };
const rows = (query: ReturnType<typeof sql>) => selectRows(z.record(z.string(), z.unknown()), query);

const history = () =>
  rows(
    sql`select root_id, at, id, resource_id, rule_id, from_status, to_status, cause, cause_ref, detail from status_history order by root_id, at, id`,
  );
const notices = () => rows(sql`select * from notice order by root_id, id`);
const readMarks = () => rows(sql`select * from notice_read order by notice_id`);
/** Which controls and items of live hosts are exempt, by what, and what people said. */
const exemptControls = () =>
  rows(sql`select a.root_id, a.rule_id, a.status, a.exemption_id from assessment a join host h on h.id = a.root_id and h.removed_at is null
    where a.exemption_id is not null order by 1, 2`);
const exemptItems = () =>
  rows(sql`select a.root_id, a.rule_id, f.key, f.title, f.exemption_id from assessment_finding f
    join assessment a on a.root_id = f.root_id and a.id = f.assessment_id where f.exemption_id is not null order by 1, 2, 3`);
const items = () =>
  rows(
    sql`select a.root_id, a.rule_id, f.key, f.title from assessment_finding f join assessment a on a.root_id = f.root_id and a.id = f.assessment_id order by 1, 2, 3`,
  );
const exemptFindings = () =>
  rows(sql`select p.registry_id, p.repository_id, encode(p.digest, 'hex') as digest, v.key, pv.name, f.exemption_id from placement_finding f
    join placement p on p.registry_id = f.registry_id and p.id = f.placement_id join vulnerability v on v.id = f.vulnerability_id
    join package_version pv on pv.id = f.package_version_id where f.state = 'exempt' order by 1, 2, 3, 4, 5`);
const verdicts = () =>
  rows(
    sql`select root_id, rule_id, resource_kind, resource_id, status, status_since, exemption_id from assessment order by 1, 2, 4`,
  );
const people = () => rows(sql`select id, name, email, role from app_user order by id`);
const registries = () => rows(sql`select id, name, state from registry order by id`);

const facts = {
  history,
  notices,
  readMarks,
  exemptControls,
  exemptItems,
  items,
  exemptFindings,
  verdicts,
  people,
  registries,
};
type Facts = Record<keyof typeof facts, Record<string, unknown>[]>;
const takeFacts = async () =>
  Object.fromEntries(
    await Promise.all(Object.entries(facts).map(async ([name, read]) => [name, await read()])),
  ) as Facts;

let before: Facts;
let after: Facts;
let confirmations: Record<string, unknown>[];
let exemptions: { controls: Record<string, unknown>[]; flaws: Record<string, unknown>[] };

beforeAll(async () => {
  await pool().query("drop schema public cascade; create schema public");
  const url = process.env.DATABASE_URL ?? "";
  const folder = mkdtempSync(path.join(tmpdir(), "breakwater-first-release-"));
  const all = path.resolve("prisma/migrations");
  for (const name of readdirSync(all))
    if (name <= LAST || name.endsWith(".toml"))
      cpSync(path.join(all, name), path.join(folder, name), { recursive: true });
  await migrate(url, folder);
  rmSync(folder, { recursive: true });
  await restore(file);
  before = await takeFacts();
  confirmations = await rows(sql`select root_id, rule_id, confirmed, by_name, note from attestation order by 1, 2`);
  exemptions = {
    controls: await rows(
      sql`select id, rule_id, reason, note, expires_at, created_by, created_at, ended_at from control_exemption order by id`,
    ),
    flaws: await rows(
      sql`select id, vulnerability_key, reason, note, expires_at, created_by, created_at, ended_at from exemption order by id`,
    ),
  };
  await migrate(url);
  after = await takeFacts();
}, 120_000);

test("the dump holds what the test is about", () => {
  const sizes = Object.fromEntries(Object.entries(before).map(([name, list]) => [name, list.length]));
  expect(sizes).toMatchObject({ people: 2, registries: 2, readMarks: 1, exemptControls: 3 });
  expect(before.history.length).toBeGreaterThan(300);
  expect(before.notices.length).toBeGreaterThan(10);
  expect(before.exemptFindings.length).toBeGreaterThan(3);
  expect(before.exemptItems.length).toBeGreaterThan(0);
  expect(confirmations).toHaveLength(1);
  expect(exemptions.controls.length).toBeGreaterThan(2);
  expect(exemptions.flaws).toHaveLength(3);
});

test.each(["history", "notices", "readMarks", "people", "registries"] as const)("%s stay as they are", (name) => {
  expect(after[name]).toEqual(before[name]);
});

test.each(["exemptControls", "exemptItems", "exemptFindings"] as const)(
  "%s stay exempt by the same exemption",
  (name) => {
    expect(after[name]).toEqual(before[name]);
  },
);

test("every verdict keeps its status, and every item its control, under the new id", async () => {
  const keyOf = ({ root_id, rule_id, resource_id, status }: Record<string, unknown>) =>
    `${root_id} ${rule_id} ${resource_id} ${status}`;
  expect(after.verdicts.map(keyOf)).toEqual(before.verdicts.map(keyOf));
  expect(after.items).toEqual(before.items);
  expect(await rows(sql`select 1 from assessment where id <> assessment_id(rule_id, resource_id)`)).toEqual([]);
  expect(
    await rows(
      sql`select 1 from assessment_finding f where not exists (select 1 from assessment a where a.root_id = f.root_id and a.id = f.assessment_id)`,
    ),
  ).toEqual([]);
  expect(await rows(sql`select 1 from assessment where severity_rank <> severity_rank_of(severity)`)).toEqual([]);
});

test("exemptions keep who, why and until when", async () => {
  const columns = sql`id, reason, note, expires_at, created_by, created_at, ended_at`;
  const [found] = await rows(sql`select to_regclass('control_exemption') is not null as apart`);
  const kept = [
    ...(await rows(sql`select ${columns} from exemption`)),
    ...(found?.apart ? await rows(sql`select ${columns} from control_exemption`) : []),
  ].toSorted((a, b) => (String(a.id) < String(b.id) ? -1 : 1));
  const wanted = [...exemptions.controls, ...exemptions.flaws].map(
    ({ rule_id: _rule, vulnerability_key: _key, ...said }) => said,
  );
  expect(kept.filter((one) => wanted.some((two) => two.id === one.id))).toEqual(
    wanted.toSorted((a, b) => (String(a.id) < String(b.id) ? -1 : 1)),
  );
});

test("what was known last is known of every verdict", async () => {
  expect(
    await rows(sql`select rule_id, status, known_status from assessment
      where status <> 'unknown' and known_status is distinct from effective_status(status, confirmed_status, exemption_id)`),
  ).toEqual([]);
});

test("a host that was removed before counts nowhere", async () => {
  const removed = await rows(sql`select id from host where removed_at is not null`);
  expect(removed).toHaveLength(1);
  expect(await rows(sql`select 1 from effective_assessment where root_id = ${removed[0]?.id}`)).toEqual([]);
});

test("figures equal the reference count, before anything new arrives", { timeout: 120_000 }, async () => {
  await maintainPartitions(new Date());
  await publishRules();
  await recountAll();
  const checked = await expectCountsToEqualLists();
  expect(checked.placements).toBeGreaterThan(6);
  expect(checked.findings).toBeGreaterThan(10);
  const notices = await noticeList(viewer, {});
  expect(notices.rows.length).toBeGreaterThan(10);
});

test("the last report of a host, assessed again, changes no exemption and keeps the confirmation", {
  timeout: 120_000,
}, async () => {
  const [confirmed] = confirmations;
  const hostId = String(confirmed?.root_id);
  await pool().query(
    "update host_report r set state = 'accepted' where host_id = $1 and sequence = (select max(sequence) from host_report where host_id = $1)",
    [hostId],
  );
  expect(await assessWaiting(hostId, new Date())).toBe(1);
  const { controls } = await hostControls(viewer, { hostId });
  expect(controls.find(({ ruleId }) => ruleId === confirmed?.rule_id)).toMatchObject({
    status: "healthy",
    confirmedBy: confirmed?.by_name,
  });
  const said = (list: Record<string, unknown>[]) =>
    list.map(({ key: _key, ...item }) => JSON.stringify(item)).toSorted();
  expect(said(await exemptItems())).toEqual(said(before.exemptItems));
});
