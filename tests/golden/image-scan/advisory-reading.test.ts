import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { run } from "#cli/scan.ts";
import { dockerArchive } from "./make-archives.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "advisory-reading-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Ids of what `scan` finds in an image with these npm packages when the advisories are this text. */
async function found(packages: Record<string, string>, advisories: string): Promise<string[]> {
  const entries = Object.entries(packages).map(([name, version]) => ({
    path: `app/node_modules/${name}/package.json`,
    content: JSON.stringify({ name, version }),
  }));
  const archive = dockerArchive(path.join(folder, "image.tar"), { layers: [entries] });
  const feed = path.join(folder, "npm.ndjson");
  writeFileSync(feed, advisories);
  let out = "";
  const terminal = { stdout: { write: (text: string) => (out += text) }, stderr: { write: () => undefined } };
  await run([archive, "--advisories", feed, "--format", "json"], terminal);
  const result: { findings: { id: string }[] } = JSON.parse(out);
  return result.findings.map(({ id }) => id);
}

const line = (name: string, more = "") =>
  `{"id":"GHSA-1","affected":[{"package":{"ecosystem":"npm","name":${name}},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"}]}]${more}}]}\n`;
const other = '{"id":"GHSA-2","affected":[{"package":{"ecosystem":"npm","name":"other"}}]}\n';

it.each([
  ["plain", '"@babel/traverse"'],
  ["an escaped slash", '"@babel\\/traverse"'],
  ["escaped letters", '"\\u0040babel/\\u0074raverse"'],
])("a name is compared as it reads, not as it is written: %s", async (_case, name) => {
  expect(await found({ "@babel/traverse": "7.0.0" }, line(name) + other)).toEqual(["GHSA-1"]);
});

it("a key that is written with escapes is a key", async () => {
  const escaped = line('"@babel/traverse"').replaceAll('"name"', '"n\\u0061me"');
  expect(await found({ "@babel/traverse": "7.0.0" }, escaped + other)).toEqual(["GHSA-1"]);
});

it("versions behind the last one that is known to be affected are clean", async () => {
  const bounded = line('"x"', ',"database_specific":{"last_known_affected_version_range":"<= 1.2.3"}');
  expect(await found({ x: "1.2.3" }, bounded + other)).toEqual(["GHSA-1"]);
  expect(await found({ x: "1.2.4" }, bounded + other)).toEqual([]);
});
