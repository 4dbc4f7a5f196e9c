import { createHash } from "node:crypto";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { displayName, nameOf } from "./byte-names.ts";
import type { LayerFacts } from "./facts.ts";
import { LayerError } from "./layer-limits.ts";
import { readLayer } from "./read-layer.ts";
import { inPieces, paxRecord, type TestEntry, testEntry, testTar } from "./write-test-tar.ts";

const osRelease: TestEntry = { path: "etc/os-release", content: "ID=debian\nVERSION_ID=12\n" };
/** The facts with their entries sorted into kinds, each in the order of the tar. */
const sortedOut = (facts: LayerFacts) => {
  const objects = facts.entries.filter((entry) => typeof entry !== "string");
  const paths = (kind: string) => objects.flatMap((entry) => (entry.kind === kind ? [entry.path] : []));
  return {
    ...facts,
    files: objects.flatMap((entry) =>
      entry.kind === "file" && entry.bytes !== null ? [{ path: entry.path, bytes: entry.bytes }] : [],
    ),
    links: objects.flatMap((entry) =>
      entry.kind === "symbolic" || entry.kind === "hard"
        ? [{ path: entry.path, target: entry.target, kind: entry.kind }]
        : [],
    ),
    whiteouts: paths("whiteout"),
    opaqueDirectories: paths("opaque"),
    others: facts.entries.filter((entry) => typeof entry === "string"),
    directories: paths("directory"),
  };
};
const read = async (bytes: Uint8Array, options = {}) => sortedOut(await readLayer(inPieces(bytes, 64 * 1024), options));
const readEntries = (entries: TestEntry[], options = {}) => read(testTar(entries), options);
const codeOf = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  return error instanceof LayerError ? error.code : `no LayerError: ${error}`;
};

describe("what a layer is read into", () => {
  it("keeps wanted files, links, deletions, opaque folders and the rest apart", async () => {
    const facts = await readEntries([
      { path: "./", type: "5" },
      { path: "etc/", type: "5" },
      osRelease,
      { path: "usr/bin/thing", content: "x" },
      { path: "lib", type: "2", link: "usr/lib" },
      { path: "usr/bin/other", type: "1", link: "usr/bin/thing" },
      { path: "dev/null", type: "3" },
      { path: "app/.wh.gone" },
      { path: "cache/.wh..wh..opq" },
      { path: ".wh..wh.plnk", type: "5" },
    ]);
    expect(facts.files.map((file) => [file.path, Buffer.from(file.bytes).toString()])).toEqual([
      ["etc/os-release", osRelease.content],
    ]);
    expect(facts.links).toEqual([
      { path: "lib", target: "usr/lib", kind: "symbolic" },
      { path: "usr/bin/other", target: "usr/bin/thing", kind: "hard" },
    ]);
    expect(facts.whiteouts).toEqual(["app/gone"]);
    expect(facts.opaqueDirectories).toEqual(["cache"]);
    expect(facts.others).toEqual(["usr/bin/thing", "dev/null"]);
    expect(facts.directories).toEqual(["etc"]);
    expect(facts.entryCount).toBe(10);
    expect(facts.diagnostics).toEqual([]);
  });

  it("states the sha256 and length of the uncompressed bytes, trailing padding included", async () => {
    const tar = Buffer.concat([testTar([osRelease]), Buffer.alloc(9000)]);
    const diffId = `sha256:${createHash("sha256").update(tar).digest("hex")}`;
    for (const bytes of [tar, gzipSync(tar), zstdCompressSync(tar)]) {
      const facts = await read(bytes);
      expect([facts.diffId, facts.uncompressedBytes]).toEqual([diffId, tar.length]);
    }
    expect((await read(tar, { hash: false })).diffId).toBe("");
  });

  it.each([1, 3, 511, 512, 513, 70_000])("reads the same in pieces of %i bytes", async (size) => {
    const tar = testTar([
      { path: "pax", type: "x", content: paxRecord("path", "etc/os-release") },
      { ...osRelease, path: "short" },
      { path: "big", content: Buffer.alloc(2000, 1) },
    ]);
    const facts = sortedOut(await readLayer(inPieces(gzipSync(tar), size)));
    expect(facts.files.map((file) => file.path)).toEqual(["etc/os-release"]);
    expect(facts.others).toEqual(["big"]);
  });

  it("keeps the order of the tar, repeated paths included", async () => {
    const facts = await readEntries([
      osRelease,
      { path: "etc/os-release", type: "2", link: "../usr/lib/os-release" },
      { path: "a" },
      { path: "a", type: "5" },
    ]);
    expect(facts.entries).toEqual([
      { kind: "file", path: "etc/os-release", bytes: expect.anything(), setIdBits: 0 },
      { kind: "symbolic", path: "etc/os-release", target: "../usr/lib/os-release" },
      "a",
      { kind: "directory", path: "a" },
    ]);
  });
});

