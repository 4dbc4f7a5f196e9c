import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { matchPackage } from "#engines/image-scan/match-advisories.ts";
import { advisoryRanges, rateAdvisory } from "#engines/image-scan/match-advisories-ranges.ts";
import type { FeedBatch } from "./feed-batch.ts";
import { openFeedFile } from "./read-records.ts";
import { readSource } from "./read-source.ts";

const record = (id: string, more: object = {}) => ({
  schema_version: "1.6.0",
  id,
  modified: "2025-01-02T03:04:05Z",
  affected: [
    {
      package: { ecosystem: "npm", name: "left-pad" },
      ranges: [{ type: "SEMVER", events: [{ introduced: "0" }, { fixed: "1.3.0" }] }],
    },
  ],
  ...more,
});

async function folderOf(files: Record<string, string | Uint8Array>): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "feed-"));
  for (const [name, content] of Object.entries(files)) await writeFile(path.join(folder, name), content);
  return folder;
}

async function readAll(name: string, content: string | Uint8Array) {
  const folder = await folderOf({ [name]: content });
  const file = await openFeedFile(path.join(folder, name));
  const batches: FeedBatch[] = [];
  for await (const batch of file.batches()) batches.push(batch);
  return {
    feed: file.feed.id,
    format: file.format,
    advisories: batches.flatMap((batch) => batch.advisories),
    exploited: batches.flatMap((batch) => batch.exploited),
    probabilities: batches.flatMap((batch) => batch.probabilities),
    lifecycles: batches.flatMap((batch) => batch.lifecycles),
    dataDate:
      batches
        .map((batch) => batch.dataDate)
        .filter(Boolean)
        .sort()
        .at(-1) ?? null,
  };
}

const lines = (...records: object[]) => `${records.map((entry) => JSON.stringify(entry)).join("\n")}\n`;

/** A zip with stored (uncompressed) entries, written by hand so that its fields can be bent. */
function zipOf(files: Record<string, string>, bend: { size?: number } = {}): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, text] of Object.entries(files)) {
    const data = Buffer.from(text);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(20, 4);
    local.writeUInt32LE(data.length, 18);
    local.writeUInt32LE(data.length, 22);
    local.writeUInt16LE(name.length, 26);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(20, 4);
    central.writeUInt16LE(20, 6);
    central.writeUInt32LE(data.length, 20);
    central.writeUInt32LE(bend.size ?? data.length, 24);
    central.writeUInt16LE(name.length, 28);
    central.writeUInt32LE(offset, 42);
    parts.push(local, Buffer.from(name), data);
    directory.push(central, Buffer.from(name));
    offset += local.length + name.length + data.length;
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Object.keys(files).length, 8);
  end.writeUInt16LE(Object.keys(files).length, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, ...directory, end]);
}

