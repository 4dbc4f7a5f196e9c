import { describe, expect, it } from "vitest";
import { endOfLife, isEndOfLife } from "./end-of-life.ts";

describe("end of life", () => {
  it.each([
    ["debian", "12", "2028-06-30"],
    ["debian", "10.13", "2024-06-30"],
    ["alpine", "3.18.2", "2025-05-09"],
    ["alpine", "3.18", "2025-05-09"],
    ["ubuntu", "22.04", "2027-04-01"],
    ["ubuntu", "23.10", "2024-07-12"],
    ["debian", "99", null],
    ["debian", "", null],
    ["alpine", "3.19_alpha20230901", null],
    ["alpine", "edge", null],
    ["constructor", "12", null],
  ])("%s %s: %s", (id, version, want) => {
    expect(endOfLife({ id, version })).toBe(want);
  });

  it("takes a newer list", () => {
    expect(endOfLife({ id: "debian", version: "99" }, { debian: { "99": "2099-01-01" } })).toBe("2099-01-01");
  });

  it("begins on its day", () => {
    expect(isEndOfLife("2026-08-31", new Date("2026-08-30T23:59:59Z"))).toBe(false);
    expect(isEndOfLife("2026-08-31", new Date("2026-08-31T00:00:00Z"))).toBe(true);
    expect(isEndOfLife(null, new Date())).toBe(false);
  });
});
