import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { productVersion } from "#domain/product-version.ts";
import { importTable } from "./architecture/import-table.ts";

const root = path.resolve(import.meta.dirname, "..");
const read = (file: string) => readFileSync(path.join(root, file), "utf8");

test("src/README.md lists every folder of src, and no other", () => {
  const listed = named("# The source of Breakwater");
  const folders = readdirSync(path.join(root, "src"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
  expect(listed.toSorted()).toEqual(folders.toSorted());
  expect(listed.toSorted()).toEqual(["engines", ...Object.keys(importTable)].toSorted());
});

test("src/README.md lists every room of store and queries, and no other", () => {
  const rooms = ["store", "queries"].flatMap((folder) =>
    readdirSync(path.join(root, "src", folder), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !["generated", "sql"].includes(entry.name))
      .map((entry) => entry.name),
  );
  expect(named("## Rooms").toSorted()).toEqual([...new Set(rooms)].toSorted());
});

/** The first words of the table rows below a heading. */
function named(heading: string): string[] {
  const [, below = ""] = read("src/README.md").split(heading);
  const section = below.split(/^## /m)[0] ?? "";
  return [...section.matchAll(/^\| `([a-z]+)` \|/gm)].map((match) => match[1] ?? "");
}

test("the version is one", () => {
  expect(productVersion).toBe(JSON.parse(read("package.json")).version);
});
