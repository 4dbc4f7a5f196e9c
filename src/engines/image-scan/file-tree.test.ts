import { describe, expect, it } from "vitest";
import type { LayerFacts } from "./facts.ts";
import { FileTree } from "./file-tree.ts";
import { takeInventory, unreadInLayer } from "./inventory.ts";
import { readLayer } from "./read-layer.ts";
import { inPieces, paxRecord, type TestEntry, testEntry, testTar } from "./write-test-tar.ts";

const layer = (entries: TestEntry[], alsoWanted: string[] = []): Promise<LayerFacts> =>
  readLayer(inPieces(testTar(entries), 64 * 1024), { alsoWanted: new Set(alsoWanted) });
const treeOf = async (layers: TestEntry[][], limits = {}) => {
  const tree = new FileTree(limits);
  for (const [index, entries] of layers.entries()) tree.apply(await layer(entries), index);
  return tree;
};
/** Everything in the tree but directories. */
const view = (tree: FileTree) =>
  [
    ...[...tree.files()].map(([path, node]) => `${path} = ${Buffer.from(node.bytes)}`),
    ...tree.others(),
    ...[...tree.links()].map(([path, target]) => `${path} -> ${target}`),
  ].sort();
const folder = (path: string): TestEntry => ({ path, type: "5" });
const link = (path: string, target: string): TestEntry => ({ path, type: "2", link: target });
const hard = (path: string, target: string): TestEntry => ({ path, type: "1", link: target });
const opaque = (path: string): TestEntry => ({ path: `${path}/.wh..wh..opq` });

describe("the file system is what Docker would give", () => {
  const cases: [string, TestEntry[][], string[]][] = [
    [
      "an opaque mark in a folder that replaces a link leaves the link's target",
      [
        [folder("deps"), { path: "deps/a" }, folder("app"), link("app/m", "/deps")],
        [folder("app"), folder("app/m"), opaque("app/m"), { path: "app/m/x" }],
      ],
      ["app/m/x", "deps/a"],
    ],
    [
      "an opaque mark on a link itself does nothing",
      [[folder("deps"), { path: "deps/a" }, link("m", "deps")], [opaque("m")]],
      ["deps/a", "m -> deps"],
    ],
    [
      "an opaque mark below a link empties the folder that the link leads to",
      [[folder("deps"), folder("deps/sub"), { path: "deps/sub/a" }, link("m", "deps")], [opaque("m/sub")]],
      ["m -> deps"],
    ],
    [
      "opaque marks spare what their layer brought, in whatever folder of it",
      [
        [folder("a"), { path: "a/old" }, folder("a/b"), { path: "a/b/old" }],
        [folder("a"), { path: "a/new" }, folder("a/b"), { path: "a/b/new" }, opaque("a"), { path: "a/b/newer" }],
      ],
      ["a/b/new", "a/b/newer", "a/new"],
    ],
    [
      "an opaque mark takes what its layer brought by another path",
      [
        [folder("real"), link("l", "real")],
        [{ path: "l/x" }, folder("real"), opaque("real"), { path: "real/y" }],
      ],
      ["l -> real", "real/y"],
    ],
    [
      "and a folder of a lower layer that the tar does not name, with all in it",
      [
        [folder("a"), folder("a/b")],
        [{ path: "a/b/new" }, opaque("a")],
      ],
      [],
    ],
    [
      "and spares what its layer put into a folder that the tar does not name",
      [
        [folder("a"), { path: "a/old" }],
        [{ path: "a/b/new" }, opaque("a")],
      ],
      ["a/b/new"],
    ],
    [
      "a chain of links that two layers made",
      [[folder("real"), link("one", "real")], [link("two", "one")], [{ path: "two/x" }]],
      ["one -> real", "real/x", "two -> one"],
    ],
    [
      "a link whose target a later layer turns into a link",
      [
        [folder("a"), { path: "a/x" }, link("l", "a"), folder("b")],
        [{ path: ".wh.a" }, link("a", "b")],
        [{ path: "l/y" }],
      ],
      ["a -> b", "b/y", "l -> a"],
    ],
    [
      "a link that comes after what was put at its place",
      [[folder("b"), { path: "a/x" }, link("a", "b"), { path: "a/y" }]],
      ["a -> b", "b/y"],
    ],
    [
      "a deletion behind a link acts where the link leads, on the path itself",
      [[folder("real"), link("real/x", "y"), { path: "real/y" }, link("l", "real")], [{ path: "l/.wh.x" }]],
      ["l -> real", "real/y"],
    ],
    ["a deletion takes what its own layer put there before", [[{ path: "x" }, { path: ".wh.x" }]], []],
    ["and not what comes after it", [[{ path: ".wh.x" }, { path: "x" }]], ["x"]],
    ["a file over a folder, and a folder over that", [[{ path: "a/b" }], [{ path: "a" }], [{ path: "a/c" }]], ["a/c"]],
    ["a hard link to a link is that link", [[link("l", "nowhere"), hard("h", "l")]], ["h -> nowhere", "l -> nowhere"]],
    ["a hard link outlives its target", [[{ path: "a" }, hard("b", "a")], [{ path: ".wh.a" }]], ["b"]],
    ["a hard link into a lower layer", [[{ path: "a" }], [hard("b", "a"), { path: ".wh.a" }]], ["b"]],
    [
      "a hard link behind linked folders",
      [[folder("real"), { path: "real/a" }, link("l", "real")], [hard("l/b", "l/a")]],
      ["l -> real", "real/a", "real/b"],
    ],
    ["paths that climb end at the root", [[{ path: "../../x" }, hard("y", "../x")]], ["x", "y"]],
    [
      "names with a dot, doubled slashes and a slash in front",
      [[{ path: "./a//b" }, { path: "/c/./d" }, { path: ".e" }, { path: "...f" }]],
      ["...f", ".e", "a/b", "c/d"],
    ],
  ];
  it.each(cases)("%s", async (_name, layers, want) => {
    expect(view(await treeOf(layers))).toEqual(want);
  });

  it("names that are no UTF-8 are different files", async () => {
    const named = (byte: number): TestEntry[] => [
      {
        path: "x",
        type: "x",
        content: Buffer.concat([Buffer.from("11 path=b"), Buffer.from([byte]), Buffer.from("\n")]),
      },
      { path: "short" },
    ];
    const tree = await treeOf([[...named(0xe8), ...named(0xe9)]]);
    expect(view(tree)).toEqual(["b\udce8", "b\udce9"]);
    expect(paxRecord("path", "bX")).toBe("11 path=bX\n");
  });
});

