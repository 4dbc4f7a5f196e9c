import { describe, expect, it } from "vitest";
import type { LayerFacts } from "./facts.ts";
import { costOfEncoded, decodeLayerFacts, encodeLayerFacts } from "./layer-facts-codec.ts";
import { heldBy } from "./layer-limits.ts";

const facts: LayerFacts = {
  diffId: `sha256:${"a".repeat(64)}`,
  uncompressedBytes: 4096,
  entryCount: 7,
  entries: [
    { kind: "file", path: "etc/os-release", bytes: new Uint8Array([73, 68, 0, 255]), setIdBits: 0 },
    { kind: "file", path: "empty", bytes: new Uint8Array(), setIdBits: 0o4000 },
    { kind: "file", path: "usr/bin/su", bytes: null, setIdBits: 0o4000 },
    { kind: "file", path: "é/package.json", bytes: new Uint8Array(1000).fill(7), setIdBits: 0 },
    { kind: "symbolic", path: "lib", target: "usr/lib" },
    { kind: "hard", path: "a", target: "b", setIdBits: 0o2000 },
    { kind: "whiteout", path: "x" },
    { kind: "opaque", path: "y" },
    "usr/bin/thing",
    "caf\udce9",
    { kind: "directory", path: "usr" },
  ],
  diagnostics: [
    { code: "c", message: "m" },
    { code: "c", message: "m", path: "p" },
  ],
};

describe("stored layer facts", () => {
  it("come back as they were, the same bytes every time", () => {
    const bytes = encodeLayerFacts(facts);
    expect(decodeLayerFacts(bytes)).toEqual(facts);
    expect(Buffer.from(encodeLayerFacts(facts)).equals(Buffer.from(bytes))).toBe(true);
  });

  it("say what they will take in memory before they are unpacked", () => {
    const cost = costOfEncoded(encodeLayerFacts(facts));
    expect(cost).toEqual(heldBy(facts));
    expect(cost).toMatchObject({ entries: 7, keptBytes: 1004 });
    expect(() => costOfEncoded(Buffer.from("BWLF\x01"))).toThrow(RangeError);
  });

  it("decode from a view into a larger buffer and share nothing with it", () => {
    const bytes = encodeLayerFacts(facts);
    const larger = new Uint8Array(bytes.length + 20);
    larger.set(bytes, 10);
    const decoded = decodeLayerFacts(larger.subarray(10, 10 + bytes.length));
    larger.fill(0);
    expect(decoded).toEqual(facts);
  });

  it.each([
    ["nothing", () => new Uint8Array()],
    ["something else", () => Buffer.from("not layer facts")],
    ["a cut off row", () => encodeLayerFacts(facts).subarray(0, 60)],
    ["only the mark", () => encodeLayerFacts(facts).subarray(0, 5)],
  ])("refuse %s", (_name, make) => {
    expect(() => decodeLayerFacts(make())).toThrow(RangeError);
  });
});