describe("tar dialects", () => {
  const long = `${"deep/".repeat(30)}node_modules/left-pad/package.json`;
  const cases: [string, TestEntry[]][] = [
    ["ustar prefix", [{ path: "node_modules/left-pad/package.json", prefix: "deep/".repeat(30).slice(0, -1) }]],
    [
      "pax path",
      [{ path: "x", type: "x", content: paxRecord("mtime", "1.5") + paxRecord("path", long) }, { path: "cut" }],
    ],
    [
      "GNU long name",
      [
        { path: "././@LongLink", type: "L", content: `${long}\0`, magic: "ustar  \0" },
        { path: "cut", magic: "ustar  \0" },
      ],
    ],
  ];
  it.each(cases)("%s", async (_name, entries) => {
    expect((await readEntries(entries)).files.map((file) => file.path)).toEqual([long]);
  });

  it("GNU long link and pax linkpath", async () => {
    const target = `${"t/".repeat(80)}end`;
    const facts = await readEntries([
      { path: "k", type: "K", content: `${target}\0`, magic: "ustar  \0" },
      { path: "a", type: "2", link: "cut", magic: "ustar  \0" },
      { path: "x", type: "x", content: paxRecord("linkpath", target) },
      { path: "b", type: "2", link: "cut" },
    ]);
    expect(facts.links.map((link) => link.target)).toEqual([target, target]);
  });

  it("does not take GNU's time fields for a path prefix", async () => {
    const facts = await readEntries([{ ...osRelease, magic: "ustar  \0", prefix: "14273" }]);
    expect(facts.files.map((file) => file.path)).toEqual(["etc/os-release"]);
  });

  it("base-256 sizes, v7 folders, signed checksums", async () => {
    const rawSize = Buffer.alloc(12);
    rawSize[0] = 0x80;
    rawSize[11] = 5;
    const facts = await readEntries([
      { path: "etc/os-release", content: "ID=ab", rawSize },
      { path: "old/", type: "\0", magic: "" },
      { path: "é", checksum: "signed" },
    ]);
    expect(Buffer.from(facts.files[0]?.bytes ?? []).toString()).toBe("ID=ab");
    expect([facts.directories, facts.others]).toEqual([["old"], ["é"]]);
  });

  it("pax size wins over the header, a global header changes nothing", async () => {
    const facts = await readEntries([
      { path: "g", type: "g", content: paxRecord("path", "etc/passwd") + paxRecord("size", "99999") },
      { path: "x", type: "x", content: paxRecord("size", "3") },
      { path: "etc/os-release", content: "abc", size: 0 },
    ]);
    expect(facts.files.map((file) => [file.path, file.bytes.length])).toEqual([["etc/os-release", 3]]);
  });

  it("sizes of links and folders are not bodies", async () => {
    const facts = await readEntries([
      { path: "l", type: "2", link: "t", size: 4096 },
      { path: "d", type: "5", size: 4096 },
      osRelease,
    ]);
    expect(facts.files).toHaveLength(1);
  });

  it("steps over the extra headers of old sparse files and says when a wanted one is sparse", async () => {
    const more = Buffer.alloc(512);
    const sparse = testEntry({
      path: "var/lib/dpkg/status",
      type: "S",
      content: "data",
      isSparseMore: true,
      magic: "ustar  \0",
    });
    const facts = await read(
      Buffer.concat([sparse.subarray(0, 512), more, sparse.subarray(512), testTar([osRelease])]),
    );
    expect(facts.files.map((file) => file.path)).toEqual(["etc/os-release"]);
    expect(facts.diagnostics).toEqual([
      { code: "sparse-file", message: expect.any(String), path: "var/lib/dpkg/status" },
    ]);
  });
});

