import { beforeAll, expect, test } from "vitest";
import { exempt } from "#commands/exempt.ts";
import type { Actor } from "#domain/role.ts";
import { imageChanges } from "#queries/image/image-changes.ts";
import { imageDetail } from "#queries/image/image-detail.ts";
import { imageFindingsCsv, imageSbom } from "#queries/image/image-export.ts";
import { imageFinding } from "#queries/image/image-finding.ts";
import { type ImageFindings, imageFindings } from "#queries/image/image-findings.ts";
import { imageFixPlan } from "#queries/image/image-fix-plan.ts";
import { imageHistory } from "#queries/image/image-history.ts";
import { imagePackages } from "#queries/image/image-packages.ts";
import { imageVex } from "#queries/image/image-vex.ts";
import { newId } from "#store/ids.ts";
import {
  addFlaws,
  addImage,
  addRegistries,
  debian,
  digestOf,
  otherRegistryId,
  recountAll,
  registryId,
} from "./query-estate.ts";

const viewer: Actor = { kind: "user", id: "v", name: "viewer", role: "viewer" };
const digest = digestOf("api-3");
const at = `${registryId}/shop/api`;
// Enough packages for more than one page of groups, and one with more findings than a group shows.
const many = Array.from({ length: 70 }, (_, index) => debian(`lib${index}`, "1.0"));

beforeAll(async () => {
  await addRegistries();
  await addImage({
    repository: "shop/api",
    name: "api-1",
    tag: "1.0",
    daysAgo: 9,
    packages: [debian("openssl", "1.0"), debian("curl", "1.0")],
  });
  await addImage({
    repository: "shop/api",
    name: "api-3",
    tag: "1.0",
    daysAgo: 2,
    packages: [debian("openssl", "2.0"), debian("zlib", "1.0", 1), ...many],
  });
  await addImage({
    registryId: otherRegistryId,
    repository: "mirror/api",
    name: "api-3",
    tag: "1.0",
    daysAgo: 1,
    packages: [debian("openssl", "2.0"), debian("zlib", "1.0", 1), ...many],
  });
  await addImage({ repository: "shop/api", name: "raw", tag: "raw", daysAgo: 12, packages: [], scanned: false });
  await addFlaws([
    {
      key: "CVE-2026-0001",
      severity: "critical",
      packages: ["zlib"],
      fixed: "1.1",
      kev: true,
      epss: 0.9,
      aliases: ["GHSA-aaaa-bbbb-cccc"],
      title: "Overflow in inflate",
    },
    { key: "CVE-2026-0002", severity: "high", packages: ["curl"], fixed: "1.1" },
    { key: "CVE-2026-0003", severity: "informational", packages: ["openssl"], fixed: null },
    { key: "CVE-2026-0004", severity: "unknown", packages: ["openssl"], fixed: "3.0" },
    {
      key: "CVE-2026-0005",
      severity: "low",
      packages: ["openssl"],
      fixed: null,
      hidden: "Debian calls it unimportant",
    },
    ...many.map((pkg, index) => ({
      key: `CVE-2026-1${String(index).padStart(3, "0")}`,
      severity: "medium" as const,
      packages: [pkg.name],
      fixed: index % 2 ? "1.1" : null,
    })),
    ...Array.from({ length: 7 }, (_, index) => ({
      key: `CVE-2026-20${index}0`,
      severity: "high" as const,
      packages: ["zlib"],
      fixed: "1.2",
      title: "=cmd|'/C calc'!A0",
    })),
  ]);
  await exempt(
    { kind: "user", id: newId(), name: "Ada", role: "analyst" },
    {
      subject: { kind: "vulnerability", id: "CVE-2026-1000" },
      scope: { rootId: registryId },
      reason: "not-reachable",
      note: "nothing calls it",
      expiresAt: null,
    },
  );
  await recountAll();
});

async function allPages(params: Record<string, unknown>): Promise<ImageFindings["groups"]> {
  const groups: ImageFindings["groups"] = [];
  let cursor: string | null = null;
  do {
    const page: ImageFindings = await imageFindings(viewer, { digest, at, ...params, cursor });
    groups.push(...page.groups);
    cursor = page.nextCursor;
  } while (cursor);
  return groups;
}

test("every count above the list equals its list", async () => {
  const { counts } = await imageDetail(viewer, { digest, at });
  const total = async (params: Record<string, unknown>) =>
    (await imageFindings(viewer, { digest, at, ...params })).total;
  expect(counts).toEqual({
    open: 79,
    critical: 1,
    high: 7,
    medium: 69,
    low: 1,
    unrated: 1,
    fixable: 44,
    kev: 1,
    hidden: 1,
    exempt: 1,
    vulnerabilities: { open: 79, critical: 1, high: 7, medium: 69, low: 1, unrated: 1, fixable: 44, kev: 1 },
  });
  expect(await total({})).toBe(counts.open);
  for (const severity of ["critical", "high", "medium", "low"] as const)
    expect(await total({ severity })).toBe(counts[severity]);
  expect(await total({ severity: "unknown" })).toBe(counts.unrated);
  expect(await total({ severity: "critical,high" })).toBe(counts.critical + counts.high);
  expect(await total({ fixable: "yes" })).toBe(counts.fixable);
  expect(await total({ kev: "1" })).toBe(counts.kev);
  expect(await total({ status: "hidden" })).toBe(counts.hidden);
  expect(await total({ status: "exempt" })).toBe(counts.exempt);
  expect(await total({ status: "open,exempt,hidden" })).toBe(counts.open + counts.exempt + counts.hidden);
  const groups = await allPages({});
  expect(groups.reduce((sum, group) => sum + group.total, 0)).toBe(counts.open);
});

