import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { endExemption } from "#commands/end-exemption.ts";
import { exempt } from "#commands/exempt.ts";
import { previewExemption } from "#commands/preview-exemption.ts";
import type { ExemptionCondition, ExemptionScope } from "#domain/exemption.ts";
import type { Actor } from "#domain/role.ts";
import { exemptionList } from "#queries/exemption/exemption-list.ts";
import { imageFindings } from "#queries/image/image-findings.ts";
import { imageHistory } from "#queries/image/image-history.ts";
import { imageVex } from "#queries/image/image-vex.ts";
import { vulnerabilityDetail } from "#queries/vulnerability/vulnerability-detail.ts";
import { newId } from "#store/ids.ts";
import { execute, sql } from "#store/sql.ts";
import { endDueExemptions } from "#worker/due-exemptions.ts";
import { endScanThreads } from "../../src/worker/scan/scan-threads.ts";
import { expectCountsToEqualLists } from "../registry-double/count-check.ts";
import {
  connectRegistry,
  importAdvisories,
  importExploited,
  pushImage,
  recountAll,
  rows,
  runScans,
  type TestAdvisory,
} from "../registry-double/estate.ts";
import {
  addLayer,
  debianFiles,
  type MemoryRegistry,
  npmFiles,
  startMemoryRegistry,
} from "../registry-double/memory-registry.ts";

// Exemptions of vulnerabilities on an estate that was pushed, scanned and matched by the product itself.

const analyst: Actor = { kind: "user", id: newId(), name: "Ada", role: "analyst" };
const viewer: Actor = { kind: "user", id: newId(), name: "Cay", role: "viewer" };
const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9));
const ROUNDS = Number(process.env.EXEMPTION_ROUNDS ?? 200);
const FLAWS = ["CVE-2026-1001", "CVE-2026-1002", "CVE-2026-1003", "CVE-2026-1004", "CVE-2026-1005"];
const severities = ["CRITICAL", "HIGH", "MODERATE", "LOW"] as const;
const FAR = "2100-01-01T00:00:00Z";

let double: MemoryRegistry;
let shop: string;
let lab: string;
let advisories: TestAdvisory[];

const idle = (ecosystem: string): TestAdvisory => ({
  recordId: `IDLE-${ecosystem}`,
  ecosystem,
  packageName: "nothing",
  fixed: null,
  severity: "LOW",
});

beforeAll(async () => {
  double = await startMemoryRegistry();
  shop = await connectRegistry({ url: double.url, name: "shop" });
  lab = await connectRegistry({ url: double.url, name: "lab" });
  const base = await addLayer(
    double,
    debianFiles([
      { name: "alpha", version: "1.0-1" },
      { name: "beta", version: "1.0-1", source: "alpha" },
      { name: "gamma", version: "2.0-1" },
    ]),
  );
  const older = await addLayer(double, debianFiles([{ name: "alpha", version: "0.9-1" }]));
  const app = await addLayer(double, npmFiles("delta", "1.2.3"));
  for (const [registryId, repository, tag, layers, platform] of [
    [shop, "shop/api", "1", [base, app], "linux/amd64"],
    [shop, "shop/api", "2", [base], "linux/arm64"],
    [shop, "shop/web", "1", [base, app], "linux/amd64"],
    [shop, "team/tool", "1", [older], "linux/amd64"],
    [lab, "lab/api", "1", [base, app], "linux/amd64"],
    [lab, "shop/api", "1", [older, app], "linux/amd64"],
  ] as const)
    await pushImage({ registryId, repository, tag, layers: [...layers], platform });
  await runScans();
}, 120_000);

afterAll(async () => {
  await double.stop();
  endScanThreads();
});

beforeEach(async () => {
  for (const { id } of (await exemptionList(viewer, {})).items) await endExemption(analyst, { exemptionId: id });
  await importExploited(["CVE-2020-9999"]);
  advisories = FLAWS.map((recordId, at) => ({
    recordId,
    ecosystem: at === 4 ? "npm" : "Debian:12",
    packageName: ["alpha", "alpha", "gamma", "beta", "delta"][at] ?? "alpha",
    fixed: at % 2 === 0 ? "9.0-1" : null,
    severity: severities[at % 4] ?? "LOW",
  }));
  await advise();
});

