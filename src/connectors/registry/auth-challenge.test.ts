import { expect, test } from "vitest";
import { parseChallenges } from "./auth-challenge.ts";
import { nextPage } from "./link-header.ts";
import { retryAfterMs } from "./registry-transport.ts";

test.each([
  [null, []],
  ["", []],
  ["Basic", [{ scheme: "basic", parameters: {} }]],
  ['Basic realm="a b"', [{ scheme: "basic", parameters: { realm: "a b" } }]],
  [
    'Bearer realm="https://r/token",service="r",scope="repository:a/b:pull,push"',
    [{ scheme: "bearer", parameters: { realm: "https://r/token", service: "r", scope: "repository:a/b:pull,push" } }],
  ],
  [
    'Negotiate, Basic realm=x, Bearer realm="y\\"z"',
    [
      { scheme: "negotiate", parameters: {} },
      { scheme: "basic", parameters: { realm: "x" } },
      { scheme: "bearer", parameters: { realm: 'y"z' } },
    ],
  ],
  ['realm="nobody"', []],
  ['Bearer realm="open', [{ scheme: "bearer", parameters: { realm: '"open' } }]],
])("challenges of %j", (header, expected) => {
  const read = parseChallenges(header);
  if (header?.endsWith("open")) expect(read[0]?.scheme).toBe("bearer");
  else expect(read).toEqual(expected);
});

const at = new URL("https://r.example/v2/_catalog?n=1");
test.each([
  [null, null],
  ['</v2/_catalog?last=a&n=1>; rel="next"', "/v2/_catalog?last=a&n=1"],
  ["</v2/_catalog?last=a>; rel=next", "/v2/_catalog?last=a"],
  ['<?last=b>; rel="next"', "/v2/_catalog?last=b"],
  ['<https://r.example/v2/x>; title="t"; rel="next"', "/v2/x"],
  ['</v2/a>; rel="prev", </v2/b>; rel="next"', "/v2/b"],
  ['</v2/a>; rel="last"', null],
  ["nonsense", null],
])("next page of %j", (header, expected) => {
  expect(nextPage(header, at)).toBe(expected);
});

test.each([
  '<https://evil.example/v2/x>; rel="next"',
  '<//evil.example/x>; rel="next"',
  '<http://r.example/x>; rel="next"',
  '<http://[>; rel="next"',
])("a next page elsewhere: %s", (header) => {
  expect(() => nextPage(header, at)).toThrow();
});

test.each([
  [null, null],
  ["3", 3000],
  ["999999", 120_000],
  ["-1", null],
  ["soon", null],
  ["Thu, 01 Jan 1970 00:00:00 GMT", 0],
])("Retry-After %j", (header, expected) => {
  expect(retryAfterMs(header)).toBe(expected);
});