test("what is exempt in one place is open in another", async () => {
  const other = await imageDetail(viewer, { digest, at: `${otherRegistryId}/mirror/api` });
  expect(other.counts).toMatchObject({ open: 80, exempt: 0 });
  expect(other.places.map((place) => place.repository).sort()).toEqual(["mirror/api", "shop/api"]);
});

test.each(["package", "vulnerability"])("pages by %s have no gaps and no repeats", async (group) => {
  const groups = await allPages({ group });
  const first = await imageFindings(viewer, { digest, at, group });
  expect(first.groups).toHaveLength(30);
  expect(groups).toHaveLength(first.groupTotal);
  expect(new Set(groups.map((one) => one.id)).size).toBe(groups.length);
  expect(groups[0]?.kev).toBe(true);
});

test("a group shows its worst findings first and all of them when it is expanded", async () => {
  const [folded] = (await imageFindings(viewer, { digest, at })).groups;
  expect(folded).toMatchObject({ total: 8, critical: 1, high: 7, layer: 2, isBase: false });
  expect(folded?.findings.map((finding) => finding.severity)).toEqual(["critical", "high", "high", "high"]);
  const [open] = (await imageFindings(viewer, { digest, at, expand: folded?.id })).groups;
  expect(open?.findings).toHaveLength(8);
});

test("text finds id, alias, package and title, and wildcards in it are plain characters", async () => {
  const total = async (q: string) => (await imageFindings(viewer, { digest, at, q })).total;
  expect(await total("cve-2026-0001")).toBe(1);
  expect(await total("ghsa-aaaa")).toBe(1);
  expect(await total("ZLIB")).toBe(8);
  expect(await total("overflow in inflate")).toBe(1);
  for (const hostile of [
    "%",
    "_",
    "\\",
    "'; drop table image; --",
    "\u0000",
    "'\"$1",
    "a".repeat(5000),
    "[[:alpha:]]",
  ]) {
    const result = await imageFindings(viewer, { digest, at, q: hostile });
    expect(result.total).toBe(hostile === "\u0000" ? 79 : 0);
  }
});

test("unknown values fall back, and a foreign or damaged cursor is the first page", async () => {
  const first = await imageFindings(viewer, { digest, at });
  const odd = { severity: "purple", fixable: "maybe", status: "gone", group: "colour", kev: "perhaps" };
  expect((await imageFindings(viewer, { digest, at, ...odd })).total).toBe(first.total);
  const byFlaw = await imageFindings(viewer, { digest, at, group: "vulnerability" });
  for (const cursor of [
    byFlaw.nextCursor,
    "garbage",
    "e30",
    "x".repeat(5000),
    Buffer.from('["",1,2,3]').toString("base64url"),
  ]) {
    expect((await imageFindings(viewer, { digest, at, cursor })).groups[0]?.id).toBe(first.groups[0]?.id);
  }
  await expect(imageFindings(viewer, { digest: "sha256:xyz", at })).rejects.toThrow();
  await expect(imageFindings(viewer, { digest: digestOf("nowhere") })).rejects.toThrow("No connected registry holds");
  await expect(imageFindings(viewer, { digest, at: `${registryId}/shop/elsewhere` })).rejects.toThrow(
    "not in shop/elsewhere",
  );
});

test("a finding says why, where and since which push", async () => {
  const [group] = (await imageFindings(viewer, { digest, at })).groups;
  const [finding] = group?.findings ?? [];
  const detail = await imageFinding(viewer, {
    digest,
    at,
    vulnerability: finding?.key,
    package: finding?.packageVersionId,
  });
  expect(detail).toMatchObject({
    key: "CVE-2026-0001",
    severity: "critical",
    state: "open",
    fixedVersion: "1.1",
    recordIds: ["CVE-2026-0001"],
    elsewhere: 2,
  });
  expect(detail.places).toEqual([{ path: "var/lib/dpkg/status", layer: 2, isBase: false }]);
  expect(detail.introducedBy?.digest).toBe(digest);
  await expect(imageFinding(viewer, { digest, at, vulnerability: "CVE-1-1", package: "1" })).rejects.toThrow(
    "does not affect",
  );
});

