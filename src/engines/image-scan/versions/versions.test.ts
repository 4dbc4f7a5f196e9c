import { describe, expect, test } from "vitest";
import { compare as compareApk } from "./apk.ts";
import { compare as compareDeb } from "./deb.ts";
import { compare as compareRpm } from "./rpm.ts";
import { compare as compareSemver } from "./semver.ts";
import { VersionError } from "./version-error.ts";

type Row = [older: string, sign: "<" | "=", newer: string];

// Debian Policy 5.6.12 and the examples of deb-version(7).
const deb: Row[] = [
  ["1.0~~", "<", "1.0~~a"],
  ["1.0~~a", "<", "1.0~"],
  ["1.0~", "<", "1.0"],
  ["1.0", "<", "1.0a"],
  ["1.0~beta1~svn1245", "<", "1.0~beta1"],
  ["1.0~rc1-1", "<", "1.0-1"],
  ["9.9", "<", "1:0.1"],
  ["0:1.2-3", "=", "1.2-3"],
  ["1.0-1", "<", "1.0-1+b1"],
  ["1.0-1+b1", "<", "1.0-1+b2"],
  ["1.0-1+b1", "<", "1.0-2"],
  ["1.2.3-1~bpo12+1", "<", "1.2.3-1"],
  ["1.1.1n-0+deb11u4", "<", "1.1.1n-0+deb11u5"],
  ["1.1.1n-0+deb11u9", "<", "1.1.1n-0+deb11u10"],
  ["7.88.1-10+deb12u5", "<", "7.88.1-10+deb12u12"],
  ["1.0-1ubuntu1", "<", "1.0-1ubuntu1.1"],
  ["1.09", "=", "1.9"],
  ["1.0+dfsg", "<", "1.0.0"],
  ["1.0", "<", "1.0+dfsg-1"],
  ["1.0-a", "<", "1.0-+"],
  ["1.0z", "<", "1.0+"],
  ["20040406", "<", "20040407"],
  ["2:1.19.2+really1.18-1", "<", "3:0"],
  ["1-2-3", "<", "1-2-4"],
  ["99999999999999999998", "<", "99999999999999999999"],
];

// apk-tools: numbers, letter, _suffix, -r; suffixes alpha … rc stand before the release, cvs … p behind it.
const apk: Row[] = [
  ["1.0_alpha", "<", "1.0_beta"],
  ["1.0_beta", "<", "1.0_pre"],
  ["1.0_pre", "<", "1.0_rc"],
  ["1.0_rc1", "<", "1.0_rc2"],
  ["1.0_rc9", "<", "1.0"],
  ["1.0", "<", "1.0_p1"],
  ["1.0_p9", "<", "1.0_p10"],
  ["1.0_p1", "<", "1.0_p1-r1"],
  ["1.2.3", "<", "1.2.3a"],
  ["1.2.3a", "<", "1.2.3b"],
  ["1.2.3z", "<", "1.2.4"],
  ["1.2.3", "<", "1.2.3.1"],
  ["1.2.3a", "<", "1.2.3.1"],
  ["3.0.8-r3", "<", "3.0.9-r0"],
  ["3.0.8-r9", "<", "3.0.8-r10"],
  ["2.38.1", "<", "2.38.1-r1"],
  ["1.36.1-r0", "=", "1.36.1-r0"],
  ["0.1.0_alpha_pre2", "<", "0.1.0_alpha"],
  ["0.1.0_alpha3", "<", "0.1.0_alpha13"],
  ["20230506-r0", "<", "20240226-r0"],
  ["1.05", "<", "1.5"],
  ["1.1.1q-r0", "<", "1.1.1t-r0"],
  ["1.0_git20220101", "<", "1.0_git20230101"],
  ["1.0", "<", "1.0_git20230101"],
  ["1.0~1a2b", "<", "1.0~1a2c"],
  ["1.0-r3", "<", "1.0~1a2b"],
  ["1.0~1a2b", "<", "1.0~1a2b-r1"],
  ["1.0_p1", "<", "1.0_p1~ab"],
  ["1.010", "<", "1.02"],
  // What leaves the grammar is compared up to there, and leaving it is older than ending.
  ["1.8.1p1-r1", "<", "1.8.1p"],
  ["1.8.1", "<", "1.8.1p1-r1"],
  ["1.8.1p1-r1", "<", "1.8.2"],
  ["2021-03-27-r5", "<", "2021"],
  ["2020.9", "<", "2021-03-27-r5"],
  ["2021-03-27-r4", "<", "2021-03-27-r5"],
  ["2021-03-27-r9", "<", "2021-03-27-r10"],
  ["1.8.1p1-r1", "<", "1.8.1p1-r2"],
  ["4_beta", "<", "23_foo"],
  ["1.0", "<", "1.0bc"],
  ["1.0_foo", "<", "1.0"],
];