describe("formats are found by content", () => {
  test("OSV lines, plain, gzip and zstd, whatever the ending says", async () => {
    const text = lines(record("GHSA-1"), record("GHSA-2", { withdrawn: "2025-01-03T00:00:00Z" }));
    for (const [name, content] of [
      ["npm.ndjson", text],
      ["npm.json", gzipSync(text)],
      ["npm", zstdCompressSync(text)],
    ] as const) {
      const read = await readAll(name, content);
      expect(read).toMatchObject({ feed: "npm", format: "osv-lines", dataDate: "2025-01-02T03:04:05.000Z" });
      expect(read.advisories.map((entry) => [entry.recordId, entry.withdrawnAt])).toEqual([
        ["GHSA-1", null],
        ["GHSA-2", "2025-01-03T00:00:00.000Z"],
      ]);
    }
  });

  test("a file of another name is a feed of its own and never stands in for a known one", async () => {
    expect((await readAll("export 2025.ndjson", lines(record("GHSA-1")))).feed).toBe("file-export-2025");
    expect((await readAll("debian.ndjson", lines(record("GHSA-1")))).feed).toBe("file-debian");
  });

  test("OSV zip", async () => {
    const zip = zipOf({
      "GHSA-1.json": JSON.stringify(record("GHSA-1")),
      "notes.txt": "x",
      "GHSA-2.json": JSON.stringify(record("GHSA-2")),
    });
    const read = await readAll("all.zip", zip);
    expect(read).toMatchObject({ feed: "npm", format: "osv-zip" });
    expect(read.advisories.map((entry) => entry.recordId)).toEqual(["GHSA-1", "GHSA-2"]);
  });

  test("a list and a single, indented record", async () => {
    expect((await readAll("a.json", JSON.stringify([record("GHSA-1")], null, 2))).advisories).toHaveLength(1);
    expect((await readAll("b.json", JSON.stringify(record("GHSA-1"), null, 2))).format).toBe("osv-record");
  });

  test("RustSec and RubySec requirement lists become ranges", async () => {
    const own = (ecosystem: string, database_specific: object) =>
      record("X-1", { affected: [{ package: { ecosystem, name: "x" }, database_specific }] });
    const table: [string, object, object[]][] = [
      ["crates.io", { patched: [">= 1.2.3"], unaffected: null }, [{ introduced: "0" }, { fixed: "1.2.3" }]],
      [
        "crates.io",
        { patched: [], unaffected: ["< 0.4.0"] },
        [{ introduced: "0" }, { fixed: "0" }, { introduced: "0.4.0" }],
      ],
      [
        "crates.io",
        { patched: ["^1.2.3", ">= 2.1"], unaffected: ["< 1.0"] },
        [
          { introduced: "0" },
          { fixed: "0" },
          { introduced: "1.0" },
          { fixed: "1.2.3" },
          { introduced: "2" },
          { fixed: "2.1" },
        ],
      ],
      ["crates.io", { patched: ["> 1.2.3"], unaffected: [] }, [{ introduced: "0" }, { fixed: "1.2.4-0" }]],
      [
        "RubyGems",
        { patched_versions: ["~> 2.3.11", ">= 3.0.4"], unaffected_versions: null },
        [{ introduced: "0" }, { fixed: "2.3.11" }, { introduced: "2.4" }, { fixed: "3.0.4" }],
      ],
      ["RubyGems", { patched_versions: null, unaffected_versions: null }, [{ introduced: "0" }]],
    ];
    for (const [ecosystem, specific, events] of table) {
      const { advisories } = await readAll("x.ndjson", lines(own(ecosystem, specific), own(ecosystem, specific)));
      expect(advisories[0]?.affected[0]?.ranges[0]?.events).toEqual(events);
    }
  });

  test("a range whose end stands only in GitHub's last known version is bounded by it", async () => {
    const affected = (range: object[], last: string) => ({
      affected: [
        {
          package: { ecosystem: "npm", name: "x" },
          ranges: [{ type: "SEMVER", events: range }],
          database_specific: { last_known_affected_version_range: last },
        },
      ],
    });
    const table: [object[], string, object[]][] = [
      [[{ introduced: "0" }], "<= 1.2.3", [{ introduced: "0" }, { lastAffected: "1.2.3" }]],
      [[{ introduced: "2.0.0" }], "< 3.0.0", [{ introduced: "2.0.0" }, { limit: "3.0.0" }]],
      [[{ introduced: "0" }], "<2", [{ introduced: "0" }, { limit: "2" }]],
      [[{ introduced: "0" }, { fixed: "1.0.0" }], "< 9.0.0", [{ introduced: "0" }, { fixed: "1.0.0" }]],
      [[{ introduced: "0" }, { last_affected: "1.0.0" }], "<= 9", [{ introduced: "0" }, { lastAffected: "1.0.0" }]],
      [[{ introduced: "0" }], "nonsense", [{ introduced: "0" }]],
    ];
    for (const [range, last, events] of table) {
      const { advisories } = await readAll(
        "x.ndjson",
        lines(record("GHSA-1", affected(range, last)), record("GHSA-2")),
      );
      expect(advisories[0]?.affected[0]?.ranges[0]?.events, last).toEqual(events);
    }
  });

  test("a record with many bounded branches (GHSA-5f7q-jpqc-wp7h as exported) leaves later versions alone", async () => {
    const entry = (introduced: string, last?: string) => ({
      package: { ecosystem: "npm", name: "next" },
      ranges: [{ type: "SEMVER", events: [{ introduced }, ...(last ? [] : [{ fixed: "16.1.5" }])] }],
      ...(last ? { database_specific: { last_known_affected_version_range: last } } : {}),
    });
    const affected = [
      entry("15.3.0-canary.0", "< 15.3.0"),
      entry("15.5.1-canary.0", "< 15.5.1"),
      entry("16.0.0-beta.0"),
    ];
    const { advisories } = await readAll("x.ndjson", lines(record("GHSA-1", { affected }), record("GHSA-2")));
    const ranges = advisories.slice(0, 1).flatMap((advisory) => advisoryRanges("npm", advisory));
    const isAffected = (version: string) =>
      matchPackage(
        { type: "npm", ecosystem: "npm", name: "next", version, sourceName: "next", sourceVersion: version },
        ranges,
      ).matches.length > 0;
    expect(["15.5.1-canary.3", "16.1.4"].map(isAffected)).toEqual([true, true]);
    expect(["15.3.0", "15.5.1", "16.1.5", "16.2.2"].map(isAffected)).toEqual([false, false, false, false]);
  });

  test("severity as a vendor's word, and stated for one package", async () => {
    const vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
    const range = [{ type: "ECOSYSTEM", events: [{ introduced: "0" }] }];
    const entry = (ecosystem: string, severity: object[] = []) => ({
      package: { ecosystem, name: "x" },
      ranges: range,
      severity,
    });
    const records = [
      record("UBUNTU-1", { severity: [{ type: "Ubuntu", score: "medium" }], affected: [entry("Ubuntu:24.04:LTS")] }),
      record("UBUNTU-2", { affected: [entry("Ubuntu:24.04:LTS", [{ type: "Ubuntu", score: "Low" }])] }),
      record("X-3", { affected: [entry("npm", [{ type: "CVSS_V3", score: vector }]), entry("PyPI")] }),
    ];
    const { advisories } = await readAll("x.ndjson", lines(...records));
    const rated = advisories.map((advisory) =>
      rateAdvisory(advisory).ratings.map(({ severity, source }) => [severity, source]),
    );
    expect(rated).toEqual([
      [["medium", "Ubuntu priority"]],
      [["low", "Ubuntu priority"]],
      [
        ["critical", "CVSS 3.1"],
        ["unknown", null],
      ],
    ]);
  });

  test("slips of the hand in Alpine's records are mended in every form that carries them", async () => {
    const affected = [
      {
        package: { ecosystem: "Alpine:v3.18", name: "openssh" },
        ranges: [{ type: "ECOSYSTEM", events: [{ introduced: "0" }, { fixed: "6.6.2p1-r0" }] }],
      },
    ];
    const { advisories } = await readAll(
      "x.ndjson",
      lines(record("CVE-1", { affected }), record("CVE-2", { affected })),
    );
    expect(advisories[0]?.affected[0]?.ranges[0]?.events).toEqual([{ introduced: "0" }, { fixed: "6.6.2_p1-r0" }]);
  });

  test("Alpine secdb: fixes only, 0 = never affected, several names on a line", async () => {
    const secdb = {
      distroversion: "v3.18",
      reponame: "main",
      packages: [
        {
          pkg: {
            name: "openssl",
            secfixes: { "3.1.1-r2": ["CVE-2023-3446", "CVE-2023-1 TALOS-7"], "0": ["CVE-2022-9"] },
          },
        },
      ],
    };
    const read = await readAll("v3.18-main.json.gz", gzipSync(JSON.stringify(secdb, null, "\t")));
    expect(read).toMatchObject({ feed: "alpine-secdb-v3.18-main", format: "alpine-secdb" });
    const byId = Object.fromEntries(read.advisories.map((entry) => [entry.recordId, entry]));
    expect(byId["CVE-2023-3446"]?.affected[0]).toMatchObject({
      ecosystem: "Alpine:v3.18",
      packageName: "openssl",
      ranges: [{ type: "ECOSYSTEM", events: [{ introduced: "0" }, { fixed: "3.1.1-r2" }] }],
    });
    expect(byId["CVE-2023-1"]?.aliases).toEqual(["TALOS-7"]);
    expect(byId["CVE-2022-9"]?.affected[0]).toMatchObject({ ranges: [], vendorStatus: "notAffected" });
  });

  test("Debian tracker: states, reasons and urgency per release", async () => {
    const release = (state: object) => ({ releases: { bookworm: { repositories: {}, urgency: "low", ...state } } });
    const tracker = {
      zlib: {
        "CVE-2023-45853": {
          description: "MiniZip",
          scope: "local",
          ...release({ status: "open", nodsa: "contrib/minizip not built", nodsa_reason: "ignored" }),
        },
        "CVE-2022-37434": release({ status: "resolved", fixed_version: "1:1.2.11.dfsg-4.1" }),
        "CVE-2021-1": release({ status: "resolved", fixed_version: "0" }),
        "CVE-2021-2": release({ status: "undetermined" }),
      },
    };
    const read = await readAll("data.json", JSON.stringify(tracker));
    expect(read).toMatchObject({ feed: "debian-tracker", format: "debian-tracker" });
    expect(
      read.advisories.map((entry) => [
        entry.recordId,
        entry.affected[0]?.vendorStatus,
        entry.affected[0]?.ranges.length,
      ]),
    ).toEqual([
      ["CVE-2023-45853", "ignored: contrib/minizip not built", 1],
      ["CVE-2022-37434", null, 1],
      ["CVE-2021-1", "notAffected", 0],
      ["CVE-2021-2", "undetermined", 1],
    ]);
    expect(read.advisories[0]?.affected[0]).toMatchObject({ ecosystem: "Debian:12", urgency: "low" });
  });

  test("KEV, EPSS and support end dates", async () => {
    const kev = await readAll(
      "k.json",
      JSON.stringify({
        catalogVersion: "1",
        dateReleased: "2026-08-07T16:45:47Z",
        count: 1,
        vulnerabilities: [{ cveID: "CVE-2021-44228", dateAdded: "2021-12-10", dueDate: "2021-12-24" }],
      }),
    );
    expect(kev).toMatchObject({
      feed: "kev",
      dataDate: "2026-08-07T16:45:47.000Z",
      exploited: [{ key: "CVE-2021-44228", addedAt: "2021-12-10T00:00:00.000Z" }],
    });
    const epss = await readAll(
      "e.csv.gz",
      gzipSync(
        "#model_version:v2025.03.14,score_date:2026-11-20T12:55:00Z\ncve,epss,percentile\nCVE-2021-44228,0.94358,0.99957\n",
      ),
    );
    expect(epss).toMatchObject({
      feed: "epss",
      dataDate: "2026-11-20T12:55:00.000Z",
      probabilities: [{ key: "CVE-2021-44228", epss: 0.94358, percentile: 0.99957 }],
    });
    const eol = await readAll(
      "eol.json",
      JSON.stringify({
        "alpine-linux": {
          releases: [
            { releaseCycle: "3.18", eol: "2025-05-09", latest: "3.18.12" },
            { releaseCycle: "edge", eol: false },
          ],
        },
      }),
    );
    expect(eol.lifecycles).toMatchObject([
      { distribution: "alpine-linux", cycle: "3.18", endOfLifeAt: "2025-05-09T00:00:00.000Z" },
      { endOfLifeAt: null },
    ]);
  });
});