async function advise(change: (one: TestAdvisory) => TestAdvisory = (one) => one): Promise<void> {
  advisories = advisories.map(change);
  await importAdvisories("debian", [idle("Debian:12"), ...advisories.filter((one) => one.ecosystem === "Debian:12")]);
  await importAdvisories("npm", [idle("npm"), ...advisories.filter((one) => one.ecosystem === "npm")]);
  await recountAll();
}

interface Open {
  id: string;
  key: string;
  registry: string;
  repository: string;
  repositoryName: string;
  digest: string;
  platform: string;
  names: string[];
  version: string;
  type: string;
  isFixable: boolean;
}

/** Everything open now, put together from the base tables and the rows that stand for exemptions. */
async function open(): Promise<Open[]> {
  const found = await rows(sql`
    select p.id || ' ' || v.key || ' ' || pv.id as id, v.key, p.registry_id as registry, p.repository_id as repository, r.name as "repositoryName",
           'sha256:' || encode(p.digest, 'hex') as digest, p.platform, array[pv.name, pv.source_name] as names, pv.version, pv.type,
           pa.fixed_version is not null as "isFixable"
      from placement p join repository r on r.registry_id = p.registry_id and r.id = p.repository_id
      join image_set s on s.registry_id = p.registry_id and s.digest = p.digest
      join set_package sp on sp.registry_id = s.registry_id and sp.set_id = s.set_id
      join package_version pv on pv.id = sp.package_version_id
      join package_advisory pa on pa.package_version_id = pv.id and pa.hidden_reason is null
      join vulnerability v on v.id = pa.vulnerability_id
     where p.retired_at is null
       and not exists (select 1 from exempted_package x where x.root_id = p.registry_id and x.vulnerability_id = v.id and x.package_version_id = pv.id)
       and not exists (select 1 from exempted_finding x where x.root_id = p.registry_id and x.placement_id = p.id and x.vulnerability_id = v.id
                          and x.package_version_id = pv.id)`);
  return found as unknown as Open[];
}

/** What is kept in the rows of registries: what every list adds up to. */
const kept = () =>
  rows(
    sql`select root_id, critical, high, medium, low, unrated, fixable, kev, findings_exempt from resource_summary order by root_id`,
  );

type Scope = Partial<ExemptionScope>;
const target = (id: string, scope: Scope = {}, conditions: ExemptionCondition[] = []) => ({
  subject: { kind: "vulnerability" as const, id },
  scope,
  conditions,
});
const decision = { reason: "accepted-risk" as const, note: "needed until the rewrite", expiresAt: null };
const repositoryOf = async (name: string, registryId = shop) =>
  String((await rows(sql`select id from repository where registry_id = ${registryId} and name = ${name}`))[0]?.id);
const digestIn = async (at: string, registryId = shop) =>
  String(
    (
      await rows(sql`select 'sha256:' || encode(p.digest, 'hex') as digest from placement p
        join repository r on r.registry_id = p.registry_id and r.id = p.repository_id where p.registry_id = ${registryId} and r.name = ${at} limit 1`)
    )[0]?.digest,
  );
const historyOf = async (at: string) =>
  (await imageHistory(viewer, { digest: await digestIn(at), at: `${shop}/${at}` })).decisions;
const stateOf = async (key: string, at: string, registryId = shop) => {
  const groups = await imageFindings(viewer, {
    digest: await digestIn(at, registryId),
    at: `${registryId}/${at}`,
    status: "open,exempt,hidden",
    q: key,
  });
  return [...new Set(groups.groups.flatMap((group) => group.findings.map(({ state }) => state)))].sort().join();
};

