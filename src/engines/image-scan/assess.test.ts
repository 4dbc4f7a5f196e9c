import { describe, expect, it } from "vitest";
import { imageRules } from "#domain/image-rules.ts";
import { severities } from "#domain/severity.ts";
import { assess } from "./assess.ts";
import type { ImageStanding } from "./image-standing.ts";

const NOW = new Date("2026-11-28T12:00:00Z");
const clean: ImageStanding = {
  scanState: "done",
  scanReason: null,
  isScanned: true,
  osState: "known",
  osName: "Debian 12",
  endOfLifeAt: "2028-06-30",
  completeness: "complete",
  worst: null,
  isExploited: false,
  withoutFeed: [],
  isCounted: true,
  hasPackages: true,
};
const verdict = (rule: keyof typeof imageRules, changed: Partial<ImageStanding> = {}) => {
  const found = assess({ ...clean, ...changed }, NOW).find(({ ruleId }) => ruleId === imageRules[rule]);
  if (!found) throw new Error(`no verdict of ${rule}`);
  return found;
};

describe("vulnerabilities in images are remediated", () => {
  it.each<[string, Partial<ImageStanding>, string, string, RegExp]>([
    ["nothing open", {}, "healthy", "informational", /No open findings/],
    ["only low", { worst: "low" }, "healthy", "low", /medium or worse/],
    ["medium", { worst: "medium" }, "unhealthy", "medium", /rated medium/],
    ["critical", { worst: "critical" }, "unhealthy", "critical", /rated critical/],
    ["not rated", { worst: "unknown" }, "unhealthy", "unknown", /nobody has rated/],
    ["low but exploited", { worst: "low", isExploited: true }, "unhealthy", "low", /known to be exploited/],
    ["critical in a partial scan", { worst: "critical", completeness: "partial" }, "unhealthy", "critical", /critical/],
    ["never scanned", { isScanned: false, scanState: "queued" }, "unknown", "informational", /Not scanned yet/],
    [
      "never could be scanned",
      { isScanned: false, scanState: "failed", scanReason: "denied" },
      "unknown",
      "informational",
      /denied/,
    ],
    ["last scan failed", { scanState: "failed", scanReason: "timed out" }, "unknown", "informational", /timed out/],
    ["partial", { completeness: "partial", scanState: "partial" }, "unknown", "informational", /could be read/],
    ["completeness not told", { completeness: null }, "unknown", "informational", /could be read/],
    ["unknown distribution", { osState: "unknown-distribution" }, "unknown", "informational", /distribution/],
    ["no package database", { osState: "none" }, "unknown", "informational", /No package database/],
    ["a scan under way", { scanState: "scanning" }, "unknown", "informational", /under way/],
    ["no live feed", { withoutFeed: ["Alpine:v3.20"] }, "unknown", "informational", /Alpine:v3\.20/],
    ["not counted yet", { isCounted: false }, "unknown", "informational", /being counted/],
    ["no package", { hasPackages: false, isCounted: false }, "unknown", "informational", /No package was found/],
    ["no live feed, only low found", { withoutFeed: ["npm"], worst: "low" }, "unknown", "low", /npm/],
  ])("%s", (_name, changed, status, severity, reason) => {
    const found = verdict("vulnerabilities", changed);
    expect([found.status, found.severity]).toEqual([status, severity]);
    expect(found.reason).toMatch(reason);
  });

  it("names no number, so that it stays the same while findings come and go", () => {
    for (const worst of [...severities, null])
      for (const isExploited of [true, false]) {
        const { reason, evidence, findings } = verdict("vulnerabilities", { worst, isExploited });
        expect(`${reason} ${JSON.stringify(evidence)}`).not.toMatch(/\d/);
        expect(findings).toEqual([]);
      }
  });

  it("carries what was found beside what is expected", () => {
    expect(verdict("vulnerabilities", { worst: "high" }).evidence).toEqual([
      { kind: "setting", path: "worst open finding", actual: "high", expected: "low or none" },
    ]);
  });
});

describe("the distribution of an image is supported", () => {
  it.each<[string, Partial<ImageStanding>, string, RegExp]>([
    ["before its end", {}, "healthy", /until 2028-06-30/],
    ["on its last day", { endOfLifeAt: "2026-11-28" }, "unhealthy", /since 2026-11-28/],
    ["the day before", { endOfLifeAt: "2026-11-29" }, "healthy", /until 2026-11-29/],
    ["end not known", { endOfLifeAt: null }, "unknown", /No end of support/],
    ["unknown distribution", { osState: "unknown-distribution" }, "unknown", /not one we know/],
    ["no distribution", { osState: "none", endOfLifeAt: null }, "notApplicable", /no distribution/],
    ["not scanned", { isScanned: false }, "unknown", /Not scanned/],
  ])("%s", (_name, changed, status, reason) => {
    const found = verdict("distribution", changed);
    expect([found.status, found.severity]).toEqual([status, "high"]);
    expect(found.reason).toMatch(reason);
  });
});

describe("an image could be assessed", () => {
  it.each<[string, Partial<ImageStanding>, string]>([
    ["all was read", {}, "healthy"],
    ["the scan failed", { scanState: "failed", scanReason: "denied" }, "unhealthy"],
    ["some was not read", { completeness: "partial" }, "unhealthy"],
    ["not a distribution we know", { osState: "unknown-distribution" }, "unhealthy"],
    ["no database", { osState: "none" }, "unhealthy"],
    ["waiting", { isScanned: false, scanState: "queued" }, "unknown"],
  ])("%s", (_name, changed, status) => expect(verdict("assessed", changed).status).toBe(status));
});