describe("compression", () => {
  const tar = testTar([osRelease, { path: "big", content: Buffer.alloc(100_000, 3) }]);
  const half = Math.floor(tar.length / 2);
  const skippable = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4]);
  const good: [string, Buffer][] = [
    ["gzip in two members", Buffer.concat([gzipSync(tar.subarray(0, half)), gzipSync(tar.subarray(half))])],
    [
      "zstd in two frames",
      Buffer.concat([zstdCompressSync(tar.subarray(0, half)), zstdCompressSync(tar.subarray(half))]),
    ],
    ["zstd after and before skippable frames", Buffer.concat([skippable, zstdCompressSync(tar), skippable])],
  ];
  it.each(good)("%s", async (_name, bytes) => {
    const facts = await read(bytes);
    expect(facts.uncompressedBytes).toBe(tar.length);
    expect(facts.others).toEqual(["big"]);
  });

  const damaged = gzipSync(tar);
  damaged[60] = (damaged[60] ?? 0) ^ 0xff;
  const wrongSum = gzipSync(tar);
  wrongSum[wrongSum.length - 6] = (wrongSum[wrongSum.length - 6] ?? 0) ^ 0xff;
  const bad: [string, Buffer, string][] = [
    ["gzip cut off", gzipSync(tar).subarray(0, 150), "truncated"],
    ["zstd cut off", zstdCompressSync(tar).subarray(0, 60), "truncated"],
    ["gzip with a flipped bit", damaged, "corrupt-compression"],
    ["gzip with a wrong checksum", wrongSum, "corrupt-compression"],
    ["bzip2", Buffer.from("BZh91AY&SY"), "unsupported-compression"],
    ["xz", Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]), "unsupported-compression"],
  ];
  it.each(bad)("%s", async (_name, bytes, code) => {
    expect(await codeOf(read(bytes))).toBe(code);
  });

  it("an encrypted layer is named as such", async () => {
    expect(await codeOf(read(tar, { mediaType: "application/vnd.oci.image.layer.v1.tar+gzip+encrypted" }))).toBe(
      "encrypted",
    );
  });
});