function random(state: number): () => number {
  let value = state;
  return () => {
    value = (value * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return value / 4_294_967_296;
  };
}

test(`the preview equals what happens, on ${ROUNDS} random exemptions (SEED=${seed})`, {
  timeout: 300_000,
}, async () => {
  const next = random(seed);
  const inForce: string[] = [];
  let withEffect = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const { saved, hidden } = await randomExemption(next, `round ${round} of SEED=${seed}`);
    if (hidden > 0) withEffect += 1;
    inForce.push(...saved);
    if (inForce.length > 6 || next() < 0.2) {
      const [ended] = inForce.splice(Math.floor(next() * inForce.length), 1);
      if (ended) await endExemption(analyst, { exemptionId: ended });
    }
    if (round % 20 === 19) {
      await recountAll();
      await expectCountsToEqualLists();
    }
  }
  expect(withEffect).toBeGreaterThan(ROUNDS / 5);
});

/** Exempts something at random and holds its preview and what is open afterwards against a list that is filtered here. */
async function randomExemption(next: () => number, round: string): Promise<{ saved: string[]; hidden: number }> {
  const before = await open();
  const asked = randomTarget(next, before);
  const wanted = before.filter((finding) => isCovered(finding, asked));
  const what = `${round}: ${JSON.stringify(asked)}`;
  expect(await previewExemption(analyst, asked), what).toEqual({
    findings: wanted.length,
    images: new Set(wanted.map(({ registry, digest }) => `${registry} ${digest}`)).size,
    fixable: wanted.filter(({ isFixable }) => isFixable).length,
    repositories: new Set(wanted.map(({ repository }) => repository)).size,
    items: 0,
    resources: 0,
  });
  const saved = await exempt(analyst, { ...asked, ...decision }).catch((error: unknown) => {
    expect(error, what).toMatchObject({ code: "conflict" });
    return { ids: [] };
  });
  const after = new Set((await open()).map(({ id }) => id));
  const gone = before.filter(({ id }) => !after.has(id)).map(({ id }) => id);
  expect(gone.sort(), what).toEqual(wanted.map(({ id }) => id).sort());
  expect(after.size, what).toBe(before.length - wanted.length);
  return { saved: saved.ids, hidden: wanted.length };
}

function randomTarget(next: () => number, findings: readonly Open[]): ReturnType<typeof target> {
  const pick = <Value>(values: readonly Value[]): Value => values[Math.floor(next() * values.length)] as Value;
  if (findings.length === 0) return target(pick(FLAWS));
  const { registry: rootId, repository: repositoryId, digest: resourceId, key } = pick(findings);
  const scope: Scope = pick([
    {},
    { rootId },
    { rootId, repositoryId },
    { resourceId },
    { rootId, resourceId },
    { rootId, repositoryId, resourceId },
  ]);
  const packageName = next() < 0.3 ? { packageName: pick(["alpha", "beta", "gamma", "delta"]) } : {};
  const condition = pick<ExemptionCondition>([
    { field: "repository", operator: "matches", value: pick(["shop/*", "*api", "team/*"]) },
    { field: "platform", operator: "is", value: "linux/amd64" },
    { field: "package.version", operator: "isNot", value: "1.0-1" },
    { field: "package.type", operator: "is", value: pick(["deb", "npm"]) },
  ]);
  return target(next() < 0.5 ? key : pick(FLAWS), { ...scope, ...packageName }, next() < 0.3 ? [condition] : []);
}

/** Written apart from the product: what a scope and conditions cover. */
function isCovered(finding: Open, { subject, scope, conditions }: ReturnType<typeof target>): boolean {
  const facts: Record<string, string> = {
    repository: finding.repositoryName,
    platform: finding.platform,
    "package.version": finding.version,
    "package.type": finding.type,
  };
  const holds = ({ field, operator, value }: ExemptionCondition) => {
    const fact = facts[field] ?? "";
    if (operator === "is") return fact === value;
    if (operator === "isNot") return fact !== value;
    return new RegExp(`^${value.split("*").join(".*")}$`).test(fact);
  };
  return (
    finding.key === subject.id &&
    (!scope.rootId || scope.rootId === finding.registry) &&
    (!scope.repositoryId || scope.repositoryId === finding.repository) &&
    (!scope.resourceId || scope.resourceId === finding.digest) &&
    (!scope.packageName || finding.names.includes(scope.packageName)) &&
    conditions.every(holds)
  );
}

