import { expect, test } from "vitest";
import { z } from "zod";
import type { Finding } from "#domain/assessment.ts";
import { assessmentId } from "#domain/assessment-id.ts";
import type { ResourceKind, Subject } from "#domain/resource.ts";
import { severities, severityRank } from "#domain/severity.ts";
import { type SubjectAssessments, saveAssessments } from "#store/assessment/assessment.ts";
import { newId } from "#store/ids.ts";
import { execute, selectRows, sql } from "#store/sql.ts";
import { transaction } from "#store/transaction.ts";

const rows = (query: ReturnType<typeof sql>) => selectRows(z.record(z.string(), z.unknown()), query);
let minute = 0;
const RULE = "some-rule";

async function root(kind: string): Promise<Subject> {
  const rootId = newId();
  await execute(sql`insert into resource_summary (root_id, kind, name, detail, state, contents_unit, owner, environment)
    values (${rootId}, ${kind}, ${`the ${kind}`}, '', 'connected', 'things', 'team', 'production')`);
  return { rootId, kind: kind as ResourceKind, resourceId: rootId };
}
const verdict = (subject: Subject, status: string, more: Partial<SubjectAssessments["assessments"][number]> = {}) => ({
  subject,
  assessments: [
    {
      ruleId: RULE,
      status: status as "healthy",
      severity: "high" as const,
      reason: `it is ${status}`,
      completeness: "complete" as const,
      diagnostics: [],
      findings: [],
      evidence: [],
      ...more,
    },
  ],
});
const save = (...saved: SubjectAssessments[]) => {
  minute += 1;
  const at = new Date(Date.UTC(2026, 10, 28, 12, minute));
  return transaction((tx) => saveAssessments(tx, saved, { at, cause: "report", causeRef: "r" }));
};
const item = (key: string, more: Partial<Finding> = {}): Finding => ({
  key,
  severity: "high",
  status: "unhealthy",
  title: key,
  evidence: [],
  ...more,
});

test("a rule and a resource have one id, here and in the database", async () => {
  for (const [rule, resource] of [
    ["a", "b"],
    ["image-assessed", `sha256:${"0f".repeat(32)}`],
    ["ü 漢", newId()],
    ["", ""],
  ] as const) {
    const [row] = await rows(sql`select encode(assessment_id(${rule}, ${resource}), 'hex') as id`);
    expect(row?.id).toBe(assessmentId(rule, resource).toString("hex"));
  }
});

test("severities have one rank, here and in the database", async () => {
  for (const severity of severities)
    expect(await rows(sql`select severity_rank_of(${severity})::int as rank`)).toEqual([
      { rank: severityRank[severity] },
    ]);
});

test.each(["cluster", "registry", "host"])("a %s that turns unhealthy is told, in history and list", async (kind) => {
  const subject = await root(kind);
  expect(await save(verdict(subject, "healthy"))).toMatchObject([{ from: null, to: "healthy", lastKnown: null }]);
  expect(await save(verdict(subject, "unhealthy"))).toEqual([
    { ...subject, ruleId: RULE, severity: "high", from: "healthy", to: "unhealthy", lastKnown: "healthy" },
  ]);
  expect(await save(verdict(subject, "unhealthy")), "the same again is nothing").toEqual([]);
  expect(
    await rows(
      sql`select from_status, to_status, cause, cause_ref from status_history where root_id = ${subject.rootId} order by at, id`,
    ),
  ).toEqual([
    { from_status: null, to_status: "healthy", cause: "report", cause_ref: "r" },
    { from_status: "healthy", to_status: "unhealthy", cause: "report", cause_ref: "r" },
  ]);
  expect(
    await rows(sql`select root_kind, root_name, resource_kind, resource_name, status, verdict, severity_rank::int as rank, owner, environment, is_demo
      from effective_assessment where root_id = ${subject.rootId}`),
  ).toEqual([
    {
      root_kind: kind,
      root_name: `the ${kind}`,
      resource_kind: kind,
      resource_name: `the ${kind}`,
      status: "unhealthy",
      verdict: "unhealthy",
      rank: 4,
      owner: "team",
      environment: "production",
      is_demo: false,
    },
  ]);
});

test("what was known before evidence was missing is kept, and a status counts since it changed", async () => {
  const subject = await root("host");
  for (const status of ["unhealthy", "unknown"]) await save(verdict(subject, status));
  const [before] = await rows(sql`select status_since from assessment where root_id = ${subject.rootId}`);
  expect(await save(verdict(subject, "unknown", { reason: "still" }))).toEqual([]);
  expect(await rows(sql`select status_since, reason from assessment where root_id = ${subject.rootId}`)).toEqual([
    { ...before, reason: "still" },
  ]);
  expect(await save(verdict(subject, "unhealthy"))).toMatchObject([{ from: "unknown", lastKnown: "unhealthy" }]);
});