// rpmvercmp with tilde (before) and caret (after), epoch first.
const rpm: Row[] = [
  ["1.0~rc1", "<", "1.0"],
  ["1.0~rc1", "<", "1.0~rc2"],
  ["1.0", "<", "1.0^"],
  ["1.0", "<", "1.0^git1"],
  ["1.0^git1", "<", "1.0^git2"],
  ["1.0^20160101", "<", "1.0.1"],
  ["1.0~rc1^git1", "<", "1.0"],
  ["1.0^git1~pre", "<", "1.0^git1"],
  ["9.9-1", "<", "1:0.1-1"],
  ["0:1.2-3", "=", "1.2-3"],
  ["5.5p1", "<", "5.5p2"],
  ["xyz.4", "<", "8"],
  ["1.0a", "<", "1.0.1"],
  ["2.0.1", "<", "2.0.1a"],
  ["1.0010", "=", "1.10"],
  ["10.0001", "=", "10.1"],
  ["2_0", "=", "2.0"],
  ["4.18.0-425.3.1.el8", "<", "4.18.0-425.10.1.el8_7"],
  ["2.28-225.el8", "<", "2.28-225.el8_8.6"],
  ["1.0", "<", "1.0-1"],
  ["(none):1.0-1", "=", "1.0-1"],
  ["1", "<", "1-"],
  ["1-", "<", "1-1"],
  ["1-1~rc1", "<", "1-1"],
];

// Semantic Versioning 2.0.0 §11, and the short forms that advisories use.
const semver: Row[] = [
  ["1.0.0-alpha", "<", "1.0.0-alpha.1"],
  ["1.0.0-alpha.1", "<", "1.0.0-alpha.beta"],
  ["1.0.0-alpha.beta", "<", "1.0.0-beta"],
  ["1.0.0-beta", "<", "1.0.0-beta.2"],
  ["1.0.0-beta.2", "<", "1.0.0-beta.11"],
  ["1.0.0-beta.11", "<", "1.0.0-rc.1"],
  ["1.0.0-rc.1", "<", "1.0.0"],
  ["1.0.0+build1", "=", "1.0.0+build2"],
  ["0", "<", "0.0.1"],
  ["1.2", "=", "1.2.0"],
  ["v1.2.3", "=", "1.2.3"],
  ["2.9.0", "<", "2.10.0"],
  ["1.9.2-0", "<", "1.9.2"],
];

const schemes = [
  { name: "deb", compare: compareDeb, rows: deb, bad: ["", "a:1", "1.0 2", "1:", "-1", "1.0/2", "x".repeat(600)] },
  {
    name: "apk",
    compare: compareApk,
    rows: apk,
    bad: ["", "abc", ".1", "_pre1", ">=1", "9".repeat(600)],
  },
  { name: "rpm", compare: compareRpm, rows: rpm, bad: ["", "x:1", "-1", "1.0 2", "1:", "9".repeat(600)] },
  { name: "semver", compare: compareSemver, rows: semver, bad: ["", "latest", "1.2.3.4", "a.b.c", "1.x"] },
];