describe("an exempt vulnerability", () => {
  test("leaves every figure of its repository and stays in the other; ended, all is as before", async () => {
    const before = await kept();
    const repositoryId = await repositoryOf("shop/api");
    const asked = target("CVE-2026-1001", { rootId: shop, repositoryId });
    const told = await previewExemption(analyst, asked);
    const { ids, findings } = await exempt(analyst, { ...asked, ...decision });
    expect(findings).toBe(told.findings);
    await recountAll();
    expect(await stateOf("CVE-2026-1001", "shop/api")).toBe("exempt");
    expect(await stateOf("CVE-2026-1001", "shop/web")).toBe("open");
    expect(await stateOf("CVE-2026-1001", "shop/api", lab)).toBe("open");
    expect(await vulnerabilityDetail(viewer, { id: "CVE-2026-1001" })).toMatchObject({ reach: { exemptPlaces: 2 } });
    const during = await kept();
    expect(during).not.toEqual(before);
    expect((await exemptionList(viewer, { kind: "vulnerability" })).items[0]).toMatchObject({
      subject: "CVE-2026-1001",
      repository: "shop/api",
      rootName: "shop",
      findings,
      state: "active",
    });
    await endExemption(analyst, { exemptionId: ids[0] });
    await recountAll();
    expect(await kept()).toEqual(before);
    await expectCountsToEqualLists();
  });

  test.each([
    ["everywhere", {}, "1.0-2"],
    ["a registry", { root: true }, "1.0-3"],
    ["a repository", { root: true, repository: true }, "1.0-4"],
  ])("of %s covers what is pushed later in the transaction that brings it", async (_name, where, version) => {
    const repositoryId = await repositoryOf("shop/api");
    const scope: Scope = {
      ...("root" in where ? { rootId: shop } : {}),
      ...("repository" in where ? { repositoryId } : {}),
    };
    await exempt(analyst, { ...target("CVE-2026-1001", scope), ...decision });
    const layer = await addLayer(double, debianFiles([{ name: "alpha", version }]));
    const digest = await pushImage({
      registryId: shop,
      repository: "shop/api",
      tag: `later ${version}`,
      layers: [layer],
    });
    await runScans();
    const found =
      await rows(sql`select f.state from placement_finding f join vulnerability v on v.id = f.vulnerability_id
      where v.key = 'CVE-2026-1001' and f.digest = decode(${digest.slice(7)}, 'hex')`);
    expect(found.map(({ state }) => state)).toEqual(["exempt"]);
    await recountAll();
    await expectCountsToEqualLists();
  });

  test("covers what an import matches later", async () => {
    await exempt(analyst, { ...target("CVE-2026-1003", { rootId: shop }), ...decision });
    await advise((one) => (one.recordId === "CVE-2026-1003" ? { ...one, packageName: "alpha" } : one));
    expect(await stateOf("CVE-2026-1003", "shop/api")).toBe("exempt");
    expect(await stateOf("CVE-2026-1003", "lab/api", lab)).toBe("open");
    await expectCountsToEqualLists();
  });

  test("is found by any of its names, also when its key has become another since", async () => {
    await execute(sql`update vulnerability set aliases = '{GHSA-test-0001}' where key = 'CVE-2026-1001'`);
    const byAlias = await exempt(analyst, { ...target("GHSA-test-0001", { rootId: shop }), ...decision });
    expect((await exemptionList(viewer, {})).items[0]?.subject).toBe("CVE-2026-1001");
    // As if it had been made before the flaw got its CVE.
    await execute(sql`update exemption set subject = 'GHSA-test-0001' where id = ${byAlias.ids[0]}`);
    const layer = await addLayer(double, debianFiles([{ name: "alpha", version: "1.0-9" }]));
    const digest = await pushImage({ registryId: shop, repository: "shop/api", tag: "renamed", layers: [layer] });
    await runScans();
    const found =
      await rows(sql`select f.state from placement_finding f join vulnerability v on v.id = f.vulnerability_id
      where v.key = 'CVE-2026-1001' and f.digest = decode(${digest.slice(7)}, 'hex')`);
    expect(found.map(({ state }) => state)).toEqual(["exempt"]);
    await execute(sql`update vulnerability set aliases = '{}' where key = 'CVE-2026-1001'`);
  });

  test("stays exempt where another exemption covers it as well", async () => {
    const repositoryId = await repositoryOf("shop/api");
    const wide = await exempt(analyst, { ...target("CVE-2026-1001"), ...decision });
    const narrow = await exempt(analyst, { ...target("CVE-2026-1001", { rootId: shop, repositoryId }), ...decision });
    await endExemption(analyst, { exemptionId: wide.ids[0] });
    expect(await stateOf("CVE-2026-1001", "shop/api")).toBe("exempt");
    expect(await stateOf("CVE-2026-1001", "shop/web")).toBe("open");
    await endExemption(analyst, { exemptionId: narrow.ids[0] });
    expect(await stateOf("CVE-2026-1001", "shop/api")).toBe("open");
  });

  test("a selection is saved whole, and its preview counts an image once", async () => {
    const [first, ...also] = [target("CVE-2026-1001", { rootId: shop }), target("CVE-2026-1003", { rootId: shop })];
    const told = await previewExemption(analyst, { ...first, also });
    const alone = await previewExemption(analyst, first);
    expect(told.findings).toBeGreaterThan(alone.findings);
    expect(told.images, "an image with both is one image").toBe(
      Number(
        (
          await rows(sql`select count(*)::int as n from image where registry_id = ${shop} and digest in (
        select f.digest from open_finding f join vulnerability v on v.id = f.vulnerability_id
         where f.registry_id = ${shop} and v.key in ('CVE-2026-1001', 'CVE-2026-1003'))`)
        )[0]?.n,
      ),
    );
    const saved = await exempt(analyst, { ...first, also, ...decision });
    expect(saved).toMatchObject({ ids: [expect.any(String), expect.any(String)], findings: told.findings });
    await expect(
      exempt(analyst, { ...target("CVE-2026-1004"), also: [target("CVE-0000-0000")], ...decision }),
    ).rejects.toMatchObject({ code: "not-found" });
    expect((await exemptionList(viewer, { subject: "CVE-2026-1004" })).total, "nothing of it was kept").toBe(0);
  });
});