test("the plan closes what has a fix, and its sums are the counts", async () => {
  const plan = await imageFixPlan(viewer, { digest, at });
  const { counts } = await imageDetail(viewer, { digest, at });
  expect(plan).toMatchObject({ open: counts.open, closed: counts.fixable, unfixable: counts.open - counts.fixable });
  expect(plan.steps.reduce((sum, step) => sum + step.counts.total, 0)).toBe(counts.fixable);
  expect(plan.steps[0]).toMatchObject({ kind: "package", counts: { total: 8, kev: 1 } });
  expect(plan.steps[0]?.upgrades[0]).toMatchObject({ name: "zlib", target: "1.2", layer: 2 });
});

test("what changed against the push before: introduced, fixed and packages", async () => {
  const changes = await imageChanges(viewer, { digest, at });
  expect(changes.against).toMatchObject({ digest: digestOf("api-1"), isAssessed: true });
  expect(changes.introduced.map((row) => row.key)).toContain("CVE-2026-0001");
  expect(changes.introduced.map((row) => row.key)).not.toContain("CVE-2026-0003");
  expect(changes.fixed.map((row) => row.key)).toEqual(["CVE-2026-0002"]);
  expect(changes.packages).toContainEqual({ type: "deb", name: "openssl", before: ["1.0"], after: ["2.0"] });
  expect(changes.packages).toContainEqual({ type: "deb", name: "curl", before: ["1.0"], after: [] });
  const chosen = await imageChanges(viewer, { digest: digestOf("api-1"), at, against: digest });
  expect(chosen.introduced.map((row) => row.key)).toEqual(["CVE-2026-0002"]);
  await expect(imageChanges(viewer, { digest, at, against: digestOf("nowhere") })).rejects.toThrow("to compare with");
  expect((await imageChanges(viewer, { digest, at, against: digestOf("raw") })).against?.isAssessed).toBe(false);
});

test("packages: all of them page by page, with the findings of this place", async () => {
  const names: string[] = [];
  let cursor: string | null = null;
  do {
    const page = await imagePackages(viewer, { digest, at, cursor });
    names.push(...page.packages.map((pkg) => pkg.name));
    cursor = page.nextCursor;
    expect(page).toMatchObject({ total: 72, all: 72, isKnown: true });
  } while (cursor);
  expect(new Set(names).size).toBe(72);
  const vulnerable = await imagePackages(viewer, { digest, at, vulnerable: "1" });
  expect(vulnerable.packages.reduce((sum, pkg) => sum + pkg.findings, 0)).toBe(79);
  expect(vulnerable.skipped).toHaveLength(1);
  expect((await imagePackages(viewer, { digest: digestOf("raw"), at })).isKnown).toBe(false);
});

test("an image that was never scanned is not assessed, and one without history has none", async () => {
  const detail = await imageDetail(viewer, { digest: digestOf("raw"), at });
  expect(detail.assessment).toMatchObject({ state: "notScanned", hasEarlierResult: false });
  expect(detail.counts.open).toBe(0);
  expect(await imageHistory(viewer, { digest: digestOf("raw"), at })).toMatchObject({ scans: [], nextCursor: null });
});

test("exports hold every finding and package; formulas are defused", async () => {
  const csv = [...(await imageFindingsCsv(viewer, { digest, at })).chunks].join("");
  const lines = csv.trimEnd().split("\r\n");
  expect(lines).toHaveLength(80);
  expect(csv).toContain("'=cmd|'/C calc'!A0");
  expect(csv).not.toMatch(/(^|,)"?=cmd/m);
  const sbom = JSON.parse([...(await imageSbom(viewer, { digest, at })).chunks].join(""));
  expect(sbom).toMatchObject({ bomFormat: "CycloneDX", specVersion: "1.6" });
  expect(sbom.components).toHaveLength(72);
  const vex = JSON.parse([...(await imageVex(viewer, { digest, at })).chunks].join(""));
  expect(vex.vulnerabilities).toHaveLength(81);
  const exempt = vex.vulnerabilities.find((entry: { id: string }) => entry.id === "CVE-2026-1000");
  expect(exempt.analysis).toEqual({
    state: "not_affected",
    justification: "code_not_reachable",
    detail: "nothing calls it",
  });
  const refs = new Set(
    sbom.components.map(
      (component: { "bom-ref": string }) => `urn:cdx:${sbom.serialNumber.slice(9)}/1#${component["bom-ref"]}`,
    ),
  );
  expect(
    vex.vulnerabilities.every((entry: { affects: { ref: string }[] }) =>
      entry.affects.every(({ ref }) => refs.has(ref)),
    ),
  ).toBe(true);
});

test("nobody reads without a role", async () => {
  const stranger = { ...viewer, role: "none" } as unknown as Actor;
  for (const query of [
    imageDetail,
    imageFindings,
    imageFixPlan,
    imagePackages,
    imageChanges,
    imageHistory,
    imageFinding,
    imageFindingsCsv,
    imageSbom,
    imageVex,
  ]) {
    await expect(query(stranger, { digest, at, vulnerability: "CVE-2026-0001", package: "1" })).rejects.toThrow(
      "needs the role viewer",
    );
  }
});