describe.each(schemes)("$name", ({ compare, rows, bad }) => {
  test.each(rows)("%s %s %s", (a, sign, b) => {
    expect(Math.sign(compare(a, b))).toBe(sign === "<" ? -1 : 0);
    expect(Math.sign(compare(b, a))).toBe(sign === "<" ? 1 : 0);
  });

  test.each(bad)("refuses %j", (version) => {
    expect(() => compare(version, "1.0.0")).toThrow(VersionError);
    expect(() => compare("1.0.0", version)).toThrow(VersionError);
    expect(() => compare(version, version)).toThrow(VersionError);
  });

  test("is an order over whatever it takes: any text that it does not refuse sorts the same way from every side", () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    const random = generator(seed);
    const versions = Array.from({ length: 3000 }, () => patchwork(random))
      .filter((version) => isTaken(compare, version))
      .slice(0, 100);
    expect(versions.length, `seed ${seed}`).toBeGreaterThan(20);
    const faults = versions.flatMap((a) => versions.flatMap((b) => faultsOf(compare, [a, b], versions.slice(0, 40))));
    expect(faults.slice(0, 5), `seed ${seed}`).toEqual([]);
  });

  test("is an order: antisymmetric and transitive over random versions", () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    const random = generator(seed);
    for (let round = 0; round < 4000; round += 1) {
      const [a, b, c] = [randomVersion(rows, random), randomVersion(rows, random), randomVersion(rows, random)];
      const [ab, bc, ac] = [Math.sign(compare(a, b)), Math.sign(compare(b, c)), Math.sign(compare(a, c))];
      const context = `seed ${seed}: ${a} ${b} ${c}`;
      expect(Math.sign(compare(b, a)) + ab, context).toBe(0);
      expect(compare(a, a), context).toBe(0);
      if (ab <= 0 && bc <= 0) expect(ac, context).toBeLessThanOrEqual(0);
      if (ab === 0) expect(Math.sign(compare(a, c)), context).toBe(Math.sign(compare(b, c)));
    }
  });
});

type Compare = (a: string, b: string) => number;

function isTaken(compare: Compare, version: string): boolean {
  try {
    return !Number.isNaN(compare(version, "1.0.0"));
  } catch {
    return false;
  }
}

/** Where two versions, alone or with a third, break the laws of an order. */
function faultsOf(compare: Compare, [a, b]: [string, string], others: string[]): string[] {
  const ab = Math.sign(compare(a, b));
  const faults = Math.sign(compare(b, a)) + ab === 0 ? [] : [`${a} ${b}`];
  for (const c of others) {
    const [bc, ac] = [Math.sign(compare(b, c)), Math.sign(compare(a, c))];
    if ((ab <= 0 && bc <= 0 && ac > 0) || (ab === 0 && ac !== bc)) faults.push(`${a} ${b} ${c}`);
  }
  return faults;
}

/** Pieces of which any version can be put together, sensible or not. */
const pieces = [
  "0",
  "1",
  "9",
  "10",
  "007",
  ".",
  "-",
  "_",
  "~",
  "+",
  ":",
  "^",
  "a",
  "z",
  "rc",
  "p",
  "alpha",
  "git",
  "r",
  "-r",
];

function patchwork(random: () => number): string {
  const count = Math.floor(random() * 8);
  const picked = Array.from({ length: count }, () => pieces[Math.floor(random() * pieces.length)] ?? "");
  return `1${picked.join("")}`;
}

/** A version of the table with its numbers, letters and order of parts changed at random; it stays readable. */
function randomVersion(rows: Row[], random: () => number): string {
  const row = rows[Math.floor(random() * rows.length)] ?? rows[0];
  const text = (random() < 0.5 ? row?.[0] : row?.[2]) ?? "1";
  return text.replace(/\d+/g, (number) =>
    random() < 0.4 ? number : number.startsWith("0") ? number : String(Math.floor(random() * 12)),
  );
}

/** Deterministic numbers in 0…1 (mulberry32), so that the printed seed of a failure can be put in its place. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
