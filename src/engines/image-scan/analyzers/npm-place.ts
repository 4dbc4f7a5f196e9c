/** What a package.json is by where it lies. */
export type NpmPlace =
  /** Installed by a package manager. */
  | { kind: "installed" }
  /** Installed in the tests of another package, which carries the tree along as its own material. */
  | { kind: "testMaterial"; of: string };

/** Folders inside a package that hold its tests. The name of a package is none of them, nor is a folder outside packages. */
const testFolders = new Set([
  ...["test", "tests", "__tests__", "spec", "specs", "__mocks__", "mock", "mocks", "example", "examples"],
  ...["fixture", "fixtures", "__fixtures__", "testdata", "test-fixtures"],
]);

/** Yarn as the official Node images carry it, and as its Debian package and corepack's cache lay it down. */
const standaloneTool =
  /(?:^|\/)(?:yarn-v\d[^/]*|share\/yarn|corepack\/(?:v1\/)?(?:yarn|pnpm|npm)\/[^/]+)\/package\.json$/;

/**
 * Where a package.json lies: `…/node_modules/<name>/package.json`, the same in Yarn's own store
 * (`node_modules/.store/<locator>/package`), or a package manager that was unpacked by itself. Null = no install.
 */
export function npmPlace(path: string): NpmPlace | null {
  if (standaloneTool.test(path)) return { kind: "installed" };
  const parts = path.split("/");
  const last = parts.lastIndexOf("node_modules");
  if (last < 0 || !isPackageFolder(parts.slice(last + 1, -1))) return null;
  const of = testedPackage(parts, last);
  return of === null ? { kind: "installed" } : { kind: "testMaterial", of };
}

/** The parts between the last `node_modules` and the file: `<name>`, `@scope/<name>` or `.store/<locator>/package`. */
function isPackageFolder(parts: readonly string[]): boolean {
  const [first = "", second, third] = parts;
  if (first === ".store") return parts.length === 3 && second !== "" && third === "package";
  if (first.startsWith("@")) return parts.length === 2 && second !== "";
  return parts.length === 1 && first !== "" && !first.startsWith(".");
}

/** The outermost package in whose test folder the `node_modules` at `last` lies; null when it lies in none. */
function testedPackage(parts: readonly string[], last: number): string | null {
  for (let at = parts.indexOf("node_modules"); at >= 0 && at < last; at = parts.indexOf("node_modules", at + 1)) {
    const first = parts[at + 1] ?? "";
    const name = first.startsWith("@") ? `${first}/${parts[at + 2] ?? ""}` : first;
    const end = parts.indexOf("node_modules", at + 1);
    // Folders of package managers (`.pnpm/<name>@<version>`) are no packages and have no tests.
    if (first.startsWith(".")) continue;
    const inside = parts.slice(at + (first.startsWith("@") ? 3 : 2), end);
    if (inside.some((part) => testFolders.has(part))) return name;
  }
  return null;
}
