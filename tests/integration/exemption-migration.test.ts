import { cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { migrate } from "../../scripts/migrate.mjs";

// Exemptions that the first release wrote, in the two tables that it had, against the one that replaces them.

const migrations = path.resolve(import.meta.dirname, "../../prisma/migrations");
const admin = process.env.DATABASE_URL ?? "";
const url = new URL(admin);
url.pathname = `${url.pathname}_exemptions`;
const folder = mkdtempSync(path.join(tmpdir(), "breakwater-migrations-"));
const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
const [registry, repository, place, host] = [id(1), id(2), id(3), id(4)];
let client: pg.Client;

const rows = async (text: string) => (await client.query(text)).rows;

beforeAll(async () => {
  for (const name of readdirSync(migrations).filter((one) => one < "0100" || one.endsWith(".toml")))
    cpSync(path.join(migrations, name), path.join(folder, name), { recursive: true });
  const maker = new pg.Client({ connectionString: admin });
  await maker.connect();
  await maker.query(`create database ${url.pathname.slice(1)}`);
  await maker.end();
  await migrate(url.href, folder);
  client = new pg.Client({ connectionString: url.href });
  await client.connect();
  await client.query(`
    insert into control_exemption (id, rule_id, host_id, item, reason, note, expires_at, created_by, ended_at, ended_by) values
      ('${id(10)}', 'docker-a', '${host}', 'web', 'mitigated', 'behind a proxy', '2100-01-01', 'Ada', null, null),
      ('${id(11)}', 'docker-a', null, null, 'accepted-risk', 'over', '2020-01-01', 'Bob', '2020-01-01', null),
      ('${id(12)}', 'docker-b', '${host}', null, 'planned', 'ended', null, 'Bob', '2026-01-01', 'Cay');
    insert into exemption (root_id, id, vulnerability_key, repository_id, package_name, reason, note, created_by, ended_at) values
      ('${registry}', '${id(20)}', 'CVE-1', null, null, 'accepted', 'whole registry', 'Ada', null),
      ('${registry}', '${id(21)}', 'CVE-1', null, null, 'accepted', 'the same again', 'Ada', null),
      ('${registry}', '${id(22)}', 'CVE-2', '${repository}', 'openssl', 'false-positive', 'one repository', 'Ada', null),
      ('${registry}', '${id(23)}', 'CVE-3', null, null, 'planned', 'over', 'Ada', '2026-01-01');
    insert into package_advisory (package_version_id, vulnerability_id, advisory_id, record_ids, severity, severity_rank, fixed_version, status, why) values
      (7, 1, 1, '{}', 'high', 4, '1.2', 'fixed', '{}'), (7, 2, 1, '{}', 'high', 4, null, 'affected', '{}');
    insert into exempted_finding (root_id, placement_id, vulnerability_id, package_version_id, exemption_id) values
      ('${registry}', '${place}', 1, 7, '${id(20)}'), ('${registry}', '${id(5)}', 1, 7, '${id(20)}'), ('${registry}', '${place}', 2, 7, '${id(22)}'),
      ('${registry}', '${place}', 3, 7, '${id(99)}');
    insert into assessment_finding (root_id, assessment_id, key, status, severity, title, evidence, exemption_id) values
      ('${host}', '\\x01', 'web', 'unhealthy', 'high', 'web', '[]', '${id(10)}');`);
  cpSync(migrations, folder, { recursive: true });
  await migrate(url.href, folder);
}, 120_000);

afterAll(async () => {
  await client.end();
  const maker = new pg.Client({ connectionString: admin });
  await maker.connect();
  await maker.query(`drop database ${url.pathname.slice(1)} with (force)`);
  await maker.end();
  rmSync(folder, { recursive: true, force: true });
});

test("every decision is kept, with its scope, its words and its end", async () => {
  expect(
    await rows(`select right(id::text, 2) as id, subject_kind as kind, subject, root_id as root, repository_id as repository, item,
      package_name as package, is_narrow as narrow, reason, note, ended_because as because from exemption order by id`),
  ).toEqual(
    [
      ["10", "rule", "docker-a", host, null, "web", null, false, "mitigated", "behind a proxy", null],
      ["11", "rule", "docker-a", null, null, null, null, false, "accepted-risk", "over", "time"],
      ["12", "rule", "docker-b", host, null, null, null, false, "planned", "ended", "person"],
      ["20", "vulnerability", "CVE-1", registry, null, null, null, false, "accepted-risk", "whole registry", null],
      ["21", "vulnerability", "CVE-1", registry, null, null, null, false, "accepted-risk", "the same again", "person"],
      [
        "22",
        "vulnerability",
        "CVE-2",
        registry,
        repository,
        null,
        "openssl",
        true,
        "false-positive",
        "one repository",
        null,
      ],
      ["23", "vulnerability", "CVE-3", registry, null, null, null, false, "planned", "over", "person"],
    ].map(([number, kind, subject, root, within, item, name, narrow, reason, note, because]) => ({
      id: number,
      kind,
      subject,
      root,
      repository: within,
      item,
      package: name,
      narrow,
      reason,
      note,
      because,
    })),
  );
});

test("what they cover stays covered: of a registry by package, of a repository by place; what nothing stands behind is open", async () => {
  expect(
    await rows(
      "select root_id, vulnerability_id, package_version_id, was_fixable, right(exemption_id::text, 2) as id from exempted_package",
    ),
  ).toEqual([{ root_id: registry, vulnerability_id: "1", package_version_id: "7", was_fixable: true, id: "20" }]);
  expect(
    await rows(
      "select placement_id, vulnerability_id, was_fixable, right(exemption_id::text, 2) as id from exempted_finding",
    ),
  ).toEqual([{ placement_id: place, vulnerability_id: "2", was_fixable: false, id: "22" }]);
  expect(await rows("select right(exemption_id::text, 2) as id from assessment_finding")).toEqual([{ id: "10" }]);
});
