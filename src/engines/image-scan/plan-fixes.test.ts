import { expect, test } from "vitest";
import { type FixableFinding, planFixes } from "./plan-fixes.ts";

let next = 0;
function finding(change: Partial<FixableFinding>): FixableFinding {
  next += 1;
  return {
    vulnerabilityKey: `CVE-2026-${next}`,
    severity: "high",
    kev: false,
    fixedVersion: "3.0.17-1",
    packageVersionId: "1",
    type: "deb",
    name: "openssl",
    version: "3.0.13-1",
    sourceName: "openssl",
    sourceVersion: "3.0.13-1",
    path: "var/lib/dpkg/status",
    layer: 0,
    isBase: false,
    ...change,
  };
}

test("binaries of one source package are one upgrade to the highest version that any finding asks for", () => {
  const plan = planFixes([
    finding({ fixedVersion: "3.0.14-1~deb12u2" }),
    finding({ name: "libssl3", packageVersionId: "2", fixedVersion: "3.0.17-1" }),
    finding({ fixedVersion: "3.0.9-1" }),
  ]);
  expect(plan.steps).toHaveLength(1);
  expect(plan.steps[0]?.upgrades[0]).toMatchObject({
    name: "openssl",
    target: "3.0.17-1",
    counts: { total: 3, high: 3 },
  });
  expect(plan.steps[0]?.upgrades[0]?.packages.map((pkg) => pkg.name)).toEqual(["libssl3", "openssl"]);
});

test("versions are ordered by their own ecosystem, not as text", () => {
  const npm = { type: "npm", name: "tar", version: "6.2.0", sourceName: "tar", sourceVersion: "6.2.0" } as const;
  const plan = planFixes([finding({ ...npm, fixedVersion: "6.9.1" }), finding({ ...npm, fixedVersion: "6.10.0" })]);
  expect(plan.steps[0]?.upgrades[0]?.target).toBe("6.10.0");
});

test("system packages of the base are one step; libraries in it are not", () => {
  const plan = planFixes([
    finding({ isBase: true }),
    finding({ isBase: true, sourceName: "zlib", name: "zlib1g", packageVersionId: "3" }),
    finding({ isBase: true, type: "npm", name: "npm", version: "1.0.0", fixedVersion: "2.0.0" }),
  ]);
  expect(plan.steps.map((step) => [step.kind, step.counts.total])).toEqual([
    ["base", 2],
    ["package", 1],
  ]);
});

test("the best step comes first, and what has no fix is counted apart", () => {
  const plan = planFixes([
    finding({ severity: "low" }),
    finding({ severity: "critical", sourceName: "zlib", name: "zlib1g", packageVersionId: "3" }),
    finding({ severity: "medium", kev: true, sourceName: "curl", name: "curl", packageVersionId: "4" }),
    finding({ severity: "critical", sourceName: "perl", name: "perl", packageVersionId: "5", fixedVersion: null }),
  ]);
  expect(plan.steps.map((step) => step.upgrades[0]?.name)).toEqual(["curl", "zlib", "openssl"]);
  expect(plan).toMatchObject({ open: 4, closed: 3, unfixable: 1 });
});

test("a version that cannot be compared never becomes the target by accident", () => {
  const npm = { type: "npm", name: "tar", version: "6.2.0", sourceName: "tar", sourceVersion: "6.2.0" } as const;
  expect(
    planFixes([finding({ ...npm, fixedVersion: "6.9.1" }), finding({ ...npm, fixedVersion: "not a version" })]).steps[0]
      ?.upgrades[0]?.target,
  ).toBe("6.9.1");
  expect(
    planFixes([finding({ ...npm, fixedVersion: "not a version" }), finding({ ...npm, fixedVersion: "6.9.1" })]).steps[0]
      ?.upgrades[0]?.target,
  ).toBe("6.9.1");
  expect(planFixes([])).toEqual({ steps: [], open: 0, closed: 0, unfixable: 0 });
});