describe("its end", () => {
  const notices = () =>
    rows(sql`select root_id, kind, title, detail, count from notice where kind = 'exemption-ended'`);
  beforeEach(async () => void (await execute(sql`delete from notice`)));

  test("comes by the clock, with the reason in list and notice", async () => {
    const repositoryId = await repositoryOf("shop/api");
    const asked = { ...target("CVE-2026-1001", { rootId: shop, repositoryId }), ...decision, expiresAt: FAR };
    const { ids, findings } = await exempt(analyst, asked);
    expect(await endDueExemptions(new Date("2099-12-31T23:59:59Z"))).toBe(0);
    expect(await endDueExemptions(new Date(FAR))).toBe(1);
    expect(await stateOf("CVE-2026-1001", "shop/api")).toBe("open");
    expect((await exemptionList(viewer, { state: "ended", subject: "CVE-2026-1001" })).items[0]).toMatchObject({
      id: ids[0],
      endedBy: null,
      endedBecause: "time",
      findings: 0,
    });
    expect(await notices()).toEqual([
      {
        root_id: shop,
        kind: "exemption-ended",
        title: "CVE-2026-1001 counts again in shop/api: the time of its exemption is over",
        detail: expect.stringContaining("needed until the rewrite"),
        count: findings,
      },
    ]);
    expect((await historyOf("shop/api")).slice(0, 2)).toMatchObject([
      { vulnerability: "CVE-2026-1001", because: "time", by: null },
      { vulnerability: "CVE-2026-1001", because: null, by: "Ada", note: "needed until the rewrite" },
    ]);
    expect((await historyOf("shop/web")).some(({ exemptionId }) => exemptionId === ids[0])).toBe(false);
    await recountAll();
    await expectCountsToEqualLists();
  });

  test("is asked for by a job at its time", async () => {
    await exempt(analyst, { ...target("CVE-2026-1001"), ...decision, expiresAt: FAR });
    const [job] = await rows(
      sql`select start_after from pgboss.job where name = 'end-exemptions' order by start_after desc limit 1`,
    );
    // Not a moment before its time: a job that finds nothing due would leave it to the next housekeeping.
    const late = Number(job?.start_after) - Date.parse(FAR);
    expect(late).toBeGreaterThanOrEqual(0);
    expect(late).toBeLessThan(2000);
  });

  const reopenOn = ["fix", "exploited", "severity"] as const;
  test.each([
    [
      "a fix appears",
      "fix",
      () => advise((one) => (one.recordId === "CVE-2026-1002" ? { ...one, fixed: "9.0-1" } : one)),
      "a fix appeared",
    ],
    ["KEV lists it", "exploited", () => importExploited(["CVE-2026-1002"]), "it is known to be exploited"],
    [
      "its severity rises",
      "severity",
      () => advise((one) => (one.recordId === "CVE-2026-1002" ? { ...one, severity: "CRITICAL" } : one)),
      "its severity rose",
    ],
  ] as const)("comes when %s, only if that was asked for", async (_name, because, happens, words) => {
    const repositoryId = await repositoryOf("shop/api");
    const asked = await exempt(analyst, {
      ...target("CVE-2026-1002", { rootId: shop, repositoryId }),
      ...decision,
      reopenOn: [because],
    });
    const others = await exempt(analyst, {
      ...target("CVE-2026-1002", { rootId: lab }),
      ...decision,
      reopenOn: reopenOn.filter((cause) => cause !== because),
    });
    expect(await endDueExemptions(), "nothing has happened yet").toBe(0);
    await happens();
    expect(await endDueExemptions()).toBe(1);
    expect(await stateOf("CVE-2026-1002", "shop/api")).toBe("open");
    expect(await stateOf("CVE-2026-1002", "lab/api", lab), "the other did not ask for it").toBe("exempt");
    const listed = (await exemptionList(viewer, { state: "any", subject: "CVE-2026-1002" })).items;
    expect(listed.find(({ id }) => id === asked.ids[0])).toMatchObject({ endedBecause: because, endedBy: null });
    expect(listed.find(({ id }) => id === others.ids[0])).toMatchObject({ endedBecause: null, state: "active" });
    expect((await notices()).map(({ title }) => title)).toEqual([`CVE-2026-1002 counts again in shop/api: ${words}`]);
    expect(await endDueExemptions(), "once").toBe(0);
  });

  test("does not come for a fix that was there when it was made", async () => {
    await exempt(analyst, { ...target("CVE-2026-1001", { rootId: shop }), ...decision, reopenOn: [...reopenOn] });
    await advise((one) => (one.recordId === "CVE-2026-1001" ? { ...one, fixed: "9.0-2" } : one));
    expect(await endDueExemptions()).toBe(0);
  });
});

