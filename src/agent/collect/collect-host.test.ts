import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { collectHost } from "./collect-host.ts";
import { type CollectedFile, HostRoot } from "./host-root.ts";
import { mountSources } from "./mount-sources.ts";

let folder = "";
let server: Server | undefined;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "breakwater-host-root-"));
});
afterEach(async () => {
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
  server = undefined;
  rmSync(folder, { recursive: true });
});
const make = (name: string, text = "", mode = 0o644) => {
  mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
  writeFileSync(path.join(folder, name), text, { mode });
};
const link = (target: string, name: string) => {
  mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
  symlinkSync(target, path.join(folder, name));
};
const collect = async (engine: object = {}) =>
  (await collectHost({
    root: new HostRoot(folder),
    socketPath: "/var/run/docker.sock",
    engine: { ...engine },
  })) as Record<string, unknown> & { files: CollectedFile[] };

describe("a host seen through a mounted root", () => {
  test("absolute links of folders are followed below that root, metadata and text alike", async () => {
    make("srv/conf/daemon.json", "{}", 0o666);
    link("/srv/conf", "etc/docker");
    const host = await collect();
    expect(host.configFile).toBe("{}");
    const file = host.files.find(({ path: name }) => name === "/etc/docker/daemon.json");
    expect(file).toMatchObject({ exists: true, real: "/srv/conf/daemon.json", symlink: false });
  });

  test("a socket behind an absolute /var/run is found", async () => {
    mkdirSync(path.join(folder, "run"));
    mkdirSync(path.join(folder, "var"));
    link("/run", "var/run");
    server = createServer();
    await new Promise<void>((resolve) => server?.listen(path.join(folder, "run/docker.sock"), resolve));
    const { files } = await collect();
    expect(files.find(({ path: name }) => name === "/var/run/docker.sock")).toMatchObject({
      exists: true,
      real: "/run/docker.sock",
      type: "socket",
    });
  });

  test("every socket of the configuration and its group are read", async () => {
    make("etc/docker/daemon.json", JSON.stringify({ hosts: ["unix:///var/run/docker.sock", "unix:///srv/api.sock"] }));
    make("etc/group", "root:x:0:\ndocker:x:998:alice\n");
    make("etc/passwd", "bob:x:1001:998::/home/bob:/bin/sh\n");
    make("etc/nsswitch.conf", "passwd: files\ngroup:   files [!UNAVAIL=return] sss # people\n");
    make("srv/api.sock");
    const host = await collect();
    expect(host.files.map(({ path: name }) => name)).toContain("/srv/api.sock");
    expect(host).toMatchObject({
      groupDocker: "docker:x:998:alice",
      primaryGroupUsers: ["bob"],
      // Members that LDAP knows can be asked for on the host itself only.
      nameService: { sources: ["files", "sss"], groups: null },
    });
  });
});

test("sources of bind mounts, devices and layers of volumes are followed to where they lead", async () => {
  make("etc/passwd");
  link("/etc", "srv/cfg");
  make("srv/data/x");
  const inspected = [
    {
      Mounts: [
        { Type: "bind", Source: "/srv/cfg" },
        { Type: "bind", Source: "/srv/gone" },
      ],
    },
    { Mounts: [{ Type: "volume", Source: "/var/lib/docker/volumes/v/_data" }] },
    { error: { code: "HTTP 500", message: "no" } },
    null,
  ];
  const volumes = {
    volumes: {
      Volumes: [
        { Options: { device: "/srv/data", o: "bind" } },
        { Options: { type: "overlay", o: "lowerdir=/srv/cfg:/srv/data,upperdir=/srv/up" } },
        { Options: null },
      ],
    },
  };
  const found = await mountSources(new HostRoot(folder), inspected, volumes);
  expect(found.map(({ path: name, real, code }) => [name, real ?? code])).toEqual([
    ["/srv/cfg", "/etc"],
    ["/srv/data", "/srv/data"],
    ["/srv/gone", "ENOENT"],
    ["/srv/up", "ENOENT"],
  ]);
});