test("hundreds of resources are saved at once, and a rule that is gone leaves nothing of itself", async () => {
  const { rootId } = await root("registry");
  const subjects = Array.from(
    { length: 300 },
    (_, index): Subject => ({ rootId, kind: "image", resourceId: `sha256:${String(index).padStart(64, "0")}` }),
  );
  const old = { ...verdict(subjects[0] as Subject, "healthy").assessments[0], ruleId: "old", findings: [item("x")] };
  const both = (subject: Subject) => ({
    subject,
    assessments: [...verdict(subject, "healthy").assessments, old as never],
  });
  expect(await save(...subjects.map(both))).toHaveLength(600);
  expect(await save(...subjects.map((subject) => verdict(subject, "unhealthy")))).toHaveLength(300);
  const left = await rows(sql`select rule_id, count(*)::int as n from assessment where root_id = ${rootId} group by 1`);
  expect(left).toEqual([{ rule_id: RULE, n: 300 }]);
  expect(await rows(sql`select 1 from assessment_finding where root_id = ${rootId}`)).toEqual([]);
});

test("another kind of resource of the same root is left alone", async () => {
  const subject = await root("registry");
  const image: Subject = { ...subject, kind: "image", resourceId: `sha256:${"a".repeat(64)}` };
  await save(verdict(subject, "healthy"), verdict(image, "unhealthy"));
  await save({ subject, assessments: [] });
  expect(await rows(sql`select resource_kind from assessment where root_id = ${subject.rootId}`)).toEqual([
    { resource_kind: "image" },
  ]);
});

test("only items that differ are written", async () => {
  const subject = await root("host");
  const items = [
    item("a"),
    item("b", { remediation: "do b" }),
    item("c", { evidence: [{ kind: "file", path: "/c" }] }),
  ];
  await save(verdict(subject, "unhealthy", { findings: items }));
  const written = () =>
    rows(
      sql`select key, severity_rank::int as rank, xmin::text as at from assessment_finding where root_id = ${subject.rootId} order by key`,
    );
  const first = await written();
  expect(first.map(({ key, rank }) => [key, rank])).toEqual([
    ["a", 4],
    ["b", 4],
    ["c", 4],
  ]);
  await save(verdict(subject, "unhealthy", { findings: items }));
  expect(await written()).toEqual(first);
  await save(
    verdict(subject, "unhealthy", {
      findings: [item("b", { severity: "low", remediation: "do b" }), items[2] as Finding, item("d")],
    }),
  );
  const next = await written();
  expect(next.map(({ key, rank }) => [key, rank])).toEqual([
    ["b", 2],
    ["c", 4],
    ["d", 4],
  ]);
  expect(next[1]).toEqual(first[2]);
});

test("of 1,500 items the 1,000 worst are stored, with the total; a control counts as exempt only when all are", async () => {
  const subject = await root("host");
  const items = Array.from({ length: 1500 }, (_, index) =>
    item(`item ${index}`, { severity: index < 1490 ? "low" : "critical" }),
  );
  await save(verdict(subject, "unhealthy", { findings: items }));
  expect(
    await rows(sql`select a.finding_count, (select count(*)::int from assessment_finding f where f.root_id = a.root_id) as stored,
      (select count(*)::int from assessment_finding f where f.root_id = a.root_id and f.severity = 'critical') as critical
      from assessment a where a.root_id = ${subject.rootId}`),
  ).toEqual([{ finding_count: 1500, stored: 1000, critical: 10 }]);
});

test("what is gone counts nowhere: a removed root, an image without a place, a repository that retired", async () => {
  const subject = await root("registry");
  const repositoryId = newId();
  const digest = "b".repeat(64);
  const image: Subject = { ...subject, kind: "image", resourceId: `sha256:${digest}` };
  const repository: Subject = { ...subject, kind: "repository", resourceId: repositoryId };
  await execute(
    sql`insert into repository (registry_id, id, name) values (${subject.rootId}, ${repositoryId}, 'shop/web')`,
  );
  await execute(sql`insert into placement (registry_id, repository_id, digest, platform, id, last_pushed_at)
    values (${subject.rootId}, ${repositoryId}, decode(${digest}, 'hex'), 'linux/amd64', ${newId()}, now())`);
  await save(verdict(subject, "healthy"), verdict(image, "unhealthy"), verdict(repository, "unhealthy"));
  const counted = async () =>
    (
      await rows(
        sql`select resource_kind, resource_name from effective_assessment where root_id = ${subject.rootId} order by 1`,
      )
    ).map((row) => `${row.resource_kind}: ${row.resource_name}`);
  expect(await counted()).toEqual(["image: null", "registry: the registry", "repository: shop/web"]);
  await execute(sql`update placement set retired_at = now() where registry_id = ${subject.rootId}`);
  expect(await counted()).toEqual(["registry: the registry", "repository: shop/web"]);
  await execute(sql`update repository set retired_at = now() where registry_id = ${subject.rootId}`);
  expect(await counted()).toEqual(["registry: the registry"]);
  await execute(sql`delete from resource_summary where root_id = ${subject.rootId}`);
  expect(await counted()).toEqual([]);
});
