import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { decideAdvisoryImport } from "#commands/decide-advisory-import.ts";
import { pool } from "#store/client.ts";
import { countSets } from "#store/count/count-sets.ts";
import { transaction } from "#store/transaction.ts";
import { matchPackages } from "#worker/match-packages.ts";
import { rematchTouched } from "#worker/rematch.ts";
import { runImport } from "#worker/run-import.ts";
import { importFiles, lines, osv, storePackages } from "./advisory-fixtures.ts";

async function matchesOf(id: bigint) {
  const result = await pool().query(
    `select v.key, p.record_ids, p.fixed_version, p.status, p.hidden_reason, p.severity from package_advisory p
       join vulnerability v on v.id = p.vulnerability_id where p.package_version_id = $1 order by v.key`,
    [id],
  );
  return result.rows;
}

test("an update gives exactly the expected new and resolved pairs, and marks the images that hold them", async () => {
  const [curl, zlib] = await storePackages([
    { ecosystem: "Debian:12", name: "libcurl4", version: "7.88.1-10", sourceName: "curl" },
    { ecosystem: "Debian:12", name: "zlib1g", version: "1:1.2.13.dfsg-1", sourceName: "zlib" },
  ]);
  if (!curl || !zlib) throw new Error("no packages");
  const first = [
    osv("CVE-2024-0001", "curl", "7.88.1-11"),
    osv("CVE-2024-0002", "curl", null),
    osv("CVE-2023-45853", "zlib", null),
  ];
  const { files } = await importFiles({ "debian.ndjson": lines(first) });
  expect(files.map((file) => [file.feedId, file.state, file.added])).toEqual([["debian", "imported", 3]]);
  await transaction((tx) => matchPackages(tx, [curl, zlib]));
  await pool().query("delete from package_touch");
  expect((await matchesOf(curl)).map((row) => [row.key, row.fixed_version, row.status])).toEqual([
    ["CVE-2024-0001", "7.88.1-11", "fixed"],
    ["CVE-2024-0002", null, "affected"],
  ]);

  const registry = "00000000-0000-7000-8000-000000000001";
  await pool().query("insert into set_package (registry_id, set_id, package_version_id) values ($1, 1, $2)", [
    registry,
    curl,
  ]);
  await pool().query("insert into image_set (registry_id, digest, set_id) values ($1, $2, 1)", [
    registry,
    Buffer.alloc(32, 7),
  ]);

  const second = [
    osv("CVE-2024-0001", "curl", "7.88.1-11", { withdrawn: "2025-02-01T00:00:00Z" }),
    osv("CVE-2024-0002", "curl", null),
    osv("CVE-2024-0003", "curl", "8.0"),
    osv("CVE-2023-45853", "zlib", null),
  ];
  const update = await importFiles({ "debian.ndjson.gz": gzipSync(lines(second)) });
  expect(update.files.map((file) => [file.state, file.added, file.changed, file.removed])).toEqual([
    ["imported", 1, 1, 0],
  ]);
  const summary = await rematchTouched();
  expect(summary).toEqual({ packages: 1, added: 1, changed: 0, resolved: 1 });
  const history = await pool().query(
    `select v.key, h.change, h.after->>'cause' as cause from package_advisory_history h join vulnerability v on v.id = h.vulnerability_id
      where h.import_id = $1 order by v.key`,
    [update.importId],
  );
  expect(history.rows).toEqual([
    { key: "CVE-2024-0001", change: "resolved", cause: "withdrawn" },
    { key: "CVE-2024-0003", change: "new", cause: null },
  ]);
  while (await transaction((tx) => countSets(tx)));
  const marks = await pool().query("select distinct scope, key from dirty_mark where scope = 'image'");
  expect(marks.rows).toEqual([{ scope: "image", key: `${registry}/sha256:${"07".repeat(32)}` }]);
  expect((await importFiles({ "debian.ndjson.gz": gzipSync(lines(second)) })).files[0]?.state).toBe("unchanged");
});

async function storedRecords(feed: string): Promise<string[]> {
  const result = await pool().query("select record_id from advisory where feed_id = $1 order by record_id", [feed]);
  return result.rows.map((row) => row.record_id);
}
const version = async () => (await pool().query("select advisories_version as v from advisory_state")).rows[0].v;

