import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { HostEvidence } from "#engines/cis-docker/facts.ts";
import { hostFacts } from "#engines/cis-docker/host-facts.ts";
import { Policy } from "#engines/cis-docker/policy.ts";
import rule from "#engines/cis-docker/rules/daemon-files/docker-etc-default-docker-mode.ts";
import { collectHost } from "./collect-host.ts";
import { HostRoot } from "./host-root.ts";

const folder = mkdtempSync(path.join(tmpdir(), "bw-acl-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Access lists need the program and a file system that keeps them. */
function missingAcl(): string | null {
  if (!existsSync("/usr/bin/setfacl")) return "setfacl is not installed: apt-get install acl";
  const probe = path.join(folder, "probe");
  writeFileSync(probe, "");
  try {
    execFileSync("setfacl", ["-m", "u:1234:r", probe], { stdio: "pipe" });
    return null;
  } catch {
    return "the file system of the temporary folder keeps no access lists";
  }
}
const missing = missingAcl();

test("an access list that grants more than the mode shows fails by its entry", async (context) => {
  if (missing !== null) context.skip(missing);
  const file = path.join(folder, "etc/default/docker");
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, "");
  chmodSync(file, 0o644);
  const verdict = async () => {
    const host = await collectHost({ root: new HostRoot(folder), socketPath: "/var/run/docker.sock", engine: {} });
    const evidence = HostEvidence.parse({ host });
    return rule.assess({ facts: hostFacts(evidence), policy: Policy.parse({}), now: new Date(0) });
  };
  expect((await verdict()).status).toBe("healthy");
  execFileSync("setfacl", ["-m", "u:1234:rw", file]);
  const wide = await verdict();
  expect(wide.status).toBe("unhealthy");
  expect(wide.readings[0]?.actual).toContain("user:1234:rw-");
  // The mask takes the entry's write right away again: what is in effect counts.
  execFileSync("setfacl", ["-m", "m::r", file]);
  expect((await verdict()).status).toBe("healthy");
});
