import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

const root = path.resolve(import.meta.dirname, "..");
const files = ["src", "tests"].flatMap((folder) =>
  readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => /\.test\.tsx?$/.test(file))
    .map((file) => path.join(folder, file)),
);

test("a test that cannot run here says why: none is switched off without words", () => {
  expect(files.length).toBeGreaterThan(60);
  const silent = files.filter((file) => {
    const text = readFileSync(path.join(root, file), "utf8");
    return (
      /\b(?:test|it|describe)(?:\.\w+)*\.(?:skipIf|runIf|skip|todo)\s*\(/.test(text) || /context\.skip\(\)/.test(text)
    );
  });
  expect(silent.filter((file) => file !== path.join("tests", "skips.test.ts"))).toEqual([]);
});

test("what lies beside the clone may be used where it is there, and is never required", () => {
  const beside = files.filter((file) => /["'`](?:\.\.\/)+shared\//.test(readFileSync(path.join(root, file), "utf8")));
  for (const file of beside)
    expect(readFileSync(path.join(root, file), "utf8"), file).toMatch(/(?:describe|test)Where\(/);
});
