import { gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { inventory } from "./inventory.ts";
import { LayerError } from "./layer-limits.ts";
import { readLayer } from "./read-layer.ts";
import { inPieces, paxRecord, type TestEntry, testEntry, testTar } from "./write-test-tar.ts";

const npm = (folder: string): TestEntry => ({
  path: `${folder}/node_modules/a/package.json`,
  content: JSON.stringify({ name: "a", version: "1.0.0" }),
});
const folder = (path: string): TestEntry => ({ path: `${path}/`, type: "5" });
const found = async (...layers: Uint8Array[]) => {
  const facts = await Promise.all(layers.map((bytes) => readLayer(inPieces(bytes, 1000))));
  const { packages, diagnostics } = inventory(facts);
  return {
    places: packages.map(({ path }) => path.slice(0, path.indexOf("/"))),
    codes: diagnostics.map(({ code }) => code).filter((code) => code !== "no-package-database"),
  };
};

/** Layers that made other scanners, builders or runtimes fail or forget something, as their users reported. */
describe("odd layers", () => {
  const whole = testTar([npm("app")]);
  const read: [string, Uint8Array[], string[], string[]][] = [
    ["a layer of no bytes at all", [whole, Buffer.alloc(0)], ["app"], []],
    ["a layer of nothing but zeros", [whole, Buffer.alloc(10_240)], ["app"], []],
    ["a plain tar where the manifest says gzip", [whole], ["app"], []],
    ["zeros behind a gzip stream", [Buffer.concat([gzipSync(whole), Buffer.alloc(512)])], ["app"], []],
    [
      "zstd in many frames with a table of contents behind them (zstd:chunked)",
      [
        Buffer.concat([
          zstdCompressSync(whole.subarray(0, 700)),
          zstdCompressSync(whole.subarray(700)),
          Buffer.from([0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4]),
        ]),
      ],
      ["app"],
      [],
    ],
    [
      "pax records without a value",
      [
        testTar([
          {
            path: "x",
            type: "x",
            content: paxRecord("SCHILY.xattr.user.overlay.origin", "") + paxRecord("size", "") + paxRecord("path", ""),
          },
          npm("app"),
        ]),
      ],
      ["app"],
      [],
    ],
    [
      "a global pax header that speaks of paths",
      [testTar([{ path: "g", type: "g", content: paxRecord("path", "gone") }, npm("app")])],
      ["app"],
      [],
    ],
    [
      "a deletion in a folder that the same layer turns into a link, the root named in between",
      [
        testTar([folder("a"), npm("a"), folder("b"), npm("b")]),
        testTar([{ path: "a/.wh.node_modules" }, { path: "/", type: "5" }, { path: "a", type: "2", link: "b" }]),
      ],
      ["b"],
      [],
    ],
    [
      "a deletion below a folder that a lower layer deleted",
      [
        testTar([folder("root"), npm("root"), npm("app")]),
        testTar([{ path: ".wh.root" }]),
        testTar([{ path: "root/x/.wh.y" }, { path: "/", type: "5" }, folder("root")]),
      ],
      ["app"],
      [],
    ],
    [
      "a loop of links beside what matters",
      [testTar([{ path: "l", type: "2", link: "m" }, { path: "m", type: "2", link: "l" }, npm("app")])],
      ["app"],
      [],
    ],
    [
      "devices, pipes and types that nobody knows",
      [
        testTar([
          { path: "dev/null", type: "3" },
          { path: "dev/sda", type: "4" },
          { path: "pipe", type: "6" },
          { path: "label", type: "V" },
          npm("app"),
        ]),
      ],
      ["app"],
      [],
    ],
    [
      "a device where a package was",
      [testTar([npm("app"), npm("b")]), testTar([{ path: "app/node_modules/a", type: "3" }])],
      ["b"],
      [],
    ],
    [
      "a hard link to a link, and one to itself",
      [
        testTar([
          npm("app"),
          { path: "l", type: "2", link: "app" },
          { path: "h", type: "1", link: "l" },
          { path: "h/node_modules/b/package.json", content: '{"name":"b","version":"1.0.0"}' },
          { path: "s", type: "1", link: "s" },
        ]),
      ],
      ["app", "app"],
      [],
    ],
    [
      "a sparse file of the old form where a package would be",
      [testTar([npm("app"), { ...npm("b"), type: "S" }])],
      ["app"],
      ["sparse-file"],
    ],
    [
      "a sparse file of the pax form",
      [
        testTar([
          npm("app"),
          {
            path: "x",
            type: "x",
            content: paxRecord("GNU.sparse.major", "1") + paxRecord("GNU.sparse.name", npm("b").path),
          },
          { path: "GNUSparseFile.0/package.json", content: "x" },
        ]),
      ],
      ["app"],
      ["sparse-file"],
    ],
    [
      "a name of 300 bytes, in GNU's and in pax's way",
      [
        testTar([
          { path: "././@LongLink", type: "L", content: `${npm("a".repeat(250)).path}\0` },
          { ...npm("x"), path: "cut" },
          { path: "p", type: "x", content: paxRecord("path", npm("b".repeat(250)).path) },
          { ...npm("x"), path: "cut" },
        ]),
      ],
      ["a".repeat(250), "b".repeat(250)],
      [],
    ],
    [
      "data behind the end of the archive",
      [Buffer.concat([whole, testEntry(npm("hidden"))])],
      ["app"],
      ["trailing-data"],
    ],
  ];
  it.each(read)("%s", async (_name, layers, places, codes) => {
    const result = await found(...layers);
    expect([result.places.sort(), result.codes]).toEqual([places, codes]);
  });

  it.each([
    ["garbage behind a gzip stream", Buffer.concat([gzipSync(whole), Buffer.from("garbage")]), "corrupt-compression"],
    [
      "garbage behind a zstd stream",
      Buffer.concat([zstdCompressSync(whole), Buffer.from("garbage")]),
      "corrupt-compression",
    ],
    [
      "a second archive that a careless reader would not see",
      Buffer.concat([zstdCompressSync(whole), Buffer.from("x"), zstdCompressSync(testTar([npm("b")]))]),
      "corrupt-compression",
    ],
    ["a layer that ends in the middle of a file", gzipSync(whole.subarray(0, 530)), "truncated"],
  ])("%s is refused", async (_name, bytes, code) => {
    const error = await found(bytes).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(LayerError);
    expect(error).toMatchObject({ code });
  });
});
