import { describe, expect, it } from "vitest";
import {
  formatAge,
  formatBounded,
  formatBytes,
  formatCompact,
  formatDuration,
  formatNumber,
  formatShare,
  plural,
} from "./format-number.ts";

describe("numbers as people read them", () => {
  it.each([
    [0, "0"],
    [999, "999"],
    [1204, "1\u202f204"],
    [1_000_000, "1\u202f000\u202f000"],
    [-1200, "\u22121\u202f200"],
  ])("formats %d", (value, want) => expect(formatNumber(value)).toBe(want));

  it("says when a count was bounded", () => {
    expect(formatBounded(9_999)).toBe("9\u202f999");
    expect(formatBounded(10_000)).toBe("10\u202f000+");
  });

  it.each([
    [999, "999"],
    [1000, "1k"],
    [1196, "1.1k"],
    [9999, "9.9k"],
    [24_480, "24k"],
  ])("never rounds %d up in a narrow slot", (value, want) => expect(formatCompact(value)).toBe(want));

  it("keeps one and many apart", () => {
    expect(plural(1, "image")).toBe("1 image");
    expect(plural(0, "image")).toBe("0 images");
    expect(plural(2, "repository", "repositories")).toBe("2 repositories");
  });

  it("never shows an unknown share as a number", () => {
    expect(formatShare(null)).toBe("–");
    expect(formatShare(0.924, 1)).toBe("92.4\u00a0%");
  });

  it.each([
    [0, "0\u00a0B"],
    [999, "999\u00a0B"],
    [1500, "1.5\u00a0kB"],
    [182_400_000, "182\u00a0MB"],
  ])("formats %d bytes", (value, want) => expect(formatBytes(value)).toBe(want));

  it.each([
    [0, "now"],
    [59_999, "now"],
    [60_000, "1 min"],
    [3_599_999, "59 min"],
    [3_600_000, "1 h"],
    [47 * 3_600_000, "47 h"],
    [48 * 3_600_000, "2 d"],
  ])("formats an age of %d ms", (value, want) => expect(formatAge(value)).toBe(want));

  it("formats durations", () => {
    expect(formatDuration(840)).toBe("840 ms");
    expect(formatDuration(2440)).toBe("2.4 s");
    expect(formatDuration(200_000)).toBe("3 min");
  });
});
