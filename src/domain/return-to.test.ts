import { describe, expect, test } from "vitest";
import { safeReturnTo } from "./return-to.ts";

describe("safeReturnTo", () => {
  const kept = [
    "/",
    "/compute/containers",
    "/compute/containers?sort=risk&q=a%2Fb",
    "/images/sha256:abc?at=r%2Frepo#fix",
    "/registries/1/repos/team/app",
    "/notices?returnTo=%2F%2Fevil.example",
    "/logins",
    "/search?q=https://example.com/a",
  ];
  test.each(kept)("keeps %s", (path) => expect(safeReturnTo(path)).toBe(path));

  const refused: unknown[] = [
    "",
    "compute",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\/evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "/\u0000/evil.example",
    "/a\\..\\b",
    "https://evil.example",
    "https:evil.example",
    "http:/evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "/.//evil.example",
    "/..//evil.example",
    "/a/..//evil.example",
    "/%2e//evil.example",
    "/login",
    "/login?returnTo=/login",
    "/setup?token=x",
    "/api/auth/sign-out",
    "/_next/static/x.js",
    `/${"a".repeat(2000)}`,
    undefined,
    null,
    ["/a"],
    { toString: () => "/a" },
  ];
  test.each(refused.map((value) => [value]))("refuses %j", (value) => expect(safeReturnTo(value)).toBe("/"));

  test("what it returns always resolves to the same origin", () => {
    for (const value of [...kept, ...refused]) {
      expect(new URL(safeReturnTo(value), "http://127.0.0.1:3000").origin).toBe("http://127.0.0.1:3000");
    }
  });
});
