import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FileWatch } from "./file-watch.ts";
import { watchedFiles } from "./watched-files.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "bw-files-"));
  writeFileSync(path.join(folder, "daemon.json"), "{}", { mode: 0o644 });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test.each<[string, () => void]>([
  ["another mode", () => chmodSync(path.join(folder, "daemon.json"), 0o666)],
  ["another content", () => writeFileSync(path.join(folder, "daemon.json"), '{"icc":false}')],
  ["a file that appears", () => writeFileSync(path.join(folder, "key.pem"), "x")],
  [
    "a file that is replaced by a link",
    () => {
      rmSync(path.join(folder, "daemon.json"));
      symlinkSync("/etc/hostname", path.join(folder, "daemon.json"));
    },
  ],
])("%s is noticed, once", async (_, change) => {
  const told = vi.fn();
  const watch = new FileWatch(told, 10);
  await watch.follow([path.join(folder, "daemon.json"), path.join(folder, "key.pem")]);
  await wait(50);
  expect(told).not.toHaveBeenCalled();
  change();
  await vi.waitFor(() => expect(told).toHaveBeenCalled());
  await wait(50);
  expect(told).toHaveBeenCalledTimes(1);
  watch.stop();
});

test("every file that the evidence names is looked at, below the host's root", () => {
  const evidence = {
    host: {
      files: [{ path: "/etc/docker/daemon.json", exists: true, real: "/srv/conf/daemon.json" }],
      units: { "docker.service": [{ path: "/lib/systemd/system/docker.service", exists: true }] },
      tls: { tlskey: { path: "/root/.docker/key.pem", exists: false } },
    },
  };
  const watched = watchedFiles(evidence, "/host");
  for (const file of [
    "/etc/docker/daemon.json",
    "/srv/conf/daemon.json",
    "/lib/systemd/system/docker.service",
    "/root/.docker/key.pem",
    "/etc/group",
  ])
    expect(watched).toContain(`/host${file}`);
});
