import { gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { readCappedBody, readCappedJson } from "./read-capped-body.ts";

/** A request as Node delivers it: chunks one after the other, `content-length` only where the sender set it. */
function request(chunks: Uint8Array[], headers: Record<string, string> = {}) {
  let pulled = 0;
  let isCancelled = false;
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const chunk = chunks[pulled];
        pulled += 1;
        if (chunk) controller.enqueue(chunk);
        else controller.close();
      },
      cancel() {
        isCancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  const made = new Request("http://127.0.0.1/x", { method: "POST", body, headers, duplex: "half" } as RequestInit);
  return { made, pulled: () => pulled, isCancelled: () => isCancelled };
}
const bytes = (text: string) => new TextEncoder().encode(text);
const limits = { maxBytes: 1000 };

describe("readCappedBody", () => {
  test("returns the bytes, with and without a length", async () => {
    const parts = [bytes("ab"), bytes("c")];
    expect((await readCappedBody(request(parts).made, limits)).toString()).toBe("abc");
    expect((await readCappedBody(request(parts, { "content-length": "3" }).made, limits)).toString()).toBe("abc");
    expect(await readCappedBody(new Request("http://127.0.0.1/x", { method: "POST" }), limits)).toHaveLength(0);
  });

  test("a declared length over the limit is refused before anything is read", async () => {
    const sent = request([bytes("x")], { "content-length": "1001" });
    await expect(readCappedBody(sent.made, limits)).rejects.toMatchObject({ code: "too-large" });
    expect(sent.pulled()).toBe(0);
  });

  test("an endless body is refused at the limit and given up", async () => {
    const sent = request(Array.from({ length: 10_000 }, () => new Uint8Array(100)));
    await expect(readCappedBody(sent.made, limits)).rejects.toMatchObject({ code: "too-large" });
    expect(sent.pulled()).toBeLessThan(20);
    expect(sent.isCancelled()).toBe(true);
  });

  test("exactly the limit is fine, one more is not", async () => {
    expect(await readCappedBody(request([new Uint8Array(1000)]).made, limits)).toHaveLength(1000);
    await expect(readCappedBody(request([new Uint8Array(1001)]).made, limits)).rejects.toMatchObject({
      code: "too-large",
    });
  });

  test.each(["2", "4"])("a body of 3 bytes that says %s was cut or stuffed", async (length) => {
    await expect(
      readCappedBody(request([bytes("abc")], { "content-length": length }).made, limits),
    ).rejects.toMatchObject({ code: "bad-request" });
  });

  test.each([
    ["gzip", gzipSync],
    ["zstd", zstdCompressSync],
  ] as const)("%s is unpacked up to its own limit", async (encoding, pack) => {
    const headers = { "content-encoding": encoding };
    const small = request([pack(bytes("hello"))], headers);
    expect((await readCappedBody(small.made, limits)).toString()).toBe("hello");
    const bomb = pack(new Uint8Array(5_000_000));
    expect(bomb.length).toBeLessThan(10_000);
    const wide = { maxBytes: 10_000, maxUnpackedBytes: 100_000 };
    await expect(readCappedBody(request([bomb], headers).made, wide)).rejects.toMatchObject({ code: "too-large" });
    const cut = pack(bytes("hello".repeat(100))).subarray(0, 20);
    await expect(readCappedBody(request([cut], headers).made, limits)).rejects.toMatchObject({ code: "bad-request" });
    await expect(readCappedBody(request([bytes("not packed at all")], headers).made, limits)).rejects.toMatchObject({
      code: "bad-request",
    });
  });

  test.each(["br", "deflate", "gzip, gzip", "x".repeat(200)])("content encoding %j is not read", async (encoding) => {
    await expect(
      readCappedBody(request([bytes("x")], { "content-encoding": encoding }).made, limits),
    ).rejects.toMatchObject({
      code: "unsupported-media-type",
    });
  });
});

describe("readCappedJson", () => {
  test.each([
    ['{"a":1}', { a: 1 }],
    ["null", null],
    ["", undefined],
  ])("%j", async (text, want) => expect(await readCappedJson(request([bytes(text)]).made, limits)).toEqual(want));

  test.each(["{", "a=1", "\u0000", "[1,]"])("%j is not JSON", async (text) => {
    await expect(readCappedJson(request([bytes(text)]).made, limits)).rejects.toMatchObject({ code: "bad-request" });
  });

  test("text that is not UTF-8 is refused, not replaced", async () => {
    await expect(readCappedJson(request([new Uint8Array([0x22, 0xff, 0x22])]).made, limits)).rejects.toMatchObject({
      code: "bad-request",
    });
  });
});