describe("what is said in VEX", () => {
  const document = async (format: "cyclonedx" | "openvex") => {
    const [place] = await rows(sql`select 'sha256:' || encode(p.digest, 'hex') as digest from placement p
      join repository r on r.registry_id = p.registry_id and r.id = p.repository_id where r.name = 'shop/web'`);
    const vex = await imageVex(viewer, { digest: String(place?.digest), at: `${shop}/shop/web`, format });
    return JSON.parse([...vex.chunks].join(""));
  };

  test.each([
    [
      "false-positive",
      { state: "not_affected", justification: "code_not_present" },
      "not_affected",
      "vulnerable_code_not_present",
    ],
    [
      "not-reachable",
      { state: "not_affected", justification: "code_not_reachable" },
      "not_affected",
      "vulnerable_code_not_in_execute_path",
    ],
    ["accepted-risk", { state: "exploitable", response: ["will_not_fix"] }, "affected", undefined],
    ["mitigated", { state: "exploitable", response: ["workaround_available"] }, "affected", undefined],
    ["planned", { state: "exploitable", response: ["update"] }, "affected", undefined],
  ] as const)("%s", async (reason, analysis, status, justification) => {
    const { note } = decision;
    await exempt(analyst, { ...target("CVE-2026-1001", { rootId: shop, packageName: "beta" }), ...decision, reason });
    const cycloneDx = (await document("cyclonedx")).vulnerabilities.filter(
      ({ id }: { id: string }) => id === "CVE-2026-1001",
    );
    expect(cycloneDx.map((entry: { analysis: object }) => entry.analysis)).toEqual(
      expect.arrayContaining([{ ...analysis, detail: note }, { state: "in_triage" }]),
    );
    const affects = cycloneDx.find((entry: { analysis: { detail?: string } }) => entry.analysis.detail)?.affects;
    expect(affects[0].versions[0].status).toBe(status === "affected" ? "affected" : "unaffected");
    const openVex = (await document("openvex")).statements.filter(
      ({ vulnerability }: { vulnerability: { name: string } }) => vulnerability.name === "CVE-2026-1001",
    );
    expect(openVex.map((one: { status: string }) => one.status).sort()).toEqual([status, "under_investigation"].sort());
    const decided = openVex.find((one: { status: string }) => one.status === status);
    expect(decided.justification).toBe(justification);
    expect(decided.impact_statement ?? decided.action_statement).toContain(note);
    expect(decided.products[0].subcomponents).toHaveLength(1);
  });
});