describe("hostile and broken files are refused with the place and the reason", () => {
  const good = lines(record("GHSA-1"), record("GHSA-2"));
  const cases: [name: string, file: string, content: string | Uint8Array, reason: RegExp][] = [
    ["gzip cut off", "npm.ndjson.gz", gzipSync(good.repeat(2000)).subarray(0, 400), /cut off/],
    ["gzip with flipped bytes", "npm.ndjson.gz", flipped(gzipSync(good.repeat(500))), /damaged|cut off|JSON/],
    ["bad JSON in line 3", "npm.ndjson", `${good}{"id": \n${good}`, /^line 3: not valid JSON/],
    [
      "a record without id in line 2",
      "npm.ndjson",
      lines(record("GHSA-1"), { affected: [] }),
      /^line 2: "id" is not a text/,
    ],
    [
      "affected is a text",
      "npm.ndjson",
      lines(record("GHSA-1"), record("GHSA-2", { affected: "all" })),
      /^line 2: "affected" is not a list/,
    ],
    [
      "an event that says nothing",
      "npm.ndjson",
      lines(
        record("A"),
        record("B", {
          affected: [
            { package: { ecosystem: "npm", name: "x" }, ranges: [{ type: "SEMVER", events: [{ since: "1" }] }] },
          ],
        }),
      ),
      /^line 2: a range event/,
    ],
    [
      "a date that is none",
      "npm.ndjson",
      lines(record("A"), record("B", { modified: "yesterday" })),
      /^line 2: "modified" is not a date/,
    ],
    [
      "too many entries",
      "npm.ndjson",
      lines(record("A"), record("B", { aliases: Array.from({ length: 20_001 }, (_, index) => `X-${index}`) })),
      /^line 2: "aliases" has more than/,
    ],
    [
      "zip cut off",
      "all.zip",
      zipOf({ "a.json": JSON.stringify(record("A")) }).subarray(0, 200),
      /zip is cut off or damaged/,
    ],
    ["zip entry that is no JSON", "all.zip", zipOf({ "a.json": "{" }), /a\.json: not valid JSON/],
    [
      "zip that lies about sizes",
      "all.zip",
      zipOf({ "a.json": JSON.stringify(record("A")) }, { size: 2 ** 31 }),
      /larger than|damaged/,
    ],
    ["zip without records", "all.zip", zipOf({ "a.txt": "x" }), /no JSON record/],
    [
      "tracker cut off",
      "data.json",
      JSON.stringify({ zlib: { "CVE-1-1000": { releases: { bookworm: { status: "open" } } } } }).slice(0, -2),
      /ends too early/,
    ],
    [
      "tracker with an unknown status",
      "data.json",
      JSON.stringify({ zlib: { "CVE-1-1000": { releases: { bookworm: { status: "odd" } } } } }),
      /status "odd"/,
    ],
    [
      "KEV whose count does not fit",
      "k.json",
      JSON.stringify({ catalogVersion: "1", count: 9, vulnerabilities: [] }),
      /says it holds 9/,
    ],
    [
      "EPSS out of range in line 3",
      "e.csv",
      "#model_version:v1\ncve,epss,percentile\nCVE-2021-44228,1.7,0.1\n",
      /^line 3:/,
    ],
    ["a text document", "README.md", "# Read me\n\nwords", /text document/],
    ["an empty file", "x.json", "", /empty/],
    ["binary", "x.bin", Buffer.from([0, 1, 2, 3, 255, 254]), /not text/],
    ["unknown JSON", "x.json", '{"hello": "world"}', /none of the advisory formats/],
    [
      "one endless line",
      "npm.ndjson",
      Buffer.concat([Buffer.from(good), Buffer.alloc(65 * 1024 ** 2, 97)]),
      /^line 3: the line is longer/,
    ],
    ["a bomb of blanks", "npm.ndjson.gz", gzipSync(`${good}${`${" ".repeat(30 * 1024 ** 2)}\n`.repeat(3)}`), /bomb/],
  ];
  test.each(cases)("%s", async (_name, file, content, reason) => {
    await expect(readAll(file, content)).rejects.toThrow(reason);
  });

  test("links that are no web address are dropped, NUL and lone surrogates cleaned", async () => {
    const { advisories } = await readAll(
      "npm.ndjson",
      lines(
        record("GHSA-1", {
          references: [
            { type: "WEB", url: "javascript:alert(1)" },
            { type: "WEB", url: "https://example.org/" },
          ],
          summary: "a\u0000b\ud800",
        }),
        record("GHSA-2"),
      ),
    );
    expect(advisories[0]?.links).toEqual([{ type: "WEB", url: "https://example.org/" }]);
    expect(advisories[0]?.title).toBe("ab\ufffd");
  });

  test("a folder names every file it does not use", async () => {
    const folder = await folderOf({ "npm.ndjson": good, "README.md": "# Words", "z.json": '{"a":1}', ".hidden": "x" });
    const seen: string[] = [];
    for await (const file of readSource(folder))
      seen.push("refused" in file ? `${path.basename(file.path)}: refused` : file.feed.id);
    expect(seen).toEqual(["README.md: refused", "npm", "z.json: refused"]);
    await expect(readSource(path.join(folder, "missing")).next()).rejects.toThrow(/does not exist/);
  });
});

function flipped(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  for (let index = 40; index < copy.length - 8; index += 7) copy[index] = (copy[index] ?? 0) ^ 0x55;
  return copy;
}
