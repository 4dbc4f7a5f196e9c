import { describe, expect, it } from "vitest";
import { inventory } from "./inventory.ts";
import { decodeLayerFacts, encodeLayerFacts } from "./layer-facts-codec.ts";
import { readLayer } from "./read-layer.ts";
import { inPieces, type TestEntry, testTar } from "./write-test-tar.ts";

const layer = (entries: TestEntry[]) => readLayer(inPieces(testTar(entries), 64 * 1024));
const found = async (...layers: TestEntry[][]) =>
  inventory(await Promise.all(layers.map((entries) => layer(entries)))).setIdFiles?.files.map(
    ({ path, bits }) => `${path} ${bits.toString(8)}`,
  );
const su: TestEntry = { path: "usr/bin/su", mode: 0o4755 };

describe("files with the set-user-id or set-group-id bit", () => {
  const cases: [string, TestEntry[][], string[]][] = [
    [
      "are regular files only",
      [
        [
          su,
          { path: "usr/bin/wall", mode: 0o2755 },
          { path: "usr/bin/both", mode: 0o6755 },
          { path: "bin/ls", mode: 0o755 },
          { path: "var/mail", type: "5", mode: 0o2775 },
          { path: "tmp", type: "5", mode: 0o1777 },
          { path: "usr/bin/link", type: "2", link: "su", mode: 0o4777 },
          { path: "dev/x", type: "3", mode: 0o4755 },
        ],
      ],
      ["usr/bin/both 6000", "usr/bin/su 4000", "usr/bin/wall 2000"],
    ],
    ["a later layer takes them away by deleting", [[su], [{ path: "usr/bin/.wh.su" }]], []],
    ["a later layer takes them away by hiding their folder", [[su], [{ path: "usr/bin/.wh..wh..opq" }]], []],
    ["a later layer takes the bit away", [[su], [{ path: "usr/bin/su", mode: 0o755 }]], []],
    ["a later layer adds the bit", [[{ path: "usr/bin/su" }], [su]], ["usr/bin/su 4000"]],
    ["a file in the way of its folder takes them away", [[su], [{ path: "usr" }]], []],
    ["the last entry of a path counts", [[su, { path: "usr/bin/su", mode: 0o755 }]], []],
    [
      "lie where a linked folder leads",
      [
        [
          { path: "bin", type: "2", link: "usr/bin" },
          { path: "usr/bin", type: "5" },
        ],
        [{ path: "bin/su", mode: 0o4755 }],
      ],
      ["usr/bin/su 4000"],
    ],
    [
      "a deletion through a linked folder counts",
      [[su, { path: "bin", type: "2", link: "usr/bin" }], [{ path: "bin/.wh.su" }]],
      [],
    ],
    [
      "hard links carry the bits",
      [[su, { path: "usr/bin/other", type: "1", link: "usr/bin/su", mode: 0o4755 }]],
      ["usr/bin/other 4000", "usr/bin/su 4000"],
    ],
    [
      "a kept file is one as well, also through a hard link",
      [
        [
          { path: "etc/os-release", content: "ID=debian", mode: 0o4644 },
          { path: "usr/lib/os-release", type: "1", link: "etc/os-release" },
        ],
      ],
      ["etc/os-release 4000", "usr/lib/os-release 4000"],
    ],
    [
      "a mode without sense is none",
      [
        [
          { path: "a", mode: "hello!!!" },
          { path: "b", mode: "        " },
        ],
      ],
      [],
    ],
    ["a mode with spaces in front counts", [[{ path: "a", mode: "  4755 \0" }]], ["a 4000"]],
  ];
  it.each(cases)("%s", async (_, layers, expected) => expect(await found(...layers)).toEqual(expected));

  it("come back from the store", async () => {
    const read = await layer([su, { path: "x", mode: 0o2755 }]);
    expect(inventory([decodeLayerFacts(encodeLayerFacts(read))]).setIdFiles).toEqual({
      files: [
        { path: "usr/bin/su", bits: 0o4000 },
        { path: "x", bits: 0o2000 },
      ],
      count: 2,
    });
  });

  it("a flood of them is counted, and named up to a limit", async () => {
    const flood = Array.from({ length: 3000 }, (_, index) => ({ path: `f${index}`, mode: 0o4755 }));
    const { setIdFiles } = inventory([await layer(flood)]);
    expect(setIdFiles?.files).toHaveLength(1000);
    expect(setIdFiles?.count).toBe(3000);
  });
});
