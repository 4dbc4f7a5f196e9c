import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run } from "#cli/scan.ts";
import type { CoverageEntry } from "#domain/coverage-statement.ts";
import type { TestEntry } from "#engines/image-scan/write-test-tar.ts";
import { dockerArchive } from "./make-archives.ts";

let folder = "";
let advisories = "";
beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "coverage-"));
  advisories = path.join(folder, "advisories");
  // One record of each ecosystem, so that Debian and npm are assessed.
  const record = (ecosystem: string, name: string) =>
    JSON.stringify({
      id: `X-${name}`,
      affected: [{ package: { ecosystem, name }, ranges: [{ type: "SEMVER", events: [{ introduced: "9" }] }] }],
    });
  writeFileSync(`${advisories}.ndjson`, `${record("Debian:12", "bash")}\n${record("npm", "left-pad")}\n`);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const release: TestEntry = { path: "etc/os-release", content: 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian 12"\n' };
const dpkg: TestEntry = {
  path: "var/lib/dpkg/status",
  content:
    "Package: bash\nStatus: install ok installed\nVersion: 5.2-1\nArchitecture: amd64\nMaintainer: D <d@debian.org>\n",
};
const debian = [release, dpkg];

async function scan(entries: TestEntry[], ...args: string[]) {
  const archive = dockerArchive(path.join(folder, "image.tar"), { layers: [entries] });
  const output = { out: "", err: "" };
  const terminal = {
    stdout: { write: (text: string) => (output.out += text) },
    stderr: { write: (text: string) => (output.err += text) },
  };
  const status = await run([archive, ...args], terminal);
  return { ...output, status };
}

async function json(entries: TestEntry[], ...args: string[]) {
  const { out, ...rest } = await scan(entries, "--advisories", `${advisories}.ndjson`, "--format", "json", ...args);
  const result: { completeness: string; coverage: CoverageEntry[]; diagnostics: { code: string; path?: string }[] } =
    JSON.parse(out);
  return { ...rest, result };
}

/** A small ELF header with the note that Go's linker writes. */
const goProgram = Buffer.concat([
  Buffer.from("\x7fELF\x02\x01\x01", "latin1"),
  Buffer.alloc(3985),
  Buffer.from("\x04\0\0\0\x53\0\0\0\x04\0\0\0Go\0\0abc", "latin1"),
  Buffer.alloc(5000),
]);

describe("what is seen and cannot be read yet is named, and the result is partial", () => {
  const cases: [kind: string, TestEntry][] = [
    ["java", { path: "app/log4j-core-2.14.1.jar", content: "PK" }],
    ["java", { path: "app/ROOT.WAR", content: "PK" }],
    ["python", { path: "usr/local/lib/python3.11/site-packages/flask-2.0.0.dist-info/METADATA", content: "Name: f" }],
    ["python", { path: "wheels/flask-2.0.0-py3-none-any.whl", content: "PK" }],
    ["python", { path: "usr/lib/python3/dist-packages/x.egg-info", content: "Name: x" }],
    ["go", { path: "usr/local/bin/app", mode: 0o755, content: goProgram }],
    ["go", { path: "usr/local/bin/app", content: goProgram }],
    ["go", { path: "app/server", content: goProgram }],
    ["go", { path: "src/go.sum", content: "x" }],
    ["ruby", { path: "usr/local/bundle/specifications/rack-2.0.0.gemspec", content: "x" }],
    ["php", { path: "app/vendor/composer/installed.json", content: "{}" }],
    ["php", { path: "app/composer.lock", content: "{}" }],
    ["dotnet", { path: "app/Api.deps.json", content: "{}" }],
    ["rust", { path: "app/Cargo.lock", content: "x" }],
    ["yarn", { path: "app/yarn.lock", content: "x" }],
    ["pnpm", { path: "app/pnpm-lock.yaml", content: "x" }],
    ["bun", { path: "app/bun.lockb", content: "x" }],
    ["yarnPnp", { path: "app/.yarn/cache/lodash-npm-4.17.15-abc.zip", content: "PK" }],
    ["yarnPnp", { path: "app/.pnp.cjs", content: "x" }],
    ["pnpm", { path: "root/.local/share/pnpm/store/v10/index/00/abc-lodash@4.json", content: "{}" }],
    ["rpm", { path: "var/lib/rpm/rpmdb.sqlite", content: "SQLite format 3" }],
    ["conda", { path: "opt/conda/conda-meta/numpy-1.0.json", content: "{}" }],
    ["sbom", { path: "opt/bitnami/redis/.spdx-redis.spdx", content: "x" }],
  ];
  it.each(cases)("%s: %o", async (kind, entry) => {
    const { status, result } = await json([...debian, entry], "--fail-on", "unknown");
    const seen = result.coverage.find((one) => one.kind === kind);
    expect(seen).toMatchObject({ state: "seenNotAssessed", count: 1, examples: [entry.path] });
    expect(seen?.reason).toBeTruthy();
    expect([result.completeness, status]).toEqual(["partial", 1]);
    expect(result.diagnostics).toMatchObject([{ code: "seen-not-assessed", path: entry.path }]);
  });

  it("a plain Debian image is complete, and no threshold minds", async () => {
    const { status, err, result } = await json(debian, "--fail-on", "low,unknown");
    expect([result.completeness, status, err]).toEqual(["complete", 0, ""]);
    expect(result.coverage).toMatchObject([{ kind: "deb", state: "assessed", ecosystem: "Debian:12", count: 1 }]);
  });

  it("what a higher layer deleted is not seen, what another package carries along is none of the image's", async () => {
    const { result } = await json([
      ...debian,
      { path: "app/node_modules/left-pad/package.json", content: '{"name":"left-pad","version":"1.0.0"}' },
      { path: "app/node_modules/left-pad/yarn.lock", content: "x" },
      { path: "app/node_modules/left-pad/go.sum", content: "x" },
      { path: "app/yarn.lock", content: "its packages are installed beside it" },
    ]);
    expect([result.completeness, result.coverage.map(({ kind }) => kind)]).toEqual(["complete", ["deb", "npm"]]);
  });

  it("what the distribution's own packages brought is judged with them; what another builder's brought is not", async () => {
    const jar = { path: "usr/share/java/x.jar", content: "PK" };
    const list = { path: "var/lib/dpkg/info/bash.list", content: "/.\n/usr/share/java/x.jar\n" };
    expect((await json([...debian, jar, list])).result.completeness).toBe("complete");
    const vendor = { ...dpkg, content: `${dpkg.content}Origin: Acme\n` };
    const { result } = await json([release, vendor, jar, list]);
    expect(result.coverage.map(({ kind, state, count }) => [kind, state, count])).toEqual([
      ["deb", "seenNotAssessed", 1],
      ["java", "seenNotAssessed", 1],
    ]);
  });

  it("a program that no package owns is not looked for, which does not make the result partial", async () => {
    const native = Buffer.concat([Buffer.from("\x7fELF\x02\x01\x01", "latin1"), Buffer.alloc(200)]);
    const { result } = await json([...debian, { path: "opt/tool", mode: 0o755, content: native }]);
    expect(result.coverage.at(-1)).toMatchObject({
      kind: "programs",
      state: "notLookedFor",
      count: 1,
      examples: ["opt/tool"],
    });
    expect(result.completeness).toBe("complete");
  });

  it("packages whose version cannot be told are counted", async () => {
    const manifest = { path: "app/node_modules/x/package.json", content: '{"name":"x"}' };
    const { result } = await json([...debian, manifest]);
    expect(result.coverage.at(-1)).toMatchObject({ kind: "npm", state: "seenNotAssessed", count: 1 });
    expect(result.completeness).toBe("partial");
  });
});

describe("nothing assessed is never exit 0 under a threshold", () => {
  const rpm: TestEntry[] = [
    { path: "etc/os-release", content: 'ID="almalinux"\nVERSION_ID="9.2"\nPRETTY_NAME="AlmaLinux 9.2"\n' },
    { path: "var/lib/rpm/rpmdb.sqlite", content: "SQLite format 3" },
  ];

  it("an rpm image says what it has, and not that it has no database", async () => {
    const { result, status, err } = await json(rpm, "--fail-on", "low");
    expect(status).toBe(3);
    expect(err).toMatch(/^Nothing in this image could be assessed/);
    expect(result.coverage).toMatchObject([{ kind: "rpm", state: "seenNotAssessed", count: 1 }]);
    expect(result.diagnostics.map(({ code }) => code)).toEqual(["seen-not-assessed"]);
    const table = await scan(rpm, "--advisories", `${advisories}.ndjson`);
    expect(table.out).toContain("Nothing was assessed");
    expect(table.out).not.toMatch(/No known vulnerabilities|no package database/);
  });

  it("without advisories every format says that nothing was assessed", async () => {
    const plain = JSON.parse((await scan(debian, "--format", "json")).out);
    expect([plain.completeness, plain.coverage[0].state]).toEqual(["partial", "seenNotAssessed"]);
    expect(plain.diagnostics).toMatchObject([{ code: "no-advisories" }]);
    const sarif = JSON.parse((await scan(debian, "--format", "sarif")).out).runs[0];
    expect(sarif.properties).toMatchObject({ completeness: "partial", coverage: [{ state: "seenNotAssessed" }] });
    expect(sarif.invocations[0].toolExecutionNotifications).toHaveLength(1);
    const cyclonedx = JSON.parse((await scan(debian, "--format", "cyclonedx")).out);
    expect(cyclonedx.compositions).toMatchObject([{ aggregate: "incomplete" }]);
    expect(cyclonedx.metadata.component.properties.map(({ name }: { name: string }) => name)).toContain(
      "breakwater:coverage:seenNotAssessed:deb",
    );
    const spdx = JSON.parse((await scan(debian, "--format", "spdx")).out);
    expect(spdx.creationInfo.comment).toContain("Seen but not assessed: Debian packages (1 package)");
    expect((await scan(debian)).out).toContain("Not assessed: no advisories were given");
    expect((await scan(debian, "--fail-on", "critical")).status).toBe(3);
  });

  it("an image of nothing at all is not clean either", async () => {
    const { status, result } = await json([{ path: "hello", content: "hi" }], "--fail-on", "high");
    expect([status, result.completeness]).toEqual([3, "partial"]);
    expect(result.coverage).toMatchObject([{ kind: "system", state: "notLookedFor" }]);
  });

  it("a distribution past its end is assessed up to that day, and that is said", async () => {
    const old: TestEntry[] = [
      { path: release.path, content: 'ID=debian\nVERSION_ID="8"\nPRETTY_NAME="Debian 8"\n' },
      dpkg,
    ];
    const feed = path.join(folder, "old.ndjson");
    const affected = [{ package: { ecosystem: "Debian:8", name: "x" }, ranges: [] }];
    writeFileSync(feed, `${JSON.stringify({ id: "X-1", affected })}\n${JSON.stringify({ id: "X-2", affected })}\n`);
    const table = await scan(old, "--advisories", feed);
    expect(table.out).toMatch(/Debian packages \(1 package\): its support ended on \d{4}-\d\d-\d\d, flaws found since/);
    expect((await scan(old, "--advisories", feed, "--fail-on", "unknown")).status).toBe(1);
    expect((await scan(old, "--advisories", feed, "--fail-on", "low")).status).toBe(0);
  });

  it("a threshold that is passed beside unknown parts says so on stderr", async () => {
    const { status, err } = await json([...debian, { path: "a.jar", content: "PK" }], "--fail-on", "critical");
    expect([status, err]).toEqual([
      0,
      "Not assessed: Java packages (jar, war, ear). --fail-on unknown makes that a failure.\n",
    ]);
  });
});