describe("contents of links' targets", () => {
  const store = "root/.local/share/pnpm/store/v10/files/ab/cdef";
  const installed = "app/node_modules/lodash/package.json";
  const content = '{"name":"lodash","version":"4.17.15"}';
  const read = async (layers: TestEntry[][]) => {
    const first = takeInventory(await Promise.all(layers.map((entries) => layer(entries))));
    const wanted = layers.map((_, index) => first.unread.flatMap((file) => (file.layer === index ? [file.path] : [])));
    const facts = await Promise.all(layers.map((entries, index) => layer(entries, wanted[index])));
    return { first, wanted, second: takeInventory(facts) };
  };
  const cases: [string, TestEntry[][], string[][]][] = [
    ["a hard link into a store", [[{ path: store, content }, hard(installed, store)]], [[store]]],
    [
      "a chain of hard links",
      [[{ path: store, content }, hard("b", store), hard("c", "b"), hard(installed, "c")]],
      [[store]],
    ],
    [
      "a store that is gone in the end",
      [[{ path: store, content }, hard(installed, store)], [{ path: ".wh.root" }]],
      [[store], []],
    ],
    ["a store in a lower layer", [[{ path: store, content }], [hard(installed, store)]], [[store], []]],
    [
      "a store behind a linked folder",
      [[folder("real"), link("root", "real"), { path: "root/x", content }, hard(installed, "real/x")]],
      [["root/x"]],
    ],
  ];
  it.each(cases)("%s", async (_name, layers, wanted) => {
    const found = await read(layers);
    expect(found.first.inventory.diagnostics.map(({ code }) => code)).toContain("hard-link-not-read");
    expect(found.wanted).toEqual(wanted);
    expect(found.second.unread).toEqual([]);
    expect(found.second.inventory.packages).toMatchObject([{ name: "lodash", version: "4.17.15", path: installed }]);
    expect(found.second.inventory.diagnostics.map(({ code }) => code)).toEqual(["no-package-database"]);
  });

  it("a database behind a link is read too", async () => {
    const status = "Package: bash\nStatus: install ok installed\nVersion: 5.2\n";
    const found = await read([
      [
        { path: "nix/store/abc-os-release", content: "ID=debian\nVERSION_ID=12\n" },
        link("etc/os-release", "/nix/store/abc-os-release"),
        { path: "data/packages", content: status },
        link("var/lib/dpkg/status", "/data/packages"),
      ],
    ]);
    expect(found.second.inventory).toMatchObject({
      os: { id: "debian", version: "12" },
      packages: [{ name: "bash" }],
      diagnostics: [],
    });
  });

  it("what one layer lacks is told without the others", async () => {
    expect(unreadInLayer(await layer([{ path: store, content }, hard(installed, store)]))).toEqual([store]);
    expect(unreadInLayer(await layer([{ path: store, content }, hard(installed, store)], [store]))).toEqual([]);
    expect(unreadInLayer(await layer([hard(installed, store)]))).toEqual([]);
  });

  it("a link that a later layer replaced needs nothing", async () => {
    const found = await read([[{ path: store, content }, hard(installed, store)], [{ path: installed, content }]]);
    expect(found.wanted).toEqual([[], []]);
    expect(found.first.inventory.packages).toMatchObject([{ name: "lodash", layer: 1 }]);
  });
});

