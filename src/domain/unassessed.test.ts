import { describe, expect, it } from "vitest";
import { unassessedCause, unassessedReason } from "./unassessed.ts";

const whole = {
  scanState: "scanned",
  scannedAt: "2026-11-28T10:00:00Z",
  packageCount: 4,
  osState: "known",
  completeness: "complete",
  withoutFeed: [],
};

describe("why an image is not assessed", () => {
  it.each([
    [{ scanState: "queued", scannedAt: null }, "Waiting to be scanned"],
    [{ scanState: "scanning" }, "Being scanned"],
    [{ scanState: "failed" }, "The scan failed"],
    [{ scannedAt: null }, "Not scanned yet"],
    [{ packageCount: 0, osState: "none" }, "No package database in this image, so findings are not known"],
    [{ osState: "unknown-distribution" }, "The distribution is not one that advisories are known for"],
    [{ completeness: "partial" }, "Only a part of it could be read or judged"],
    [{ withoutFeed: ["npm"] }, "No live source of advisories covers its packages of npm"],
    [{}, "Its findings are being counted"],
  ])("%j", (facts, want) => {
    const image = { ...whole, ...facts };
    expect(unassessedReason(unassessedCause(image), image.withoutFeed)).toBe(want);
  });
});
