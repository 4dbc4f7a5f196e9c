import { describe, expect, it } from "vitest";
import { parseImageConfig } from "#connectors/registry/image-config.ts";
import { apk } from "#engines/image-scan/analyzers/apk.ts";
import { dpkg } from "#engines/image-scan/analyzers/dpkg.ts";
import { npm } from "#engines/image-scan/analyzers/npm.ts";
import { npmLock } from "#engines/image-scan/analyzers/npm-lock.ts";
import { npmPlace } from "#engines/image-scan/analyzers/npm-place.ts";
import { osRelease } from "#engines/image-scan/analyzers/os-release.ts";
import { baseLayers } from "#engines/image-scan/base-layers.ts";
import { nameOf } from "#engines/image-scan/byte-names.ts";
import type { LayerEntry, LayerFacts } from "#engines/image-scan/facts.ts";
import { takeInventory } from "#engines/image-scan/inventory.ts";
import { cleanPath } from "#engines/image-scan/layer-path.ts";
import { readLayer } from "#engines/image-scan/read-layer.ts";
import { paxRecord, testTar } from "#engines/image-scan/write-test-tar.ts";
import { countOperations } from "./support/count-operations.ts";

const bytes = (text: string) => Buffer.from(text);
const facts = (entries: LayerEntry[]): LayerFacts => ({
  diffId: "",
  uncompressedBytes: 0,
  entryCount: entries.length,
  entries,
  diagnostics: [],
});
const file = (path: string, content: string): LayerEntry => ({
  kind: "file",
  path,
  bytes: bytes(content),
  setIdBits: 0,
});
const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
const loose = { pathLength: 10 ** 9, pathDepth: 10 ** 9 };
async function* pieces(tar: Buffer) {
  for (let at = 0; at < tar.length; at += 1000) yield tar.subarray(at, at + 1000);
}