describe("limits cover the image", () => {
  const body = { path: "a/node_modules/a/package.json", content: "x".repeat(1000) };

  it("contents count in every layer and for every hard link", async () => {
    const links = Array.from({ length: 9 }, (_, index) => hard(`a/node_modules/b${index}/package.json`, body.path));
    for (const layers of [[[body, ...links]], Array.from({ length: 10 }, () => [body])]) {
      const tree = await treeOf(layers, { keptBytes: 5500 });
      expect(tree.diagnostics().filter(({ code }) => code === "files-too-large")).toHaveLength(5);
    }
  });

  it("links that lead through many others are followed up to a bound", async () => {
    const far = "./".repeat(40);
    const links = Array.from({ length: 30 }, (_, index) => link(`l${index}`, `${far}l${index + 1}`));
    const files = Array.from({ length: 100 }, (_, index) => ({ path: `l0/${index}/x` }));
    const tree = await treeOf([[...links, folder("l30"), ...files]], { linkParts: 10_000 });
    expect(tree.diagnostics().map(({ code }) => code)).toEqual(["too-many-links"]);
  });

  it("a flood of opaque marks empties each folder once", async () => {
    const tree = new FileTree();
    tree.apply(await layer(Array.from({ length: 50 }, (_, index) => ({ path: `a/${index}` }))), 0);
    const marks = { ...(await layer([])), entries: Array(200_000).fill({ kind: "opaque", path: "a" }) };
    const own = await layer(Array.from({ length: 20_000 }, (_, index) => ({ path: `a/own-${index}` })));
    tree.apply({ ...marks, entries: [...own.entries, ...marks.entries] }, 1);
    expect([...tree.others()]).toHaveLength(20_000);
  });

  it("layers share one account of bytes, entries, names and kept files", async () => {
    const cost = { compressedBytes: 0, uncompressedBytes: 0, entries: 0, pathBytes: 0, keptBytes: 0 };
    const read = (limits: object) => readLayer(inPieces(testTar([body]), 512), { cost, limits });
    await read({});
    expect(cost).toEqual({
      compressedBytes: 2560,
      uncompressedBytes: 2560,
      entries: 1,
      pathBytes: 29,
      keptBytes: 1000,
    });
    await expect(read({ uncompressedBytes: 5000 })).rejects.toMatchObject({ code: "too-large" });
    await expect(read({ entries: 2 })).rejects.toMatchObject({ code: "too-many-entries" });
    await expect(read({ pathBytes: 100 })).rejects.toMatchObject({ code: "too-many-entries" });
    const last = await read({ wantedTotalBytes: 1500 });
    expect(last.diagnostics.map(({ code }) => code)).toEqual(["files-too-large"]);
  });

  it("the ratio counts over all layers, so that many small bombs are one large one", async () => {
    const { zstdCompressSync } = await import("node:zlib");
    const small = zstdCompressSync(
      Buffer.concat([testEntry({ path: "zeros", content: Buffer.alloc(300_000) }), Buffer.alloc(1024)]),
    );
    const cost = { compressedBytes: 0, uncompressedBytes: 0, entries: 0, pathBytes: 0, keptBytes: 0 };
    const limits = { ratioFromBytes: 1_000_000 };
    const read = () => readLayer(inPieces(small, 65_536), { cost, limits });
    for (let count = 0; count < 3; count += 1) await read();
    await expect(read()).rejects.toMatchObject({ code: "compression-bomb" });
  });
});