test("a truncated or broken update changes nothing and says where", async () => {
  const good = lines([osv("CVE-2020-0001", "broken", "1"), osv("CVE-2020-0002", "broken", "2")]);
  await importFiles({ "alpha.ndjson": good });
  const before = await version();
  const broken: [string, string | Buffer, RegExp][] = [
    [
      "alpha.ndjson.gz",
      gzipSync(
        lines(Array.from({ length: 500 }, (_, index) => osv(`CVE-2020-${1000 + index}`, "broken", "3"))),
      ).subarray(0, 900),
      /cut off/,
    ],
    [
      "alpha.ndjson",
      `${lines([osv("CVE-2020-0003", "broken", null)])}\n{"id":"CVE-2020-0004","affected":`,
      /line 2: not valid JSON/,
    ],
    [
      "alpha.ndjson",
      `${good}\n{"id":"CVE-2020-0005","affected":[{"package":{"ecosystem":5,"name":"x"}}]}`,
      /line 3: "affected.package.ecosystem"/,
    ],
  ];
  for (const [name, content, reason] of broken) {
    const { files } = await importFiles({ [name]: content });
    expect(files[0]).toMatchObject({ state: "failed", reason: expect.stringMatching(reason) });
    expect(await storedRecords("file-alpha")).toEqual(["CVE-2020-0001", "CVE-2020-0002"]);
  }
  expect(await version()).toBe(before);
  const feed = await pool().query(
    "select state, last_error, failing_since is not null as since, record_count from feed where id = 'file-alpha'",
  );
  expect(feed.rows[0]).toMatchObject({ state: "failing", since: true, record_count: 2 });
  await importFiles({ "alpha.ndjson": good });
  expect((await pool().query("select state, last_error from feed where id = 'file-alpha'")).rows[0]).toEqual({
    state: "ok",
    last_error: null,
  });
});

test("an update that would lose most records waits for an admin; reject and approve do what they say", async () => {
  const actor = { kind: "user", id: "a", name: "Ada", role: "admin" } as const;
  const many = Array.from({ length: 400 }, (_, index) => osv(`CVE-2019-${1000 + index}`, `pkg${index}`, "2"));
  await importFiles({ "gated.ndjson": lines(many) });
  const few = lines(many.slice(0, 20));
  const first = await importFiles({ "gated.ndjson": few });
  expect(first.files[0]).toMatchObject({
    state: "waiting",
    removed: 380,
    reason: expect.stringContaining("380 fewer (95 %)"),
  });
  expect(await storedRecords("file-gated")).toHaveLength(400);
  await expect(
    decideAdvisoryImport({ ...actor, role: "analyst" }, { importId: first.importId, decision: "approve" }),
  ).rejects.toThrow(/role admin/);
  await decideAdvisoryImport(actor, { importId: first.importId, decision: "reject" });
  expect(await storedRecords("file-gated")).toHaveLength(400);
  await expect(decideAdvisoryImport(actor, { importId: first.importId, decision: "approve" })).rejects.toThrow(
    /waits for a decision/,
  );

  const second = await importFiles({ "gated.ndjson": few });
  await decideAdvisoryImport(actor, { importId: second.importId, decision: "approve" });
  await runImport(second.importId);
  expect(await storedRecords("file-gated")).toHaveLength(20);
  const audit = await pool().query("select action from audit_entry where target_id = any($1) order by at", [
    [first.importId, second.importId],
  ]);
  expect(audit.rows.map((row) => row.action)).toEqual(["advisories.reject", "advisories.approve"]);
});

test("an update that would match wildly more waits, with the numbers it would bring", async () => {
  const packages = await storePackages(
    Array.from({ length: 300 }, (_, index) => ({ ecosystem: "Debian:12", name: `wild${index}`, version: "1" })),
  );
  await importFiles({
    "wild.ndjson": lines(
      Array.from({ length: 300 }, (_, index) => osv(`CVE-2018-${1000 + index}`, `wild${index}`, "0.5")),
    ),
  });
  await rematchTouched();
  const { files } = await importFiles({
    "wild.ndjson": lines(
      Array.from({ length: 300 }, (_, index) => osv(`CVE-2018-${1000 + index}`, `wild${index}`, "1.5")),
    ),
  });
  expect(files[0]).toMatchObject({ state: "waiting", preview: { newMatches: 300, resolvedMatches: 0 } });
  const stored = await pool().query(
    "select count(*)::int as n from package_advisory where package_version_id = any($1)",
    [packages],
  );
  expect(stored.rows[0].n).toBe(0);
  expect((await pool().query("select count(*)::int as n from package_touch")).rows[0].n).toBe(0);
});

