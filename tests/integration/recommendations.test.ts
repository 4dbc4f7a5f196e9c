import { beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { removeHost } from "#commands/remove-host.ts";
import { updateHost } from "#commands/update-host.ts";
import { imageRules } from "#domain/image-rules.ts";
import type { Actor } from "#domain/role.ts";
import type { HostEvidence } from "#engines/cis-docker/facts.ts";
import { recommendationDetail } from "#queries/assessment/recommendation-detail.ts";
import { recommendationCsv, recommendationListCsv } from "#queries/assessment/recommendation-export.ts";
import { recommendationHistory } from "#queries/assessment/recommendation-history.ts";
import { recommendationList } from "#queries/assessment/recommendation-list.ts";
import { recommendationUpgrades } from "#queries/assessment/recommendation-upgrades.ts";
import { markDirty } from "#store/count/dirty-marks.ts";
import { copyRuleCounts } from "#store/count/rule-count.ts";
import { newId } from "#store/ids.ts";
import { selectRows, sql } from "#store/sql.ts";
import { transaction } from "#store/transaction.ts";
import { publishRules } from "#worker/publish-rules.ts";
import { recountNext } from "#worker/recount-next.ts";
import { assessedHost, assessWaiting, recordedEvidence, storeReport } from "./assessed-host.ts";
import { addFlaws, addImage, addRegistries, debian, registryId } from "./query-estate.ts";

const viewer: Actor = { kind: "user", id: newId(), name: "Viewer", role: "viewer" };
const admin: Actor = { kind: "user", id: newId(), name: "Admin", role: "admin" };
const PRIVILEGED = "docker-privileged-container";

let evidence: HostEvidence;
let first: string;
let second: string;

async function settle(): Promise<void> {
  while (await recountNext());
}

/** Every group of `rule_count` against a plain count over the verdicts, which shares no statement with the counter. */
async function expectCountsToEqualVerdicts(): Promise<void> {
  const shape = z.object({ key: z.string(), n: z.number() });
  const kept = await selectRows(
    shape,
    sql`select rule_id || '|' || resource_kind || '|' || owner || '|' || environment || '|' || s.status as key, s.n
          from rule_count cross join lateral (values ('healthy', healthy), ('unhealthy', unhealthy), ('unknown', unknown), ('manual', manual),
            ('notApplicable', not_applicable), ('exempt', exempt)) as s (status, n) where s.n > 0 order by 1`,
  );
  const plain = await selectRows(
    z.object({
      rule: z.string(),
      kind: z.string(),
      owner: z.string().nullable(),
      environment: z.string().nullable(),
      status: z.string(),
    }),
    sql`select rule_id as rule, resource_kind as kind, owner, environment, status from effective_assessment where resource_kind <> 'image'`,
  );
  const counted = new Map<string, number>();
  for (const row of plain) {
    const key = [row.rule, row.kind, row.owner ?? "", row.environment ?? "", row.status].join("|");
    counted.set(key, (counted.get(key) ?? 0) + 1);
  }
  expect(new Map(kept.map(({ key, n }) => [key, n]))).toEqual(counted);
}

beforeAll(async () => {
  await publishRules();
  evidence = await recordedEvidence();
  first = await assessedHost("web-1", evidence);
  second = await assessedHost("web-2", evidence);
  await addRegistries();
  const placed = { registryId, daysAgo: 2 };
  const digests = [
    await addImage({
      ...placed,
      repository: "shop/api",
      name: "api",
      tag: "1.0",
      packages: [debian("openssl", "3.0.1")],
    }),
    await addImage({ ...placed, repository: "shop/web", name: "web", tag: "2.0", packages: [debian("bash", "5.0")] }),
    await addImage({ ...placed, repository: "shop/new", name: "new", tag: "1", packages: [], scanned: false }),
  ];
  await addFlaws([{ key: "CVE-2026-0001", severity: "critical", packages: ["openssl"], fixed: "3.0.2" }]);
  await transaction((tx) =>
    markDirty(
      tx,
      "scan",
      digests.map((digest) => ({ scope: "image" as const, registryId, digest })),
    ),
  );
  await settle();
});

describe("the list", () => {
  it("has one row per rule, and its counts are those of the verdicts", async () => {
    await expectCountsToEqualVerdicts();
    const list = await recommendationList(viewer, {});
    expect(list.rows.length).toBe(list.total);
    const privileged = list.rows.find(({ ruleId }) => ruleId === PRIVILEGED);
    expect(privileged).toMatchObject({ unhealthy: 2, healthy: 0, kinds: ["host"], severity: "high" });
    expect(privileged?.failedTitle).not.toBe(privileged?.title);
    expect(list.rows.every(({ unhealthy }) => unhealthy > 0)).toBe(true);
  });

  it("counts images by their repository", async () => {
    const { rows } = await recommendationList(viewer, { view: "all" });
    expect(rows.find(({ ruleId }) => ruleId === imageRules.vulnerabilities)).toMatchObject({
      kinds: ["repository"],
      unhealthy: 1,
      healthy: 1,
      unknown: 1,
      severity: "critical",
    });
  });

  it("puts the area with the worst first, and within it the worst", async () => {
    const { rows } = await recommendationList(viewer, {});
    const areas = rows.map(({ area }) => area);
    // Each area is one run of rows.
    expect(areas.filter((area, index) => area !== areas[index - 1]).length).toBe(new Set(areas).size);
    expect(rows[0]?.severity).toBe("critical");
  });

  it("filters by kind, severity, owner, environment, standard and words, and says how many each view holds", async () => {
    await updateHost(admin, { hostId: first, owner: "payments", environment: "production" });
    await settle();
    await expectCountsToEqualVerdicts();
    const of = async (params: object) => (await recommendationList(viewer, params)).rows;
    expect((await of({ owner: "payments" })).find(({ ruleId }) => ruleId === PRIVILEGED)).toMatchObject({
      unhealthy: 1,
    });
    expect((await of({ owner: "@none", kind: "host" })).find(({ ruleId }) => ruleId === PRIVILEGED)).toMatchObject({
      unhealthy: 1,
      owners: [],
    });
    expect((await of({ kind: "repository" })).every(({ kinds }) => kinds.join() === "repository")).toBe(true);
    expect((await of({ severity: "critical" })).every(({ severity }) => severity === "critical")).toBe(true);
    expect((await of({ q: "5.5" })).map(({ ruleId }) => ruleId)).toContain(PRIVILEGED);
    const ofStandard = await of({ standard: "CIS Docker 1.2.0", view: "all" });
    expect(ofStandard.map(({ ruleId }) => ruleId)).toContain(PRIVILEGED);
    expect(ofStandard.map(({ ruleId }) => ruleId)).not.toContain(imageRules.distribution);
    const all = await recommendationList(viewer, { view: "all" });
    for (const view of ["open", "unknown", "exempt", "clean"] as const) {
      expect((await recommendationList(viewer, { view })).rows.length).toBe(all.views[view]);
    }
  });

  it("is exported with the same rows", async () => {
    let text = "";
    for await (const chunk of recommendationListCsv(viewer, { kind: "host" })) text += chunk;
    const { rows } = await recommendationList(viewer, { kind: "host" });
    expect(text.trim().split("\r\n").length).toBe(rows.length + 1);
  });
});

describe("one recommendation", () => {
  it("has as many resources in each list as its count says, each with its evidence", async () => {
    const detail = await recommendationDetail(viewer, { id: PRIVILEGED });
    expect(detail.counts).toMatchObject({ unhealthy: 2, healthy: 0, exempt: 0 });
    expect(detail.resources.map(({ name }) => name)).toEqual(["web-1", "web-2"]);
    expect(detail.resources[0]?.items[0]?.evidence[0]).toMatchObject({ path: "HostConfig.Privileged", actual: "true" });
    for (const [status, count] of Object.entries(detail.counts))
      expect((await recommendationDetail(viewer, { id: PRIVILEGED, status })).resources.length).toBe(count);
  });

  it("moves a resource between its lists when a report says so, with history and the day's copy", async () => {
    await transaction((tx) => copyRuleCounts(tx, new Date()));
    const inspected = Array.isArray(evidence.containersInspect) ? evidence.containersInspect : [];
    await storeReport(second, {
      ...evidence,
      containersInspect: inspected.map((container) =>
        "HostConfig" in container
          ? { ...container, HostConfig: { ...container.HostConfig, Privileged: false } }
          : container,
      ),
    });
    await assessWaiting(second);
    await settle();
    await expectCountsToEqualVerdicts();
    expect((await recommendationDetail(viewer, { id: PRIVILEGED })).counts).toMatchObject({ unhealthy: 1, healthy: 1 });
    const history = await recommendationHistory(viewer, { id: PRIVILEGED });
    expect(history.changes[0]).toMatchObject({ rootName: "web-2", from: "unhealthy", to: "healthy" });
    expect(history.days.at(-1)).toMatchObject({ unhealthy: 1, healthy: 1 });
  });

  it("of images names the upgrades that close most, for each owner", async () => {
    const { upgrades } = await recommendationUpgrades(viewer, { id: imageRules.vulnerabilities });
    expect(upgrades).toEqual([
      expect.objectContaining({
        packageName: "openssl",
        fixedVersion: "3.0.2",
        severity: "critical",
        images: 1,
        repositories: 1,
      }),
    ]);
    expect(
      (await recommendationUpgrades(viewer, { id: imageRules.vulnerabilities, owner: "payments" })).upgrades,
    ).toEqual([]);
  });

  it("is exported whole", async () => {
    let text = "";
    for await (const chunk of recommendationCsv(viewer, { id: PRIVILEGED, status: "unhealthy" })) text += chunk;
    expect(text).toContain("web-1");
    expect(text).toContain("HostConfig.Privileged: true");
  });

  it("an unknown id is not found", async () => {
    await expect(recommendationDetail(viewer, { id: "no-such-rule" })).rejects.toMatchObject({ code: "not-found" });
  });

  it("a removed host leaves every count", async () => {
    await removeHost(admin, { hostId: first });
    await settle();
    await expectCountsToEqualVerdicts();
    const { rows } = await recommendationList(viewer, { view: "all", kind: "host" });
    expect(rows.every((row) => row.unhealthy + row.healthy + row.unknown + row.manual + row.notApplicable === 1)).toBe(
      true,
    );
  });
});
