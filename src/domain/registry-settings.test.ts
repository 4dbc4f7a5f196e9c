import { expect, test } from "vitest";
import { isIgnoredTag, RegistrySettings, RepositoryName, TagName } from "./registry-settings.ts";

test.each([
  ["pr-7", ["pr-*"], true],
  ["pr-", ["pr-*"], true],
  ["apr-7", ["pr-*"], false],
  ["1.0-rc1", ["*-rc*"], true],
  ["1.0", ["*-rc*"], false],
  ["abcabc", ["a*bc"], true],
  ["ab", ["a*b*b"], false],
  ["aa", ["a*a"], true],
  ["a", ["a*a"], false],
  ["latest", ["latest"], true],
  ["latest2", ["latest"], false],
  ["anything", ["*"], true],
  ["a.b", ["a?b"], false],
  ["x", [], false],
])("tag %s with %j", (tag, patterns, ignored) => {
  expect(isIgnoredTag(tag, patterns)).toBe(ignored);
});

test("a pattern cannot take long", () => {
  expect(isIgnoredTag("a".repeat(128), [`${"a*".repeat(60)}b`])).toBe(false);
});

test.each(["a", "a/b", "a-b/c_d/e.f", "a__b", "a--b", "0/1"])("repository %s", (name) =>
  expect(RepositoryName.safeParse(name).success).toBe(true),
);
test.each(["", "A", "a/", "/a", "a//b", "a/../b", "a_-b", "a..b", "-a", "a b", "a".repeat(256)])(
  "no repository: %j",
  (name) => expect(RepositoryName.safeParse(name).success).toBe(false),
);
test.each(["latest", "1.0", "_x", "A-b.c"])("tag name %s", (name) =>
  expect(TagName.safeParse(name).success).toBe(true),
);
test.each(["", ".a", "-a", "a/b", "a:b", "a".repeat(129)])("no tag name: %j", (name) =>
  expect(TagName.safeParse(name).success).toBe(false),
);

test("an empty object is a complete setting", () => {
  expect(RegistrySettings.parse({})).toEqual({
    ignoreTags: [],
    repositories: null,
    retireUntagged: true,
    reconcileMinutes: 15,
    plainHttp: false,
  });
});