/** Hostile input of a size that can be doubled, for everything that reads what stands in an image. */
const cases: [string, (size: number) => unknown][] = [
  ["os-release of blanks", (n) => osRelease.parse(bytes(`NAME=${" ".repeat(n)}x`), "etc/os-release")],
  ["os-release of keys", (n) => osRelease.parse(bytes("A=b\n".repeat(n)), "etc/os-release")],
  ["os-release of brackets", (n) => takeInventory([facts([file("etc/os-release", `ID=x\nVERSION=${"(".repeat(n)}`)])])],
  ["dpkg of empty lines", (n) => dpkg.parse(bytes(`${"\n".repeat(n)}x`), "status")],
  ["dpkg of blanks between lines", (n) => dpkg.parse(bytes(`\n${" ".repeat(n)}x`.repeat(3)), "status")],
  ["dpkg of broken records", (n) => dpkg.parse(bytes("Package: a\n\n".repeat(n)), "status")],
  ["dpkg with one long line", (n) => dpkg.parse(bytes(`Package: a\nVersion: ${"+b1".repeat(n)}\n`), "status")],
  [
    "dpkg with a source of brackets",
    (n) => dpkg.parse(bytes(`Package: a\nVersion: 1\nSource: a ${"(".repeat(n)}`), "status"),
  ],
  ["dpkg with a status of blanks", (n) => dpkg.parse(bytes(`Package: a\nStatus: a${" ".repeat(n)}b`), "status")],
  ["apk of blank lines", (n) => apk.parse(bytes(`P:a\n${" \n".repeat(n)}V:1`), "installed")],
  ["apk of broken blocks", (n) => apk.parse(bytes("P:a\n\n".repeat(n)), "installed")],
  ["package.json of brackets", (n) => npm.parse(bytes("[".repeat(n)), "package.json")],
  [
    "package.json with a long version",
    (n) => npm.parse(bytes(`{"name":"a","version":"${"=v".repeat(n)}"}`), "package.json"),
  ],
  [
    "a lockfile of nested dependencies",
    (n) => npmLock.parse(bytes(`${'{"dependencies":{"a":'.repeat(n)}{}${"}}".repeat(n)}`), "package-lock.json"),
  ],
  [
    "a lockfile of many packages",
    (n) =>
      npmLock.parse(
        bytes(
          `{"packages":{${times(n, (index) => `"node_modules/a${index}":{"version":"1.0.0","dev":true}`).join()}}}`,
        ),
        "package-lock.json",
      ),
  ],
  ["a path of node_modules", (n) => npmPlace(`${"node_modules/a/".repeat(n)}package.json`)],
  ["a path of test folders", (n) => npmPlace(`node_modules/a/${"b/".repeat(n)}node_modules/c/package.json`)],
  ["a path of dots", (n) => cleanPath("a/../".repeat(n), loose, () => undefined)],
  ["a name that is no UTF-8", (n) => nameOf(Buffer.alloc(n, 0xe9))],
  [
    "pax records",
    (n) => readLayer(pieces(testTar([{ path: "x", type: "x", content: paxRecord("a", "b").repeat(n) }]))),
  ],
  ["a tar of small files", (n) => readLayer(pieces(testTar(times(n, (index) => ({ path: `a/${index}` })))))],
  [
    "a history of layers",
    (n) =>
      baseLayers(
        times(n, () => ({ created_by: "CMD".padStart(20), empty_layer: true })),
        {},
        5,
      ),
  ],
  [
    "a configuration with a long history",
    (n) =>
      parseImageConfig(
        bytes(JSON.stringify({ rootfs: { diff_ids: [] }, history: times(n, () => ({ created_by: "RUN x" })) })),
      ),
  ],
  [
    "hard links to one file",
    (n) =>
      takeInventory([
        facts([
          file("a/node_modules/a/package.json", '{"name":"a","version":"1.0.0"}'),
          ...times(n, (index): LayerEntry => {
            const path = `b${index}/node_modules/a/package.json`;
            return { kind: "hard", path, target: "a/node_modules/a/package.json", setIdBits: 0 };
          }),
        ]),
      ]),
  ],
  [
    "one file written again in every layer",
    (n) =>
      takeInventory(times(n, () => facts([file("a/node_modules/a/package.json", '{"name":"a","version":"1.0.0"}')]))),
  ],
  [
    "one database written again in every layer",
    (n) => takeInventory(times(n, () => facts([file("var/lib/dpkg/status", "Package: a\nVersion: 1\n")]))),
  ],
  [
    "opaque marks over what stays",
    (n) =>
      takeInventory([
        facts([...times(n, (index) => `a/${index}`), ...times(n, (): LayerEntry => ({ kind: "opaque", path: "a" }))]),
      ]),
  ],
  [
    "folders that are replaced again and again",
    (n) => takeInventory([facts(times(n, (index): LayerEntry[] => [`a/${index}/b`, `a/${index}`]).flat())]),
  ],
  [
    "links that are put between files",
    (n) =>
      takeInventory([
        facts(
          times(n, (index): LayerEntry[] => [
            { kind: "symbolic", path: `l${index}`, target: "x" },
            `d/${index}/f`,
          ]).flat(),
        ),
      ]),
  ],
  [
    "many lockfiles",
    (n) => takeInventory([facts(times(n, (index) => file(`p${index}/package-lock.json`, '{"packages":{}}')))]),
  ],
  [
    "lists of owned files",
    (n) =>
      takeInventory([
        facts([
          file("var/lib/dpkg/status", "Package: a\nVersion: 1\n"),
          file("var/lib/dpkg/info/a.list", "/x/node_modules/a/package.json\n".repeat(n)),
        ]),
      ]),
  ],
];

/** Twice the input may cost a little more than twice the work, for what grows by the logarithm. */
const MOST_GROWTH = 2.6;

async function growth(work: (size: number) => unknown, size: number): Promise<number> {
  // The first run also counts what is only done once.
  await countOperations(() => work(size));
  const once = await countOperations(() => work(size));
  const twice = await countOperations(() => work(size * 2));
  expect(once).toBeGreaterThan(0);
  return twice / once;
}

describe("work grows with the input and no faster", () => {
  it.each(cases)("%s", { timeout: 60_000 }, async (_name, work) => {
    expect(await growth(work, 400)).toBeLessThan(MOST_GROWTH);
  });

  it("a reader that looks at everything again for each line would be seen", async () => {
    const careless = (n: number) => {
      const text = "a\n".repeat(n);
      for (let line = 0; line < n; line += 1) text.indexOf("x", line);
      return cleanPath(text, loose, () => undefined);
    };
    expect(await growth(careless, 400)).toBeGreaterThan(3.5);
  });
});
