import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dockerArchive } from "./golden/image-scan/make-archives.ts";

const root = path.resolve(import.meta.dirname, "..");
let copy = "";

/** A package manager that does not exist: one line `name version` per package in `var/lib/opossum/installed`. */
const entry = `
  opossum: {
    label: "Opossum",
    noun: ["Opossum package", "Opossum packages"],
    purlType: "generic",
    isSystem: false,
    upgradesBySource: false,
    groupSeparator: null,
    ecosystems: ["Opossum"],
    rangeType: "ECOSYSTEM",
    osvFeeds: {},
    databaseAnalysers: ["opossum"],
    upgradeCommand: ({ name, target, quote }) => \`opossum get \${quote(\`\${name}=\${target}\`)}\`,
  },
`;

const kind = `
import { type Analyzer, textOf } from "../analyzers/analyzer.ts";
import type { InstalledPackage } from "../facts.ts";
import { languagePackageUrl } from "../package-url.ts";
import { compare } from "../versions/deb.ts";
import type { ImagePackageKind, KindFindings, ReadContext } from "./image-package-kind.ts";

const place = "var/lib/opossum/installed";
const analyzer: Analyzer<string[]> = {
  name: "opossum",
  version: 1,
  lastCharacters: "d",
  isWanted: (path) => path === place,
  parse: (bytes) => ({ result: textOf(bytes).split("\\n").filter(Boolean), diagnostics: [] }),
};

export const opossum: ImagePackageKind = {
  type: "opossum",
  analyzers: [analyzer],
  compare,
  ecosystems: { Opossum: { name: "binary", precedence: [] } },
  distributions: {},
  reader: () => ({ read }),
};

function read({ tree }: ReadContext): KindFindings {
  const file = tree.file(place);
  const lines = file === null ? [] : analyzer.parse(file.bytes, place).result;
  const packages = lines.map((line): InstalledPackage => {
    const [name = "", version = ""] = line.split(" ");
    const identity = { name, version, sourceName: name, sourceVersion: version };
    const purl = languagePackageUrl("opossum", name, version);
    return { type: "opossum", ecosystem: "Opossum", ...identity, arch: null, purl, path: place, layer: file?.layer ?? 0, dev: false, analyser: "opossum" };
  });
  return { packages, skipped: [], diagnostics: [], hasDatabase: false };
}
`;

const inCopy = (file: string) => path.join(copy, file);

function edit(file: string, change: (text: string) => string): void {
  const before = readFileSync(inCopy(file), "utf8");
  const after = change(before);
  if (after === before) throw new Error(`${file} was not changed`);
  writeFileSync(inCopy(file), after);
}

/** Files that the compiler names, without double. */
function filesWithErrors(): string[] {
  const tsc = path.join(root, "node_modules/typescript/bin/tsc");
  const { stdout, error } = spawnSync(process.execPath, [tsc, "-p", copy, "--pretty", "false"], {
    cwd: copy,
    encoding: "utf8",
  });
  if (error) throw error;
  const named = stdout.split("\n").flatMap((line) => /^(\S+?)\(\d+,\d+\): error TS/.exec(line)?.[1] ?? []);
  return [...new Set(named)].map((file) => file.replaceAll("\\", "/")).sort();
}

beforeAll(() => {
  copy = mkdtempSync(path.join(os.tmpdir(), "package-kinds-"));
  // Tests of other parts read files beside src.
  cpSync(path.join(root, "src"), inCopy("src"), { recursive: true, filter: (from) => !/\.test\.tsx?$/.test(from) });
  for (const file of ["package.json", "tsconfig.json"]) cpSync(path.join(root, file), inCopy(file));
  edit("tsconfig.json", (text) =>
    text
      .replace(/"include": \[[^\]]*\]/, '"include": ["src/**/*.ts", "src/**/*.tsx"]')
      .replace('"incremental": true,', ""),
  );
  symlinkSync(path.join(root, "node_modules"), inCopy("node_modules"));
});

afterAll(() => rmSync(copy, { recursive: true, force: true }));

describe("the next kind of package", () => {
  it("is asked for by the compiler in one more place than the table of kinds, and nowhere else", {
    timeout: 180_000,
  }, () => {
    expect(filesWithErrors()).toEqual([]);
    edit("src/domain/package-kind.ts", (text) => text.replace("export const packageKinds = {", `$&${entry}`));
    expect(filesWithErrors()).toEqual(["src/engines/image-scan/kinds/all-kinds.ts"]);
    writeFileSync(inCopy("src/engines/image-scan/kinds/opossum.ts"), kind);
    edit("src/engines/image-scan/kinds/all-kinds.ts", (text) =>
      text
        .replace("{ deb, apk, npm }", "{ deb, apk, npm, opossum }")
        .replace('import { npm } from "./npm.ts";', '$&\nimport { opossum } from "./opossum.ts";'),
    );
    expect(filesWithErrors()).toEqual([]);
  });

  it("is then read, matched, named in the SBOM and part of exit codes", { timeout: 60_000 }, () => {
    mkdirSync(inCopy("in"), { recursive: true });
    const content = "pouch 1.0\nwhiskers 2.0\n";
    dockerArchive(inCopy("in/app.tar"), { layers: [[{ path: "var/lib/opossum/installed", content }]] });
    const affected = (fixed: string) => [{ type: "ECOSYSTEM", events: [{ introduced: "0" }, { fixed }] }];
    const record = (id: string, name: string, fixed: string) => ({
      id,
      affected: [{ package: { ecosystem: "Opossum", name }, ranges: affected(fixed) }],
      database_specific: { severity: "HIGH" },
    });
    const records = [record("OPO-1", "pouch", "1.5"), record("OPO-2", "whiskers", "2.0")];
    writeFileSync(inCopy("in/opossum.ndjson"), records.map((one) => `${JSON.stringify(one)}\n`).join(""));
    const scan = (...args: string[]) =>
      spawnSync(
        process.execPath,
        [inCopy("src/cli/main.ts"), "scan", "in/app.tar", "--advisories", "in/opossum.ndjson", ...args],
        { cwd: copy, encoding: "utf8" },
      );
    const json = scan("--format", "json", "--fail-on", "high");
    expect(json.stderr).toBe("");
    const result = JSON.parse(json.stdout);
    expect(result.packages.map((found: { purl: string }) => found.purl)).toEqual([
      "pkg:generic/pouch@1.0",
      "pkg:generic/whiskers@2.0",
    ]);
    expect(result.findings).toMatchObject([{ id: "OPO-1", package: "pouch", fixedVersion: "1.5" }]);
    expect(json.status).toBe(1);
    expect(scan("--format", "cyclonedx").stdout).toContain("pkg:generic/pouch@1.0");
  });
});
