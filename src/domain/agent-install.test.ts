import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { installScript } from "./agent-install.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "bw-install-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the script up to the download, as on a host whose programs are these. */
function outcome(programs: Record<string, string>, executable?: { machine: string; sha256: string }): string {
  for (const [name, body] of Object.entries({ id: "echo 0", systemctl: "", uname: "echo Linux x86_64", ...programs }))
    writeFileSync(path.join(folder, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  const script = installScript({ server: "https://b.example", sha256: "aa", executable }).replace(
    /umask 077[\s\S]*/,
    'echo "$name|$node|$sum"\n',
  );
  const done = spawnSync("/bin/sh", ["-c", script], {
    env: { NODE_ENV: "test", PATH: folder, BREAKWATER_ENROL_TOKEN: "bw_enrol_x" },
    encoding: "utf8",
  });
  return (done.stdout + done.stderr).trim().replace(folder, "");
}
const executable = { machine: "Linux x86_64", sha256: "ee" };

test.each([
  ["Node is there", { node: "exit 0" }, executable, "breakwater-agent.mjs|/node|aa"],
  ["no Node", {}, executable, "breakwater-agent||ee"],
  ["Node too old", { node: "exit 1" }, executable, "breakwater-agent||ee"],
])("%s", (_, programs, offered, want) => expect(outcome(programs, offered)).toBe(want));

test.each([
  ["no executable on the server", {}, undefined],
  ["another kind of machine", { uname: "echo Linux aarch64" }, executable],
])("without Node and with %s it says what to do instead", (_, programs, offered) => {
  expect(outcome(programs, offered)).toMatch(/no Node 22\.18 or newer.*Run the agent as a container/);
});
