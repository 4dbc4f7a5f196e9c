import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { collectEvidence } from "#agent/collect/collect.ts";
import { assess, type HostAssessment } from "#engines/cis-docker/assess.ts";
import { HostEvidence } from "#engines/cis-docker/facts.ts";
import { type DockerDaemon, missingDocker, startDockerDaemon } from "../support/docker-daemon.ts";
import { describeWhere } from "../support/where.ts";

/** What a text makes look well on a real engine: each container here shares or is something of the host in a roundabout way. */
describeWhere(missingDocker(), "a real dockerd with containers that hide what they do", () => {
  const PORT = 1019;
  let folder = "";
  let daemon: DockerDaemon;
  let result: HostAssessment;

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "bw-verdicts-"));
    daemon = await startDockerDaemon();
    const link = (name: string, target: string) => symlinkSync(target, path.join(folder, name));
    link("cfg", "/etc");
    link("all", "/");
    link("engine", daemon.socket);
    mkdirSync(path.join(folder, "data"));
    await daemon.docker("volume", "create", "-o", "type=none", "-o", "o=bind", "-o", "device=/etc", "cfgvol");
    await daemon.docker("create", "--name", "base", "tiny:1", "/bin/sleep", "1");
    mkdirSync(path.join(folder, "etc"));
    writeFileSync(path.join(folder, "etc", "passwd"), "toor:x:0:0::/:/bin/sh\napp:x:1000:1000::/:/bin/sh\n");
    await daemon.docker("cp", path.join(folder, "etc"), "base:/");
    await daemon.docker("commit", "base", "named:1");
    await daemon.docker("rm", "base");
    const user = ["--user", "1000"];
    await daemon.start("data", ...user, "-v", `${folder}/data:/m`);
    await daemon.start("symetc", ...user, "-v", `${folder}/cfg:/m`);
    await daemon.start("symroot", ...user, "-v", `${folder}/all:/m:ro`);
    await daemon.start("symsock", ...user, "-v", `${folder}/engine:/e.sock`);
    await daemon.start("vol", ...user, "-v", "cfgvol:/m");
    await daemon.start("plus0", "--user", "+0");
    await daemon.docker(
      "run",
      "-d",
      "--network=none",
      "--name",
      "toor",
      "--user",
      "toor",
      "named:1",
      "/bin/sleep",
      "600",
    );
    await daemon.docker(
      "run",
      "-d",
      "--network=none",
      "--name",
      "app",
      "--user",
      "app",
      "named:1",
      "/bin/sleep",
      "600",
    );
    const hostNetwork = await daemon.docker("network", "inspect", "host", "--format", "{{.Id}}");
    await daemon.start("hostid", ...user, `--network=${hostNetwork}`);
    await daemon.start("joins", ...user, "--network=container:hostid");
    await listen();
    result = await judged();
  }, 180_000);

  afterAll(async () => {
    await daemon?.stop();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  /** A program of the machine that listens on a port, in a container on the host's network. */
  async function listen(): Promise<void> {
    const script = `require("node:net").createServer().listen(${PORT})`;
    const loader = `/host${realpathSync("/lib64/ld-linux-x86-64.so.2")}`;
    const libraries = ["--library-path", `/host${path.dirname(realpathSync("/lib64/ld-linux-x86-64.so.2"))}`];
    const program = ["/host/usr/sbin/chroot", "/host", process.execPath, "-e", script];
    const place = ["--network=host", "--name", "listens", "-v", "/:/host:ro"];
    await daemon.docker("run", "-d", ...place, "tiny:1", loader, ...libraries, ...program);
    for (let turn = 0; turn < 50 && !(await isListening()); turn += 1) await wait(200);
  }

  async function isListening(): Promise<boolean> {
    const evidence = await collected();
    return JSON.stringify(evidence.host ?? {}).includes(`:${PORT} `);
  }

  async function collected(): Promise<HostEvidence> {
    return HostEvidence.parse(await collectEvidence({ hostRoot: "/", socketPath: daemon.socket }));
  }

  async function judged(): Promise<HostAssessment> {
    return assess(await collected(), { now: new Date() });
  }

  const items = (control: string) => {
    const outcome = result.controls.find((entry) => entry.control === control)?.outcome;
    return outcome?.status === "unhealthy"
      ? [...new Set(outcome.readings.map(({ item }) => item))].sort()
      : outcome?.status;
  };

  test("root by another name, and by a sign in front, is root (4.1)", () => {
    expect(items("4.1")).toEqual(["listens", "plus0", "toor"]);
  });

  test("links and bound volumes are followed to what they show (5.6)", () => {
    expect(items("5.6")).toEqual(["listens", "symetc", "symroot", "vol"]);
  });

  test("links to the engine's socket, or to what holds it, reach it (5.32)", () => {
    expect(items("5.32")).toEqual(["listens", "symroot", "symsock"]);
  });

  test("the host's network by its id, and by way of another container, is shared (5.10)", () => {
    expect(items("5.10")).toEqual(["hostid", "joins", "listens"]);
  });

  test("a port that a container of the host's network opens is one (5.8, 5.14)", () => {
    expect(items("5.8")).toEqual(["listens"]);
    expect(items("5.14")).toEqual(["listens"]);
  });
});