describe("who and what", () => {
  test("a viewer neither asks what one would hide, nor makes nor ends one", async () => {
    await expect(previewExemption(viewer, target("CVE-2026-1001"))).rejects.toMatchObject({ code: "forbidden" });
    await expect(exempt(viewer, { ...target("CVE-2026-1001"), ...decision })).rejects.toMatchObject({
      code: "forbidden",
    });
    const { ids } = await exempt(analyst, { ...target("CVE-2026-1001"), ...decision });
    await expect(endExemption(viewer, { exemptionId: ids[0] })).rejects.toMatchObject({ code: "forbidden" });
  });

  test.each([
    ["an unknown vulnerability", target("CVE-0000-0000"), "not-found"],
    ["an unknown registry", target("CVE-2026-1001", { rootId: newId() }), "validation-failed"],
    ["a repository without its registry", target("CVE-2026-1001", { repositoryId: newId() }), "validation-failed"],
    [
      "an image that is not there",
      target("CVE-2026-1001", { resourceId: `sha256:${"0".repeat(64)}` }),
      "validation-failed",
    ],
    ["an item of a rule", target("CVE-2026-1001", { item: "x" }), "validation-failed"],
    [
      "a condition of a rule",
      target("CVE-2026-1001", {}, [{ field: "item", operator: "is", value: "x" }]),
      "validation-failed",
    ],
  ])("%s is refused, and nothing is kept", async (_name, asked, code) => {
    await expect(previewExemption(analyst, asked)).rejects.toMatchObject({ code });
    await expect(exempt(analyst, { ...asked, ...decision })).rejects.toMatchObject({ code });
    expect((await exemptionList(viewer, {})).total).toBe(0);
  });

  test("each is audited once when made and once when ended", async () => {
    const { ids } = await exempt(analyst, { ...target("CVE-2026-1001", { rootId: shop }), ...decision });
    await endExemption(analyst, { exemptionId: ids[0] });
    expect(
      await rows(sql`select action, actor_name, target_kind, target_name from audit_entry
        where after ->> 'id' = ${ids[0]} or before ->> 'id' = ${ids[0]} order by at, id`),
    ).toEqual([
      { action: "exemption.create", actor_name: "Ada", target_kind: "root", target_name: "CVE-2026-1001" },
      { action: "exemption.end", actor_name: "Ada", target_kind: "root", target_name: "CVE-2026-1001" },
    ]);
  });
});
