import { describe, expect, test } from "vitest";
import type { AdvisoryRange, MatchablePackage, PackageMatch } from "./facts.ts";
import { compileAdvisories, matchCompiled, matchPackage } from "./match-advisories.ts";

const debian = (version: string, name = "curl"): MatchablePackage => ({
  type: "deb",
  ecosystem: "Debian:12",
  name: `lib${name}4`,
  version: `${version}+b1`,
  sourceName: name,
  sourceVersion: version,
});
const apk = (version: string): MatchablePackage => ({
  type: "apk",
  ecosystem: "Alpine:v3.18",
  name: "libssl3",
  version,
  sourceName: "openssl",
  sourceVersion: version,
});
const npm = (version: string): MatchablePackage => ({
  type: "npm",
  ecosystem: "npm",
  name: "minimist",
  version,
  sourceName: "minimist",
  sourceVersion: version,
});

interface Given extends Partial<AdvisoryRange> {
  fixed?: string;
}

function advisory(recordId: string, given: Given = {}): AdvisoryRange {
  const { fixed, ...rest } = given;
  return {
    recordId,
    advisoryId: `id-${recordId}`,
    feedId: "debian",
    aliases: [recordId],
    related: [],
    ecosystem: "Debian:12",
    packageName: "curl",
    ranges: [{ type: "ECOSYSTEM", events: [{ introduced: "0" }, ...(fixed ? [{ fixed }] : [])] }],
    versions: [],
    vendorStatus: null,
    urgency: null,
    severity: "unknown",
    severitySource: null,
    withdrawn: false,
    ...rest,
  };
}
const secdb = (recordId: string, given: Given = {}) =>
  advisory(recordId, {
    feedId: "alpine-secdb-v3.18-main",
    ecosystem: "Alpine:v3.18",
    packageName: "openssl",
    ...given,
  });
const ghsa = (recordId: string, given: Given = {}) =>
  advisory(recordId, {
    feedId: "npm",
    ecosystem: "npm",
    packageName: "minimist",
    severity: "high",
    severitySource: "GHSA",
    ...given,
  });

interface Row {
  name: string;
  pkg: MatchablePackage;
  advisories: AdvisoryRange[];
  want: Partial<PackageMatch>[];
}