describe("hostile layers", () => {
  const numberField = (first: number, last: number) => {
    const raw = Buffer.alloc(12, 0xff);
    raw[0] = first;
    raw[11] = last;
    return raw;
  };
  const broken: [string, TestEntry[] | Buffer, string][] = [
    ["wrong checksum", [{ ...osRelease, checksum: "wrong" }], "corrupt-tar"],
    ["negative size", [{ ...osRelease, rawSize: numberField(0xff, 0xf0) }], "corrupt-tar"],
    ["size beyond all numbers", [{ ...osRelease, rawSize: numberField(0x80, 0) }], "corrupt-tar"],
    ["size that is no number", [{ ...osRelease, rawSize: Buffer.from("12abc7890123") }], "corrupt-tar"],
    ["size beyond the limit", [{ path: "huge", rawSize: Buffer.from("777777777777") }], "too-large"],
    ["body that never comes", [{ path: "lie", size: 1_000_000 }], "truncated"],
    ["wanted body that never comes", [{ path: "etc/os-release", size: 1_000_000 }], "truncated"],
    ["extended header of 2 MiB", [{ path: "x", type: "x", content: Buffer.alloc(2 * 1024 * 1024, 32) }], "corrupt-tar"],
    [
      "extended header that claims 8 GiB",
      [{ path: "L", type: "L", rawSize: Buffer.from("077777777777") }],
      "corrupt-tar",
    ],
    ["malformed pax record", [{ path: "x", type: "x", content: "99 path=a\n" }], "corrupt-tar"],
    ["pax path with NUL", [{ path: "x", type: "x", content: paxRecord("path", "a\0b") }], "corrupt-tar"],
    ["negative pax size", [{ path: "x", type: "x", content: paxRecord("size", "-1") }], "corrupt-tar"],
    ["data after one end block", Buffer.concat([Buffer.alloc(512), testTar([osRelease])]), "corrupt-tar"],
    ["text instead of a tar", Buffer.from("<html>not a layer</html>".repeat(100)), "corrupt-tar"],
    ["half a header", testTar([osRelease]).subarray(0, 300), "truncated"],
  ];
  it.each(broken)("%s", async (_name, input, code) => {
    expect(await codeOf(read(Buffer.isBuffer(input) ? input : testTar(input)))).toBe(code);
  });

  it("refuses a decompression bomb long before its end", async () => {
    const bomb = gzipSync(Buffer.concat([testEntry({ path: "zeros", size: 60_000_000 }), Buffer.alloc(60_000_000)]));
    const limits = { ratio: 100, ratioFromBytes: 4 * 1024 * 1024 };
    expect(await codeOf(read(bomb, { limits }))).toBe("compression-bomb");
    expect(await codeOf(read(bomb, { limits: { uncompressedBytes: 10_000_000 } }))).toBe("too-large");
  });

  it("ends an endless stream at the limit", async () => {
    let pieces = 0;
    async function* endless() {
      for (;;) {
        pieces += 1;
        yield testEntry({ path: `file-${pieces}` });
      }
    }
    expect(await codeOf(readLayer(endless(), { limits: { entries: 5000 } }))).toBe("too-many-entries");
    expect(pieces).toBeLessThan(5100);
  });

  it("bounds the room that names take", async () => {
    const entries = Array.from({ length: 50 }, (_, index) => ({ path: `${index}${"n".repeat(90)}` }));
    expect(await codeOf(readEntries(entries, { limits: { pathBytes: 2000 } }))).toBe("too-many-entries");
  });

  it("leaves out paths that are too long or too deep and marks without a name, and says so", async () => {
    const facts = await readEntries([
      { path: "x", type: "x", content: paxRecord("path", "p".repeat(5000)) },
      { path: "cut" },
      { path: "x", type: "x", content: paxRecord("path", "d/".repeat(300)) },
      { path: "cut" },
      { path: "app/.wh..." },
      { path: ".wh." },
    ]);
    expect([facts.files, facts.others, facts.links, facts.whiteouts]).toEqual([[], [], [], []]);
    expect(facts.diagnostics.map((diagnostic) => diagnostic.code)).toEqual(Array(4).fill("unsafe-path"));
  });

  it("paths that climb out of the root end there, as in a container runtime", async () => {
    const facts = await readEntries([
      { path: "../../etc/os-release", content: "ID=x" },
      { path: "a/../../b" },
      { path: "..", type: "5" },
      { path: "h", type: "1", link: "../../etc/passwd" },
    ]);
    expect(facts.files.map((file) => file.path)).toEqual(["etc/os-release"]);
    expect([facts.others, facts.links]).toEqual([["b"], [{ path: "h", target: "etc/passwd", kind: "hard" }]]);
    expect(facts.diagnostics).toEqual([]);
  });

  it("names are bytes: those that are no UTF-8 stay apart, in every form of header", async () => {
    const raw = (byte: number) => Buffer.from([0x61, byte]);
    const entry = (byte: number) => {
      const tar = testEntry({ path: "aX" });
      tar[1] = byte;
      const sum = tar.subarray(0, 512).reduce((total, value, at) => total + (at >= 148 && at < 156 ? 32 : value), 0);
      tar.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
      return tar;
    };
    const long = testEntry({ path: "././@LongLink", type: "L", content: Buffer.concat([raw(0xea), Buffer.from([0])]) });
    const record = Buffer.concat([Buffer.from("11 path="), raw(0xeb), Buffer.from("\n")]);
    const pax = testEntry({ path: "x", type: "x", content: record });
    const tar = [entry(0xe8), entry(0xe9), long, testEntry({ path: "s" }), pax, testEntry({ path: "s" })];
    const facts = await read(Buffer.concat([...tar, Buffer.alloc(1024)]));
    expect(facts.others).toEqual(["a\udce8", "a\udce9", "a\udcea", "a\udceb"]);
    expect(facts.others.map((name) => displayName(name))).toEqual(["a\\xe8", "a\\xe9", "a\\xea", "a\\xeb"]);
  });

  it.each([
    ["ASCII", [0x61], "a"],
    ["two, three and four bytes", [0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0x80], "é€😀"],
    ["the replacement sign itself", [0xef, 0xbf, 0xbd], "\ufffd"],
    ["overlong forms", [0xc0, 0xaf, 0xe0, 0x80, 0xaf], "\\xc0\\xaf\\xe0\\x80\\xaf"],
    ["a surrogate", [0xed, 0xa0, 0x80], "\\xed\\xa0\\x80"],
    ["beyond Unicode", [0xf4, 0x90, 0x80, 0x80, 0xf5], "\\xf4\\x90\\x80\\x80\\xf5"],
    ["a sequence cut off", [0x61, 0xe2, 0x82], "a\\xe2\\x82"],
    ["Latin-1 between UTF-8", [0xc3, 0xa9, 0xe9, 0x62], "é\\xe9b"],
  ])("the name of %s", (_name, bytes, want) => {
    expect(displayName(nameOf(Buffer.from(bytes)))).toBe(want);
  });

  it("brings harmless spellings of a path into one form", async () => {
    const facts = await readEntries([
      { path: "/etc//./os-release", content: "ID=a" },
      { path: "././usr/../opt/x" },
      { path: "..data" },
    ]);
    expect(facts.files.map((file) => file.path)).toEqual(["etc/os-release"]);
    expect(facts.others).toEqual(["opt/x", "..data"]);
    expect(facts.diagnostics).toEqual([]);
  });

  it("does not keep wanted files over the limits, and says so", async () => {
    const limits = { wantedFileBytes: 100, wantedTotalBytes: 120 };
    const facts = await readEntries(
      [
        { path: "var/lib/dpkg/status", content: "x".repeat(101) },
        { path: "lib/apk/db/installed", content: "y".repeat(90) },
        { ...osRelease, content: "z".repeat(50) },
      ],
      { limits },
    );
    expect(facts.files.map((file) => file.path)).toEqual(["lib/apk/db/installed"]);
    expect(facts.diagnostics.map((diagnostic) => diagnostic.code)).toEqual(["file-too-large", "files-too-large"]);
  });

  it("keeps the list of diagnostics short", async () => {
    const facts = await readEntries(Array.from({ length: 500 }, () => ({ path: "x/.wh." })));
    expect(facts.diagnostics).toHaveLength(21);
    expect(facts.diagnostics.at(-1)?.message).toBe("480 more of the same kind.");
  });

  it("reports what follows the end of the archive", async () => {
    const facts = await read(Buffer.concat([testTar([osRelease]), Buffer.from("garbage")]));
    expect(facts.diagnostics.map((diagnostic) => diagnostic.code)).toEqual(["trailing-data"]);
  });

  it("stops a source that keeps silent when the signal fires", async () => {
    const controller = new AbortController();
    async function* silent(): AsyncGenerator<Uint8Array> {
      yield testEntry(osRelease);
      setTimeout(() => controller.abort(), 5);
      await new Promise(() => undefined);
    }
    expect(await codeOf(readLayer(silent(), { signal: controller.signal }))).toBe("aborted");
    expect(await codeOf(read(testTar([osRelease]), { signal: AbortSignal.abort() }))).toBe("aborted");
  });

  it("passes errors of the source on and ends the source when the reading fails", async () => {
    let isClosed = false;
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield gzipSync(testTar([osRelease])).subarray(0, 30);
      throw new RangeError("the network went away");
    }
    async function* watched(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield Buffer.from("not a tar ".repeat(100));
      } finally {
        isClosed = true;
      }
    }
    await expect(readLayer(failing())).rejects.toThrow("the network went away");
    expect(await codeOf(readLayer(watched()))).toBe("corrupt-tar");
    expect(isClosed).toBe(true);
  });

  it("survives random bytes and random damage", async () => {
    let state = 12345;
    const random = () => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return state / 2 ** 32;
    };
    const sound = testTar([
      osRelease,
      { path: "x", type: "x", content: paxRecord("path", "a/b") },
      { path: "cut", content: "body" },
      { path: "l", type: "2", link: "t" },
    ]);
    for (let round = 0; round < 400; round += 1) {
      const bytes = Buffer.from(round % 2 === 0 ? sound : gzipSync(sound));
      for (let flips = 0; flips < 1 + random() * 8; flips += 1)
        bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
      const outcome = await read(bytes.subarray(0, Math.ceil(random() * bytes.length))).catch(
        (error: unknown) => error,
      );
      if (outcome instanceof Error) expect(outcome, `round ${round}`).toBeInstanceOf(LayerError);
    }
  });
});
