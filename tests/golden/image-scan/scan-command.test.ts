import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { run } from "../../../src/cli/scan.ts";
import type { ScanResult } from "../../../src/cli/scan-result.ts";
import {
  alpineImage,
  debianApp,
  dockerArchive,
  ociArchive,
  ociFiles,
  writeAdvisories,
  writeLayout,
} from "./make-archives.ts";

const root = path.resolve(import.meta.dirname, "../../..");
let folder = "";
let docker = "";
let advisories = "";

beforeAll(() => {
  // Whether a release is out of support depends on the day.
  vi.useFakeTimers({ toFake: ["Date"], now: new Date("2026-11-24T12:00:00Z") });
  folder = mkdtempSync(path.join(os.tmpdir(), "scan-command-"));
  docker = dockerArchive(path.join(folder, "app.tar"), debianApp);
  advisories = writeAdvisories(path.join(folder, "advisories"));
});
afterAll(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs the command in this process; one test below starts the real program. */
async function cli(...args: string[]): Promise<{ status: number; out: string; err: string }> {
  const written = { out: "", err: "" };
  const listen = (to: "out" | "err") => ({ write: (text: string) => (written[to] += text) });
  const status = await run(args.slice(1), { stdout: listen("out"), stderr: listen("err") });
  return { status, ...written };
}

async function scanJson(...args: string[]): Promise<ScanResult> {
  const { status, out, err } = await cli("scan", ...args, "--format", "json");
  expect({ status, err }).toEqual({ status: 0, err: "" });
  return JSON.parse(out);
}

const packagesOf = (result: ScanResult) => result.packages.map((pkg) => `${pkg.name} ${pkg.version} L${pkg.layer}`);
const appPackages = ["libssl3 3.0.11-1~deb12u2 L2", "zlib1g 1:1.2.13.dfsg-1 L0", "lodash 4.17.15 L1"];

describe("scan, whole report", () => {
  it("JSON of a Debian image with a Node application", async () => {
    const result = await scanJson(docker, "--advisories", advisories);
    await expect(`${JSON.stringify(result, null, 2)}\n`).toMatchFileSnapshot("./debian-app.golden");
  });

  it("one finding per flaw and package, hidden ones with their reason, deleted packages with none", async () => {
    const result = await scanJson(docker, "--advisories", advisories);
    const rows = result.findings.map((finding) => [
      finding.id,
      finding.package,
      finding.severity,
      finding.fixedVersion,
      finding.kev,
      finding.epss,
      finding.layer,
      finding.hidden !== null,
    ]);
    expect(rows).toEqual([
      ["CVE-2023-0001", "libssl3", "critical", "3.0.13-1", false, 0.91, 2, false],
      ["CVE-2020-8203", "lodash", "high", "4.17.19", true, null, 1, false],
      ["CVE-2023-45853", "zlib1g", "low", null, false, null, 0, true],
    ]);
    expect(result.os).toMatchObject({ id: "debian", version: "12", eol: "2028-06-30" });
    expect([result.completeness, result.diagnostics]).toEqual(["complete", []]);
  });
});

it("the program itself: JSON and nothing else on stdout, the exit code of --fail-on, one line for bad input", () => {
  const start = (...args: string[]) =>
    spawnSync(process.execPath, ["src/cli/main.ts", "scan", ...args], { cwd: root, encoding: "utf8" });
  const found = start(docker, "--advisories", advisories, "--format", "json", "--fail-on", "high");
  expect([found.status, JSON.parse(found.stdout).findings.length, found.stderr]).toEqual([1, 3, ""]);
  const missing = start(path.join(folder, "nowhere.tar"));
  expect([missing.status, missing.stdout, missing.stderr.trim().split("\n").length]).toEqual([2, "", 1]);
});

describe("every form of image gives the same packages", () => {
  it.each(["none", "gzip", "zstd"] as const)(
    "%s layers: docker archive, OCI archive, OCI layout, verified and not",
    async (compression) => {
      const parts = { ...debianApp, compression };
      const files = ociFiles([parts]);
      const targets = [
        dockerArchive(path.join(folder, `d-${compression}.tar`), parts),
        ociArchive(path.join(folder, `o-${compression}.tar`), files),
        writeLayout(path.join(folder, `l-${compression}`), files),
      ];
      for (const target of targets) {
        expect(packagesOf(await scanJson(target))).toEqual(appPackages);
        expect(packagesOf(await scanJson(target, "--verify"))).toEqual(appPackages);
      }
    },
  );

  it("an archive that is compressed as a whole", async () => {
    const temporary = mkdtempSync(path.join(folder, "temporary-"));
    vi.stubEnv("TMPDIR", temporary);
    const packed = path.join(folder, "packed.tar.gz");
    writeFileSync(packed, gzipSync(readFileSync(docker)));
    expect(packagesOf(await scanJson(packed))).toEqual(appPackages);
    writeFileSync(packed, gzipSync(readFileSync(docker)).subarray(0, 500));
    const cut = await cli("scan", packed);
    expect([cut.status, cut.err]).toEqual([2, `${packed} cannot be unpacked: Its gzip stream ends too early.\n`]);
    expect((await cli("scan", packed, "--timeout", "0.000001")).err).toContain("was ended");
    vi.unstubAllEnvs();
    expect(readdirSync(temporary)).toEqual([]);
  });

  it("an index offers platforms", async () => {
    const layout = writeLayout(path.join(folder, "multi"), ociFiles([debianApp, alpineImage]));
    expect(packagesOf(await scanJson(layout, "--platform", "linux/amd64"))).toEqual(appPackages);
    const alpine = await scanJson(layout, "--platform", "linux/arm64", "--advisories", advisories);
    expect(packagesOf(alpine)).toEqual(["busybox 1.36.1-r0 L0", "libcrypto3 3.1.1-r1 L0"]);
    expect([alpine.image.platform, alpine.findings.map((finding) => finding.package)]).toEqual([
      "linux/arm64/v8",
      ["libcrypto3"],
    ]);
    const missing = await cli("scan", layout, "--platform", "linux/s390x");
    expect([missing.status, missing.out, missing.err.trim().split("\n").length]).toEqual([2, "", 1]);
    expect(missing.err).toContain("It has: linux/amd64, linux/arm64/v8");
  });
});

describe("exit codes and what is said", () => {
  it("--fail-on looks at findings that are not hidden", async () => {
    expect((await cli("scan", docker, "--advisories", advisories, "--fail-on", "critical")).status).toBe(1);
    expect((await cli("scan", docker, "--advisories", advisories, "--fail-on", "HIGH")).status).toBe(1);
    expect((await cli("scan", docker, "--fail-on", "low")).status).toBe(3);
    const clean = dockerArchive(path.join(folder, "clean.tar"), {
      layers: debianApp.layers.slice(0, 1).map((layer) =>
        layer.map((entry) =>
          entry.path === "var/lib/dpkg/status"
            ? {
                ...entry,
                content:
                  "Package: zlib1g\nStatus: install ok installed\nVersion: 1:1.2.13\nArchitecture: amd64\nSource: zlib\n",
              }
            : entry,
        ),
      ),
    });
    const hiddenOnly = await cli("scan", clean, "--advisories", advisories, "--fail-on", "low");
    expect([hiddenOnly.status, hiddenOnly.out.includes("1 hidden")]).toEqual([0, true]);
  });

  it("an ecosystem that no file speaks of is not assessed", async () => {
    const result = await scanJson(docker, "--advisories", path.join(advisories, "debian.ndjson"));
    expect([result.completeness, result.diagnostics.map((diagnostic) => diagnostic.code)]).toEqual([
      "partial",
      ["no-advisories"],
    ]);
  });

  it("a broken advisory file is named and makes the result partial", async () => {
    const broken = writeAdvisories(path.join(folder, "broken"));
    writeFileSync(
      path.join(broken, "npm.ndjson.gz"),
      gzipSync('{"id":"GHSA-1","affected":[{"package":{"ecosystem":"npm","name":"lodash"}}]}\n').subarray(0, 40),
    );
    const result = await scanJson(docker, "--advisories", broken);
    expect(result.completeness).toBe("partial");
    expect(result.diagnostics.map((diagnostic) => diagnostic.code)).toContain("advisories-not-read");
  });

  const unusable: [string, () => string[], RegExp][] = [
    ["no target", () => [], /needs a target/],
    ["a file that does not exist", () => [path.join(folder, "nowhere.tar")], /does not exist/],
    [
      "a pipe, which nothing could end the wait for",
      () => {
        const pipe = path.join(folder, `pipe-${Math.random()}`);
        execFileSync("mkfifo", [pipe]);
        return [pipe];
      },
      /neither a file nor a folder/,
    ],
    ["no time at all", () => [docker, "--timeout", "0.000001"], /did not end within .* s and was ended/],
    ["an unknown format", () => [docker, "--format", "xml"], /--format xml is not known/],
    ["an unknown severity", () => [docker, "--fail-on", "awful"], /not a severity/],
    ["an unknown option", () => [docker, "--nonsense"], /--nonsense/],
    [
      "advisories that do not exist",
      () => [docker, "--advisories", path.join(folder, "none")],
      /Advisories cannot be read/,
    ],
    ["a text file", () => [write("text.tar", "hello ".repeat(500))], /not a readable image archive/],
    ["an empty file", () => [write("empty.tar", "")], /neither manifest.json nor index.json/],
    [
      "a cut off archive",
      () => [write("cut.tar", Buffer.from(ociFiles([debianApp]).get("index.json") ?? "").subarray(0, 40))],
      /not a readable image archive/,
    ],
    ["a name that is no reference", () => ["UPPER/Case"], /neither an existing file/],
  ];
  it.each(unusable)("%s: exit code 2, one line on stderr, nothing on stdout", async (_name, args, text) => {
    const { status, out, err } = await cli("scan", ...args());
    expect({ status, out, lines: err.trim().split("\n").length }).toEqual({ status: 2, out: "", lines: 1 });
    expect(err).toMatch(text);
  });

  function write(name: string, content: string | Buffer): string {
    writeFileSync(path.join(folder, name), content);
    return path.join(folder, name);
  }

  it("a layer whose bytes are not those of its digest is refused", async () => {
    const files = ociFiles([{ ...debianApp, compression: "none" }]);
    const largest = [...files].sort((a, b) => b[1].length - a[1].length)[0];
    const content = Buffer.from(largest?.[1] ?? "");
    content.write("bash5", content.indexOf("git\n"), "latin1");
    files.set(largest?.[0] ?? "", content);
    const result = await cli("scan", writeLayout(path.join(folder, "tampered"), files), "--verify");
    expect([result.status, /do not match its digest|wrong checksum/.test(result.err)]).toEqual([2, true]);
  });

  it("foreign names cannot steer the terminal", async () => {
    const evil = dockerArchive(path.join(folder, "evil.tar"), {
      layers: [[{ path: "a\u001b[2J/node_modules/x/package.json", content: "{" }]],
    });
    const { out } = await cli("scan", evil);
    expect(out).toContain("a?[2J/node_modules/x/package.json");
    expect(out.includes("\u001b")).toBe(false);
  });
});

describe("other formats", () => {
  it("SARIF 2.1.0 has the shape that readers rely on", async () => {
    const { out } = await cli("scan", docker, "--advisories", advisories, "--format", "sarif");
    const log = JSON.parse(out);
    expect(log).toMatchObject({ version: "2.1.0", $schema: expect.stringContaining("sarif-2.1.0") });
    const [run] = log.runs;
    const rules: { id: string; shortDescription: { text: string }; properties: { "security-severity": string } }[] =
      run.tool.driver.rules;
    expect(rules.map((rule) => rule.id)).toEqual([...new Set(rules.map((rule) => rule.id))].sort());
    expect(run.results).toHaveLength(3);
    for (const result of run.results) {
      expect(rules[result.ruleIndex]?.id).toBe(result.ruleId);
      expect(["error", "warning", "note"]).toContain(result.level);
      expect(result.message.text).not.toBe("");
      expect(result.locations[0].physicalLocation.artifactLocation.uri).not.toMatch(/^\/|\s/);
      expect(Object.keys(result.partialFingerprints)).toHaveLength(1);
    }
    for (const rule of rules) expect(Number(rule.properties["security-severity"])).toBeGreaterThanOrEqual(0);
    expect(run.results.filter((result: { suppressions?: unknown }) => result.suppressions)).toHaveLength(1);
  });

  it("CycloneDX 1.6 names every package and what affects it", async () => {
    const bom = JSON.parse((await cli("scan", docker, "--advisories", advisories, "--format", "cyclonedx")).out);
    expect(bom).toMatchObject({
      bomFormat: "CycloneDX",
      specVersion: "1.6",
      metadata: { component: { type: "container" } },
    });
    const refs = bom.components.map((component: { "bom-ref": string }) => component["bom-ref"]);
    expect(new Set(refs).size).toBe(4);
    expect(bom.components.map((component: { purl?: string }) => component.purl).filter(Boolean)).toContain(
      "pkg:npm/lodash@4.17.15",
    );
    expect(bom.vulnerabilities.map((entry: { id: string }) => entry.id).sort()).toEqual([
      "CVE-2020-8203",
      "CVE-2023-0001",
      "CVE-2023-45853",
    ]);
    for (const entry of bom.vulnerabilities) for (const affect of entry.affects) expect(refs).toContain(affect.ref);
  });

  it("SPDX 2.3 contains every package once", async () => {
    const document = JSON.parse((await cli("scan", docker, "--format", "spdx")).out);
    expect(document).toMatchObject({ spdxVersion: "SPDX-2.3", dataLicense: "CC0-1.0", SPDXID: "SPDXRef-DOCUMENT" });
    const ids = document.packages.map((entry: { SPDXID: string }) => entry.SPDXID);
    expect(new Set(ids).size).toBe(4);
    for (const id of ids) expect(id).toMatch(/^SPDXRef-[A-Za-z0-9.-]+$/);
    for (const relation of document.relationships)
      expect([...ids, "SPDXRef-DOCUMENT"]).toContain(relation.relatedSpdxElement);
  });

  it("the table says what was not assessed", async () => {
    expect((await cli("scan", docker)).out).toContain("Not assessed: no advisories were given");
    expect((await cli("scan", "--help")).status).toBe(0);
  });
});