test("matching all packages at once equals matching them one by one", async () => {
  const names = ["a", "b", "c", "d", "e"];
  const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
  let state = seed;
  const random = (limit: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  const records = Array.from({ length: 120 }, (_, index) =>
    osv(
      index % 5 === 0 ? `DSA-${index}-1` : `CVE-2017-${1000 + (index % 60)}`,
      `many-${names[random(5)]}`,
      random(3) === 0 ? null : `${random(9)}.${random(9)}`,
      {
        related: index % 5 === 0 ? [`CVE-2017-${1000 + random(60)}`, `CVE-2017-${1000 + random(60)}`] : [],
      },
    ),
  );
  await importFiles({ "many.ndjson": lines(records) });
  const ids = await storePackages(
    names.flatMap((name) =>
      Array.from({ length: 12 }, () => ({
        ecosystem: "Debian:12",
        name: `many-${name}`,
        version: `${random(9)}.${random(9)}`,
      })),
    ),
  );
  const snapshot = async () =>
    (
      await pool().query(
        "select package_version_id, vulnerability_id, content_hash, why, record_ids from package_advisory where package_version_id = any($1) order by 1, 2",
        [ids],
      )
    ).rows;
  await transaction((tx) => matchPackages(tx, ids));
  const together = await snapshot();
  expect(together.length, `seed ${seed}`).toBeGreaterThan(20);
  await pool().query("delete from package_advisory where package_version_id = any($1)", [ids]);
  for (const id of [...ids].reverse()) await transaction((tx) => matchPackages(tx, [id]));
  expect(await snapshot(), `seed ${seed}`).toEqual(together);
  const again = await transaction((tx) => matchPackages(tx, ids));
  expect(again).toMatchObject({ added: 0, changed: 0, resolved: 0 });
});

test("exploit signals and support dates reach the vulnerabilities; a flaw nobody has can be looked up", async () => {
  await storePackages([{ ecosystem: "Debian:12", name: "kevlib", version: "1" }]);
  await importFiles({
    "kevfeed.ndjson": lines([osv("CVE-2016-0001", "kevlib", "2"), osv("CVE-2016-0003", "kevlib", "2")]),
  });
  await rematchTouched();
  const kev = {
    catalogVersion: "1",
    vulnerabilities: [
      { cveID: "CVE-2016-0001", dateAdded: "2024-01-01", dueDate: "2024-02-01" },
      { cveID: "CVE-2016-0002", dateAdded: "2024-01-02" },
    ],
  };
  await importFiles({
    "kev.json": JSON.stringify(kev),
    "epss.csv": "cve,epss,percentile\nCVE-2016-0001,0.5,0.9\n",
    "eol.json": JSON.stringify({ debian: { releases: [{ releaseCycle: "12", eol: "2026-06-10" }] } }),
  });
  const rows = await pool().query(
    "select key, kev_added_at::date::text as kev, epss from vulnerability where key like 'CVE-2016-%' order by key",
  );
  expect(rows.rows).toEqual([
    { key: "CVE-2016-0001", kev: "2024-01-01", epss: 0.5 },
    { key: "CVE-2016-0002", kev: "2024-01-02", epss: null },
    { key: "CVE-2016-0003", kev: null, epss: null },
  ]);
  // Their sets and figures count anew.
  const marked = await pool().query(
    "select v.key from dirty_mark m join vulnerability v on v.id::text = m.key where m.scope = 'exploited' and v.key like 'CVE-2016-%' order by 1",
  );
  expect(marked.rows).toEqual([{ key: "CVE-2016-0001" }, { key: "CVE-2016-0002" }]);
  expect(
    (
      await pool().query(
        "select end_of_life_at::date::text as d from distribution_lifecycle where distribution = 'debian'",
      )
    ).rows,
  ).toEqual([{ d: "2026-06-10" }]);
});