const rows: Row[] = [
  {
    name: "a source version below the fix, though the binary name differs",
    pkg: debian("7.88.1-10+deb12u4"),
    advisories: [advisory("CVE-2023-46218", { fixed: "7.88.1-10+deb12u5" })],
    want: [{ vulnerabilityKey: "CVE-2023-46218", fixedVersion: "7.88.1-10+deb12u5", status: "fixed" }],
  },
  {
    name: "the fixed version itself is not affected",
    pkg: debian("7.88.1-10+deb12u5"),
    advisories: [advisory("CVE-2023-46218", { fixed: "7.88.1-10+deb12u5" })],
    want: [],
  },
  {
    name: "a DSA and the CVE it covers are one finding; the CVE decides, the DSA adds name and fix",
    pkg: debian("7.88.1-10"),
    advisories: [
      advisory("CVE-2023-38545"),
      advisory("DSA-5523-1", { related: ["CVE-2023-38545"], fixed: "7.88.1-10+deb12u4" }),
    ],
    want: [
      {
        vulnerabilityKey: "CVE-2023-38545",
        recordIds: ["CVE-2023-38545", "DSA-5523-1"],
        advisoryId: "id-CVE-2023-38545",
        fixedVersion: "7.88.1-10+deb12u4",
      },
    ],
  },
  {
    name: "where the CVE record says fixed, the DSA cannot open it again",
    pkg: debian("7.88.1-10+deb12u4"),
    advisories: [
      advisory("CVE-2023-38545", { fixed: "7.88.1-10+deb12u4" }),
      advisory("DSA-9999-1", { related: ["CVE-2023-38545"], fixed: "7.88.1-10+deb12u9" }),
    ],
    want: [],
  },
  {
    name: "a DSA of several CVEs without records of their own becomes these CVEs",
    pkg: debian("7.88.1-10"),
    advisories: [advisory("DSA-1-1", { related: ["CVE-2024-0002", "CVE-2024-0001"], fixed: "7.88.1-11" })],
    want: [{ vulnerabilityKey: "CVE-2024-0001" }, { vulnerabilityKey: "CVE-2024-0002" }],
  },
  {
    name: "a DSA without CVE stands alone",
    pkg: debian("7.88.1-10"),
    advisories: [advisory("DSA-2-1", { fixed: "7.88.1-11" })],
    want: [{ vulnerabilityKey: "DSA-2-1", fixedVersion: "7.88.1-11" }],
  },
  {
    name: "a DSA that only the CVE names is folded into it",
    pkg: debian("7.88.1-10"),
    advisories: [advisory("CVE-2024-0003", { related: ["DSA-3"] }), advisory("DSA-3-1", { fixed: "7.88.1-11" })],
    want: [{ vulnerabilityKey: "CVE-2024-0003", recordIds: ["CVE-2024-0003", "DSA-3-1"], fixedVersion: "7.88.1-11" }],
  },
  {
    name: "renamed vendor ids (DEBIAN-CVE-…, upstream) are the CVE",
    pkg: debian("7.88.1-10"),
    advisories: [
      advisory("DEBIAN-CVE-2024-0004", { aliases: ["DEBIAN-CVE-2024-0004", "CVE-2024-0004"] }),
      advisory("CVE-2024-0004", { feedId: "debian-old" }),
    ],
    want: [{ vulnerabilityKey: "CVE-2024-0004" }],
  },
  {
    name: "withdrawn records are passed over",
    pkg: debian("7.88.1-10"),
    advisories: [advisory("CVE-2024-0005", { withdrawn: true })],
    want: [],
  },
  {
    name: "another release, another vendor's and language records do not count for an OS package",
    pkg: debian("7.88.1-10"),
    advisories: [
      advisory("CVE-1-0001", { ecosystem: "Debian:11" }),
      advisory("CVE-1-0002", { ecosystem: "Ubuntu:22.04:LTS" }),
      advisory("CVE-1-0003", { ecosystem: "npm" }),
      advisory("CVE-1-0004", { packageName: "libcurl4" }),
    ],
    want: [],
  },
  {
    name: "Debian unimportant is hidden, with the reason, and keeps its status",
    pkg: debian("7.88.1-10"),
    advisories: [
      advisory("CVE-2024-0006", { urgency: "unimportant", severity: "low", severitySource: "Debian urgency" }),
    ],
    want: [
      {
        hiddenReason: "Debian rates it unimportant: as Debian builds the package, it is no security risk.",
        vendorStatus: "unimportant",
        severity: "low",
      },
    ],
  },
  ...(
    [
      ["ignored: Minor issue", "willNotFix"],
      ["postponed: fix along with the next update", "deferred"],
      ["no-dsa: Minor issue", "affected"],
      ["undetermined", "underReview"],
    ] as const
  ).map(([vendorStatus, status]) => ({
    name: `tracker status "${vendorStatus}" stays visible as ${status}`,
    pkg: debian("7.88.1-10"),
    advisories: [advisory("CVE-2024-0007", { feedId: "debian-tracker", vendorStatus })],
    want: [{ status, vendorStatus, hiddenReason: null }],
  })),
  {
    name: "the tracker's word comes before an older OSV record of the same flaw",
    pkg: debian("7.88.1-10+deb12u9"),
    advisories: [
      advisory("CVE-2024-0008"),
      advisory("CVE-2024-0008", { feedId: "debian-tracker", fixed: "7.88.1-10+deb12u8" }),
    ],
    want: [],
  },
  {
    name: "a fix that only the changelog knows hides the match, with the reason",
    pkg: debian("7.88.1-10+deb12u9"),
    advisories: [
      advisory("CVE-2024-0009"),
      advisory("CVE-2024-0009", {
        feedId: "debian12-changelog-fixes",
        vendorStatus: "changelog",
        fixed: "7.88.1-10+deb12u8",
      }),
    ],
    want: [
      {
        status: "affected",
        hiddenReason:
          "Fixed per the package's changelog (fixed in 7.88.1-10+deb12u8; installed is 7.88.1-10+deb12u9); the advisory feed does not know of the fix yet.",
      },
    ],
  },
  {
    name: "a later fix from the changelog is the fix to take",
    pkg: debian("7.88.1-10+deb12u7"),
    advisories: [
      advisory("CVE-2024-0010"),
      advisory("CVE-2024-0010", {
        feedId: "debian12-changelog-fixes",
        vendorStatus: "changelog",
        fixed: "7.88.1-10+deb12u8",
      }),
    ],
    want: [{ fixedVersion: "7.88.1-10+deb12u8", status: "fixed", hiddenReason: null }],
  },
  {
    name: "a fix that the feed knows and the image lacks is never hidden by what a changelog says",
    pkg: debian("7.88.1-10+deb12u7"),
    advisories: [
      advisory("CVE-2024-0012", { fixed: "7.88.1-10+deb12u8" }),
      advisory("CVE-2024-0012", {
        feedId: "debian12-changelog-fixes",
        vendorStatus: "changelog",
        fixed: "7.88.1-10+deb12u6",
      }),
    ],
    want: [{ fixedVersion: "7.88.1-10+deb12u8", status: "fixed", hiddenReason: null }],
  },
  {
    name: "a changelog that calls the version affected hides nothing, nor does a bulletin that calls it fixed",
    pkg: debian("7.88.1-10+deb12u7"),
    advisories: [
      advisory("CVE-2024-0013"),
      advisory("CVE-2024-0013", { feedId: "debian12-changelog-fixes", vendorStatus: "changelog" }),
      advisory("DSA-1-1", { aliases: ["CVE-2024-0013"], related: ["CVE-2024-0013"], fixed: "7.88.1-10+deb12u6" }),
    ],
    want: [{ hiddenReason: null }],
  },
  {
    name: "Alpine compares the origin's name and version",
    pkg: apk("3.1.1-r0"),
    advisories: [secdb("CVE-2023-3446", { fixed: "3.1.1-r2" })],
    want: [{ vulnerabilityKey: "CVE-2023-3446", fixedVersion: "3.1.1-r2" }],
  },
  {
    name: "Alpine secdb version 0 = never affected, whatever the other feed says",
    pkg: apk("3.1.1-r0"),
    advisories: [
      secdb("CVE-2023-0001", { vendorStatus: "notAffected", ranges: [] }),
      secdb("CVE-2023-0001", { feedId: "alpine", fixed: "3.1.1-r9" }),
    ],
    want: [],
  },
  {
    name: "two fixes of one flaw: the one that ends it",
    pkg: apk("3.1.1-r0"),
    advisories: [secdb("CVE-2023-0002", { fixed: "3.1.1-r1" }), secdb("CVE-2023-0002", { fixed: "3.1.1-r3" })],
    want: [{ fixedVersion: "3.1.1-r3" }],
  },
  {
    name: "GHSA with its CVE as alias is found under the CVE; the branch's own fix counts",
    pkg: npm("1.1.0"),
    advisories: [
      ghsa("GHSA-xvch-5gv4-984h", {
        aliases: ["GHSA-xvch-5gv4-984h", "CVE-2021-44906"],
        ranges: [
          { type: "SEMVER", events: [{ introduced: "0" }, { fixed: "0.2.4" }] },
          { type: "SEMVER", events: [{ introduced: "1.0.0" }, { fixed: "1.2.6" }] },
        ],
      }),
    ],
    want: [
      {
        vulnerabilityKey: "CVE-2021-44906",
        aliases: ["GHSA-xvch-5gv4-984h"],
        recordIds: ["GHSA-xvch-5gv4-984h"],
        fixedVersion: "1.2.6",
        severity: "high",
        severitySource: "GHSA",
      },
    ],
  },
  {
    name: "last affected includes its version",
    pkg: npm("1.2.5"),
    advisories: [
      ghsa("GHSA-aaaa-bbbb-cccc", {
        ranges: [{ type: "SEMVER", events: [{ introduced: "1.0.0" }, { lastAffected: "1.2.5" }] }],
      }),
    ],
    want: [{ vulnerabilityKey: "GHSA-aaaa-bbbb-cccc", fixedVersion: null, status: "affected" }],
  },
  {
    name: "a version behind the last affected one is not affected",
    pkg: npm("1.2.6"),
    advisories: [
      ghsa("GHSA-aaaa-bbbb-cccc", {
        ranges: [{ type: "SEMVER", events: [{ introduced: "1.0.0" }, { lastAffected: "1.2.5" }] }],
      }),
    ],
    want: [],
  },
  {
    name: "an explicit version list",
    pkg: npm("1.2.3"),
    advisories: [ghsa("GHSA-aaaa-bbbb-dddd", { ranges: [], versions: ["1.2.2", "1.2.3"] })],
    want: [
      { vulnerabilityKey: "GHSA-aaaa-bbbb-dddd", why: { range: "1.2.3 is listed as affected" } as PackageMatch["why"] },
    ],
  },
  {
    name: "limit bounds a range",
    pkg: npm("2.0.0"),
    advisories: [
      ghsa("GHSA-aaaa-bbbb-eeee", { ranges: [{ type: "SEMVER", events: [{ introduced: "0" }, { limit: "2.0.0" }] }] }),
    ],
    want: [],
  },
  {
    name: "events in any order, fixed and opened again",
    pkg: npm("3.1.0"),
    advisories: [
      ghsa("GHSA-aaaa-bbbb-ffff", {
        ranges: [
          {
            type: "SEMVER",
            events: [{ fixed: "3.2.0" }, { introduced: "3.0.0" }, { fixed: "2.0.0" }, { introduced: "0" }],
          },
        ],
      }),
    ],
    want: [{ fixedVersion: "3.2.0" }],
  },
  {
    name: "the vendor's severity comes before GHSA and CVSS",
    pkg: debian("7.88.1-10"),
    advisories: [
      advisory("CVE-2024-0011", { severity: "low", severitySource: "Debian urgency" }),
      advisory("CVE-2024-0011", { feedId: "x", severity: "critical", severitySource: "CVSS 3.1" }),
    ],
    want: [{ severity: "low", severitySource: "Debian urgency" }],
  },
];

