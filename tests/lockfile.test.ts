import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

interface LockEntry {
  version?: string;
  resolved?: string;
  integrity?: string;
  link?: boolean;
  optionalDependencies?: Record<string, string>;
}
const root = path.resolve(import.meta.dirname, "..");
const packages: Record<string, LockEntry> = JSON.parse(
  readFileSync(path.join(root, "package-lock.json"), "utf8"),
).packages;

test("every optional dependency that the lock names is locked, so that `npm ci` works on every platform", () => {
  const missing = Object.entries(packages).flatMap(([where, entry]) =>
    Object.keys(entry.optionalDependencies ?? {})
      .filter((name) => !isLocked(where, name))
      .map((name) => `${where || "(root)"} wants ${name}`),
  );
  expect(
    Object.values(packages).flatMap((entry) => Object.keys(entry.optionalDependencies ?? {})).length,
  ).toBeGreaterThan(50);
  expect(missing).toEqual([]);
});

test("every locked package has a checksum and no address of its own", () => {
  const entries = Object.entries(packages).filter(([where, entry]) => where !== "" && !entry.link);
  expect(entries.length).toBeGreaterThan(300);
  expect(entries.filter(([, entry]) => entry.resolved).map(([where]) => where)).toEqual([]);
  expect(entries.filter(([, entry]) => !entry.integrity).map(([where]) => where)).toEqual([]);
});

test("package.json pins exact versions", () => {
  const manifest = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
  const loose = Object.entries<string>({ ...manifest.dependencies, ...manifest.devDependencies }).filter(
    ([, version]) => !/^\d/.test(version),
  );
  expect(loose).toEqual([]);
});

/** Node looks beside the dependent first, then one folder up at a time. */
function isLocked(where: string, name: string): boolean {
  for (let folder = where; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("/node_modules/")))) {
    if (`${folder ? `${folder}/` : ""}node_modules/${name}` in packages) return true;
    if (folder === "") return false;
    if (!folder.includes("/node_modules/")) return `node_modules/${name}` in packages;
  }
}
