import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { productVersion } from "#domain/product-version.ts";
import { importTable } from "./architecture/import-table.ts";

const root = path.resolve(import.meta.dirname, "..");
const read = (file: string) => readFileSync(path.join(root, file), "utf8");

test("src/README.md lists every folder of src, and no other", () => {
  const listed = [...read("src/README.md").matchAll(/^\| `([a-z]+)` \|/gm)].map((match) => match[1]);
  const folders = readdirSync(path.join(root, "src"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
  expect(listed.toSorted()).toEqual(folders.toSorted());
  expect(listed.toSorted()).toEqual(["engines", ...Object.keys(importTable)].toSorted());
});

test("the version is one", () => {
  expect(productVersion).toBe(JSON.parse(read("package.json")).version);
});