describe("matchPackage", () => {
  test.each(rows)("$name", ({ pkg, advisories, want }) => {
    const { matches, diagnostics } = matchPackage(pkg, advisories);
    expect(matches).toMatchObject(want);
    expect(matches).toHaveLength(want.length);
    expect(diagnostics).toEqual([]);
    expect(matchPackage(pkg, [...advisories].reverse()).matches).toEqual(matches);
  });

  test("says why: record, range in words, versions and what other records say", () => {
    const [match] = matchPackage(debian("7.88.1-10"), [
      advisory("CVE-2023-38545", { fixed: "7.88.1-10+deb12u4" }),
      advisory("DSA-5523-1", { related: ["CVE-2023-38545"], fixed: "7.88.1-10+deb12u4" }),
    ]).matches;
    expect(match?.why).toEqual({
      recordId: "CVE-2023-38545",
      feedId: "debian",
      comparedName: "curl",
      comparedVersion: "7.88.1-10",
      range: "every version before 7.88.1-10+deb12u4 is affected; installed is 7.88.1-10",
      others: [
        { recordId: "DSA-5523-1", says: "every version before 7.88.1-10+deb12u4 is affected; installed is 7.88.1-10" },
      ],
    });
  });

  test("an unreadable version is a diagnostic, never silence", () => {
    const own = matchPackage(npm("github:x/y"), [ghsa("GHSA-aaaa-bbbb-cccc", { fixed: "2.0.0" })]);
    expect(own.matches).toEqual([]);
    expect(own.diagnostics).toMatchObject([{ code: "unreadable-version" }]);
    const theirs = matchPackage(npm("1.0.0"), [ghsa("GHSA-aaaa-bbbb-cccc", { fixed: "two" })]);
    expect(theirs.diagnostics).toMatchObject([{ code: "unreadable-version" }]);
    const scheme = { ...npm("1.0.0"), ecosystem: "Homebrew" };
    expect(matchPackage(scheme, [ghsa("GHSA-1", { ecosystem: "Homebrew" })]).diagnostics).toMatchObject([
      { code: "no-version-order" },
    ]);
  });

  test("a package of an unknown distribution is not judged", () => {
    expect(
      matchPackage({ ...debian("1"), ecosystem: "" }, [advisory("CVE-1-0001", { ecosystem: "" })]).matches,
    ).toEqual([]);
  });

  test("worst first, then by key; the same whatever the order of the input", () => {
    const all = [
      advisory("CVE-2024-3", {
        aliases: ["CVE-2024-3", "CVE-2024-1003"],
        severity: "low",
        severitySource: "Debian urgency",
      }),
      advisory("CVE-2024-1002", { severity: "critical", severitySource: "CVSS 3.1" }),
      advisory("CVE-2024-1001", { severity: "critical", severitySource: "CVSS 3.1" }),
    ];
    const keys = matchPackage(debian("1"), all).matches.map((match) => match.vulnerabilityKey);
    expect(keys).toEqual(["CVE-2024-1001", "CVE-2024-1002", "CVE-2024-1003"]);
  });

  test("candidates grouped once give the same as one by one", () => {
    const candidates = rows
      .flatMap((row) => row.advisories)
      .filter((entry) => entry.ecosystem === "Debian:12" && entry.packageName === "curl");
    const compiled = compileAdvisories(debian("0"), candidates);
    for (const version of ["0", "7.88.1-10", "7.88.1-10+deb12u5", "7.88.1-10+deb12u9", "8.0-1"]) {
      expect(matchCompiled(debian(version), compiled)).toEqual(matchPackage(debian(version), candidates));
    }
  });
});
