import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { rules } from "#engines/cis-docker/rules/index.ts";

const main = path.resolve("src/cli/main.ts");
const evidence = path.resolve("tests/fixtures/cis/host-a");
const folder = mkdtempSync(path.join(tmpdir(), "breakwater-audit-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function audit(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, "audit", "docker", ...args], {
    encoding: "utf8",
  });
  return { code: status, out: stdout, err: stderr };
}
const onHost = (...args: string[]) => audit("--evidence", evidence, ...args);

test("JSON has every control with its findings, and a sum that adds up", () => {
  const { code, out } = onHost("--format", "json");
  expect(code).toBe(0);
  const { host, benchmark, controls, summary } = JSON.parse(out);
  expect(benchmark).toBe("CIS Docker 1.8.0");
  expect(host).toMatchObject({
    dockerVersion: "20.10.24+dfsg1",
    containersRunning: 9,
    containersPaused: 1,
    imagesInUse: 4,
  });
  expect(controls).toHaveLength(rules.length);
  expect(summary.pass + summary.fail + summary.notApplicable + summary.manual + summary.unknown).toBe(summary.total);
  const privileged = controls.find(({ id }: { id: string }) => id === "5.5");
  expect(privileged).toMatchObject({
    status: "fail",
    severity: "high",
    findings: [{ item: "a-priv", path: "HostConfig.Privileged", actual: "true", expected: "false" }],
  });
  expect(privileged.remediation).toContain("a-priv");
}, 60_000);

test("1.2.0 numbers the same verdicts its own way", () => {
  const { controls } = JSON.parse(onHost("--benchmark", "1.2.0", "--format", "json").out);
  expect(controls).toHaveLength(107);
  expect(controls.find(({ id }: { id: string }) => id === "5.4")).toMatchObject({
    rule: "docker-privileged-container",
    status: "fail",
  });
}, 60_000);

test("the table, SARIF and JUnit name the failing container", () => {
  expect(onHost().out).toMatch(/FAIL\s+5\.5\s+high/);
  const sarif = JSON.parse(onHost("--format", "sarif").out);
  expect(sarif.version).toBe("2.1.0");
  expect(JSON.stringify(sarif.runs[0].results)).toContain("a-priv");
  const junit = onHost("--format", "junit").out;
  expect(junit).toMatch(/^<\?xml/);
  expect(junit.match(/<testcase /g)).toHaveLength(rules.length);
  expect(junit).toContain("a-priv");
}, 60_000);

test.each([
  [["--fail-on", "high"], 1],
  [["--fail-on", "critical"], 0],
  [["--fail-on", "odd"], 2],
  [["--format", "odd"], 2],
  [["--benchmark", "9"], 2],
])(
  "%j ends with %d",
  (args, code) => {
    expect(onHost(...args).code).toBe(code);
  },
  60_000,
);

test("unusable folders are told in one line, with exit code 2", () => {
  const none = audit("--evidence", path.join(folder, "none"));
  expect(none).toMatchObject({ code: 2, out: "" });
  expect(none.err).toContain("holds no evidence");
  const broken = path.join(folder, "broken");
  cpSync(evidence, broken, { recursive: true });
  writeFileSync(path.join(broken, "info.json"), "{");
  expect(audit("--evidence", broken)).toMatchObject({ code: 2 });
  expect(audit("--evidence", broken).err.trim().split("\n")).toHaveLength(1);
  writeFileSync(path.join(broken, "info.json"), '{"SecurityOptions": 7}');
  expect(audit("--evidence", broken).err).toContain("info");
}, 60_000);

test("a host whose system gets no more security fixes fails 1.2.1 with the day", () => {
  const old = path.join(folder, "old-system");
  cpSync(evidence, old, { recursive: true });
  const host = JSON.parse(readFileSync(path.join(old, "host.json"), "utf8"));
  writeFileSync(path.join(old, "host.json"), JSON.stringify({ ...host, osRelease: 'ID=debian\nVERSION_ID="9"\n' }));
  const { controls } = JSON.parse(audit("--evidence", old, "--format", "json").out);
  expect(controls.find(({ id }: { id: string }) => id === "1.2.1")).toMatchObject({
    status: "fail",
    findings: [{ path: "os-release", actual: "supported until 2022-07-01" }],
  });
}, 60_000);
