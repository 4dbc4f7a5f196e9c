import { describe, expect, test } from "vitest";
import { assess } from "./assess.ts";
import { parseDaemonArguments } from "./daemon-settings.ts";
import { example } from "./example.ts";
import type { HostEvidence } from "./facts.ts";
import { rules } from "./rules/index.ts";

const now = new Date("2026-11-20T12:00:00Z");

function answer(evidence: HostEvidence, control: string) {
  return assess(evidence, { now }).controls.find((entry) => entry.control === control)?.outcome;
}

describe("arguments of dockerd", () => {
  test.each<[string, string[], Record<string, string[]>]>([
    [
      "a switch takes no word of the next option",
      ["--ipv6", "-H", "tcp://:2375"],
      { ipv6: ["true"], host: ["tcp://:2375"] },
    ],
    ["a switch nobody knows yet", ["--new-thing", "--host=fd://"], { "new-thing": ["true"], host: ["fd://"] }],
    [
      "an option nobody knows yet, with a value",
      ["--new-opt", "x", "--icc=false"],
      { "new-opt": ["x"], icc: ["false"] },
    ],
    ["a value joined to its letter", ["-Hunix:///srv/d.sock"], { host: ["unix:///srv/d.sock"] }],
    ["a letter with =", ["-H=tcp://10.0.0.4:2376"], { host: ["tcp://10.0.0.4:2376"] }],
    ["letters joined", ["-Dl", "warn"], { debug: ["true"], "log-level": ["warn"] }],
    ["repeated", ["-H", "fd://", "--host", "tcp://:1"], { host: ["fd://", "tcp://:1"] }],
    ["nothing counts behind --", ["--", "--icc=false"], {}],
  ])("%s", (_, argv, expected) => {
    expect(Object.fromEntries(parseDaemonArguments(["dockerd", ...argv]))).toEqual(expected);
  });
});

describe("what was not read", () => {
  const lost = { daemonArgv: null, configFilePath: null };
  test.each<[string, HostEvidence, string, string]>([
    ["arguments: an empty list", example({ host: { daemonArgv: [] } }), "2.4", "unknown"],
    [
      "a configuration file of which nothing is known",
      example({ host: { configFilePath: "/srv/d.json", configFile: null } }),
      "2.4",
      "unknown",
    ],
    ["TLS files without the arguments", example({ host: { daemonArgv: null } }), "3.9", "unknown"],
    ["the file in use without the arguments", example({ host: lost }), "3.17", "unknown"],
    ["further sockets without the arguments", example({ host: lost }), "3.16", "unknown"],
    [
      "an open socket without the arguments is bad all the same",
      example({ host: lost, files: [{ path: "/var/run/docker.sock", mode: "0666" }] }),
      "3.16",
      "unhealthy",
    ],
    [
      "debug mode stands in /info too",
      example({ info: { Debug: true }, host: { daemonArgv: null } }),
      "2.3",
      "unhealthy",
    ],
    [
      "so do new privileges",
      example({ info: { SecurityOptions: ["name=no-new-privileges"] }, host: { daemonArgv: null } }),
      "2.15",
      "healthy",
    ],
    [
      "an index of which nothing says that it is secure",
      example({ info: { RegistryConfig: { InsecureRegistryCIDRs: [], IndexConfigs: { "lab:5000": {} } } } }),
      "2.5",
      "unhealthy",
    ],
  ])("%s", (_, evidence, control, expected) => {
    expect(answer(evidence, control)?.status).toBe(expected);
  });
});

describe("sockets", () => {
  test("unix:// without a path is the usual socket", () => {
    expect(answer(example({ argv: ["-H", "unix://"] }), "3.16")?.readings[0]?.item).toBe("/var/run/docker.sock");
  });
  test("a rootless daemon listens in the folder of its user", () => {
    const evidence = example({
      info: { SecurityOptions: ["name=rootless"] },
      host: { daemonUid: 1000 },
      files: [{ path: "/run/user/1000/docker.sock", uid: 1000, mode: "0666", type: "socket" }],
    });
    expect(answer(evidence, "3.16")?.readings[0]?.item).toBe("/run/user/1000/docker.sock");
  });
  test("keys of registries are told beside their certificates", () => {
    const key = { path: "/etc/docker/certs.d/r/client.key", exists: true, uid: 0, gid: 0, mode: "0644" };
    const outcome = answer(
      example({ host: { certsD: [{ ...key, path: "/etc/docker/certs.d/r/ca.crt", mode: "0444" }, key] } }),
      "3.8",
    );
    expect(outcome).toMatchObject({ status: "healthy", notes: [expect.stringContaining("client.key has mode 0644")] });
  });
});

test("who starts the daemon with an argument is told to take it out before the file is changed", () => {
  const rule = rules.find(({ id }) => id === "docker-log-level");
  const [reading] = answer(example({ argv: ["--log-level", "debug"], configFile: {} }), "2.3")?.readings ?? [];
  expect(rule?.remediation("/etc/docker/daemon.json", reading)).toMatch(/^Take --log-level out of the command/);
  const [written] = answer(example({ configFile: { "log-level": "debug" } }), "2.3")?.readings ?? [];
  expect(rule?.remediation("/etc/docker/daemon.json", written)).toMatch(/^Set "log-level"/);
});
