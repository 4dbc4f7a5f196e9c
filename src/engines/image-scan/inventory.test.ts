import { describe, expect, it } from "vitest";
import type { LayerFacts } from "./facts.ts";
import { inventory } from "./inventory.ts";
import { readLayer } from "./read-layer.ts";
import { type DistributionFeed, settleOwnership } from "./settle-ownership.ts";
import { inPieces, type TestEntry, testTar } from "./write-test-tar.ts";

const layer = (entries: TestEntry[]): Promise<LayerFacts> => readLayer(inPieces(testTar(entries), 64 * 1024));
const scan = async (...layers: TestEntry[][]) => settleOwnership(inventory(await Promise.all(layers.map(layer))), null);
const names = (found: { packages: { name: string; version: string; layer: number }[] }) =>
  found.packages.map((pkg) => `${pkg.name} ${pkg.version} L${pkg.layer}`).sort();

const debian: TestEntry = {
  path: "etc/os-release",
  content: 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n',
};
const alpine: TestEntry = { path: "etc/os-release", content: 'NAME="Alpine Linux"\nID=alpine\nVERSION_ID=3.18.2\n' };
const stanza = (name: string, version: string, more = "") =>
  `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: ${version}\n${more}`;
const status = (...stanzas: string[]): TestEntry => ({ path: "var/lib/dpkg/status", content: stanzas.join("\n") });
const npm = (
  place: string,
  version: string,
  name = place.slice(place.lastIndexOf("node_modules/") + 13),
): TestEntry => ({ path: `${place}/package.json`, content: JSON.stringify({ name, version }) });

describe("layers are merged as a container runtime does", () => {
  const base = [
    debian,
    status(stanza("bash", "5.2")),
    npm("app/node_modules/a", "1.0.0"),
    npm("app/node_modules/b", "1.0.0"),
  ];
  const cases: [string, TestEntry[][], string[]][] = [
    [
      "a deleted file is gone",
      [base, [{ path: "app/node_modules/a/.wh.package.json" }]],
      ["b 1.0.0 L0", "bash 5.2 L0"],
    ],
    ["a deleted folder is gone with all in it", [base, [{ path: "app/.wh.node_modules" }]], ["bash 5.2 L0"]],
    [
      "an opaque folder hides what was below, not what its own layer puts in",
      [base, [npm("app/node_modules/c", "3.0.0"), { path: "app/node_modules/.wh..wh..opq" }]],
      ["bash 5.2 L0", "c 3.0.0 L1"],
    ],
    [
      "a deletion does not touch its own layer",
      [base, [{ path: "app/.wh.node_modules" }, npm("app/node_modules/c", "3.0.0")]],
      ["bash 5.2 L0", "c 3.0.0 L1"],
    ],
    ["a file replaces a folder", [base, [{ path: "app", content: "x" }]], ["bash 5.2 L0"]],
    [
      "a folder replaces a file",
      [[debian, status(stanza("bash", "5.2")), { path: "app" }], [npm("app/node_modules/a", "1.0.0")]],
      ["a 1.0.0 L1", "bash 5.2 L0"],
    ],
    ["a link replaces a folder", [base, [{ path: "app", type: "2", link: "nowhere" }]], ["bash 5.2 L0"]],
    [
      "a folder replaces a link",
      [
        [...base, { path: "srv", type: "2", link: "app" }],
        [{ path: "srv", type: "5" }, npm("srv/node_modules/a", "2.0.0")],
      ],
      ["a 1.0.0 L0", "a 2.0.0 L1", "b 1.0.0 L0", "bash 5.2 L0"],
    ],
    [
      "writing through a linked folder lands behind the link",
      [[...base, { path: "srv", type: "2", link: "/app" }], [npm("srv/node_modules/a", "2.0.0")]],
      ["a 2.0.0 L1", "b 1.0.0 L0", "bash 5.2 L0"],
    ],
    [
      "deleting through a linked folder too",
      [[...base, { path: "srv", type: "2", link: "app" }], [{ path: "srv/node_modules/.wh.a" }]],
      ["b 1.0.0 L0", "bash 5.2 L0"],
    ],
    [
      "deleting a link leaves its target",
      [[...base, { path: "srv", type: "2", link: "app" }], [{ path: ".wh.srv" }]],
      ["a 1.0.0 L0", "b 1.0.0 L0", "bash 5.2 L0"],
    ],
    [
      "a hard link is a file of its own",
      [
        [...base, { path: "opt/node_modules/a/package.json", type: "1", link: "app/node_modules/a/package.json" }],
        [{ path: ".wh.app" }],
      ],
      ["a 1.0.0 L0", "bash 5.2 L0"],
    ],
    [
      "a link out of the root stays in it",
      [[...base, { path: "up", type: "2", link: "../../../app" }], [npm("up/node_modules/a", "2.0.0")]],
      ["a 2.0.0 L1", "b 1.0.0 L0", "bash 5.2 L0"],
    ],
  ];
  it.each(cases)("%s", async (_name, layers, want) => {
    const found = await scan(...layers);
    expect(names(found)).toEqual(want);
    expect(found.completeness).toBe("complete");
  });

  it("links in a circle end with a reason", async () => {
    const found = await scan(
      [debian, status(stanza("bash", "5.2")), { path: "a", type: "2", link: "b" }, { path: "b", type: "2", link: "a" }],
      [npm("a/node_modules/x", "1.0.0")],
    );
    expect(names(found)).toEqual(["bash 5.2 L0"]);
    expect(found.diagnostics.map((diagnostic) => diagnostic.code)).toEqual(["unreachable-file"]);
    expect(found.completeness).toBe("partial");
  });

  it("a hard link to something that was not kept is named", async () => {
    const found = await scan([
      debian,
      status(stanza("bash", "5.2")),
      { path: "store/x", content: "{}" },
      { path: "app/node_modules/a/package.json", type: "1", link: "store/x" },
    ]);
    expect(found.diagnostics).toEqual([
      { code: "hard-link-not-read", message: expect.any(String), path: "app/node_modules/a/package.json" },
    ]);
  });

  it("a chain of many links and a million hops take no time", async () => {
    const links = Array.from({ length: 2000 }, (_, index) => ({
      path: `l${index}`,
      type: "2",
      link: `l${index + 1}/l${index + 1}`,
    }));
    const found = await scan([debian, status(stanza("bash", "5.2")), ...links], [npm("l0/node_modules/x", "1.0.0")]);
    expect(found.diagnostics.map((diagnostic) => diagnostic.code)).toEqual(["unreachable-file"]);
  });
});

describe("dpkg", () => {
  it("names source, version and the layer that brought each version", async () => {
    const found = await scan(
      [
        debian,
        status(
          stanza("bash", "5.2-1"),
          stanza("libssl3", "3.0.9-1", "Source: openssl\n"),
          stanza("gone", "1"),
          stanza("perl-base", "5.36.0-7+b1", "Source: perl (5.36.0-7)\n"),
        ),
      ],
      [{ path: "tmp/x" }],
      [
        status(
          stanza("bash", "5.2-1"),
          stanza("libssl3", "3.0.11-1", "Source: openssl\n"),
          stanza("perl-base", "5.36.0-7+b1", "Source: perl (5.36.0-7)\n"),
          stanza("new", "2:1.0"),
        ),
      ],
    );
    expect(found.packages).toEqual([
      expect.objectContaining({
        name: "bash",
        layer: 0,
        sourceName: "bash",
        sourceVersion: "5.2-1",
        purl: "pkg:deb/debian/bash@5.2-1?arch=amd64&distro=debian-12",
        path: "var/lib/dpkg/status",
        ecosystem: "Debian:12",
        analyser: "dpkg",
        type: "deb",
        dev: false,
      }),
      expect.objectContaining({ name: "libssl3", layer: 2, sourceName: "openssl", sourceVersion: "3.0.11-1" }),
      expect.objectContaining({ name: "new", layer: 2, version: "2:1.0" }),
      expect.objectContaining({ name: "perl-base", layer: 0, sourceName: "perl", sourceVersion: "5.36.0-7" }),
    ]);
  });

  it("a version that was there before, gone and back again counts from its return", async () => {
    const with1 = status(stanza("a", "1"));
    expect(names(await scan([debian, with1], [status(stanza("a", "2"))], [with1]))).toEqual(["a 1 L2"]);
  });

  it("takes every package whose files are on disk, whatever became of its configuration", async () => {
    const state = (name: string, words: string) =>
      `Package: ${name}\nStatus: ${words}\nVersion: 1\nArchitecture: all\n`;
    const found = await scan([
      debian,
      status(
        state("yes", "install ok installed"),
        state("held", "hold ok installed"),
        state("conf", "deinstall ok config-files"),
        state("half", "install reinstreq half-installed"),
        state("unpacked", "install ok unpacked"),
        state("half-configured", "install ok half-configured"),
        state("waiting", "install ok triggers-awaited"),
        state("no", "purge ok not-installed"),
      ),
    ]);
    expect(names(found)).toEqual([
      "half 1 L0",
      "half-configured 1 L0",
      "held 1 L0",
      "unpacked 1 L0",
      "waiting 1 L0",
      "yes 1 L0",
    ]);
    expect(found.skipped).toEqual([]);
  });

  it("fields that it does not need may say what they like", async () => {
    const odd = "Installed-Size: 2400MB\nConffiles:\n /etc/x 0123 obsolete\nDescription: x\n Version: 9\n .\n";
    const found = await scan([debian, status(stanza("code", "1.60-1", odd), stanza("bash", "5.2"))]);
    expect([names(found), found.diagnostics]).toEqual([["bash 5.2 L0", "code 1.60-1 L0"], []]);
  });

  it("a database that a higher layer removed leaves nothing known", async () => {
    const installed = { path: "lib/apk/db/installed", content: "P:musl\nV:1.2.4-r0\n\n" };
    const found = await scan([alpine, installed], [{ path: "lib/apk/db/.wh.installed" }]);
    expect([found.packages, found.osState, found.completeness]).toEqual([[], "none", "partial"]);
  });

  it("reads distroless images and their file lists", async () => {
    const part = (name: string, version: string): TestEntry => ({
      path: `var/lib/dpkg/status.d/${name}`,
      content: `Package: ${name}\nVersion: ${version}\nArchitecture: amd64\n`,
    });
    const owned = "usr/lib/node_modules/npm/node_modules/x";
    const sums: TestEntry = {
      path: "var/lib/dpkg/status.d/nodejs.md5sums",
      content: `d41d8cd98f00b204e9800998ecf8427e  ${owned}/package.json\n`,
    };
    const found = await scan(
      [debian, part("base-files", "12.4"), part("nodejs", "18"), sums, npm(owned, "1.0.0")],
      [part("nodejs", "18")],
      [part("base-files", "12.5")],
    );
    expect(names(found)).toEqual(["base-files 12.5 L2", "nodejs 18 L0"]);
    expect(found.packages[0]).toMatchObject({ analyser: "dpkg-status.d", path: "var/lib/dpkg/status.d/base-files" });
    expect(found.skipped).toEqual([
      expect.objectContaining({ name: "x", reason: "Belongs to the deb package nodejs, which is assessed instead." }),
    ]);
  });

  it("finds the database behind links", async () => {
    const found = await scan([
      debian,
      { path: "opt/data/dpkg/status", content: stanza("bash", "5.2") },
      { path: "var/lib/dpkg", type: "2", link: "../../opt/data/dpkg" },
    ]);
    expect(names(found)).toEqual(["bash 5.2 L0"]);
  });

  it("a database behind a link to something that was not kept is never clean", async () => {
    const found = await scan([
      debian,
      { path: "opt/elsewhere/x" },
      { path: "var/lib/dpkg/status", type: "2", link: "/opt/elsewhere/x" },
    ]);
    expect(found.diagnostics.map((diagnostic) => diagnostic.code)).toEqual([
      "database-not-read",
      "no-package-database",
    ]);
  });

  it("a record without version is a diagnostic", async () => {
    const found = await scan([debian, status("Package: x\nStatus: install ok installed\n")]);
    expect(found.diagnostics.map((diagnostic) => diagnostic.code)).toEqual(["unreadable-package"]);
  });
});

describe("apk", () => {
  const database =
    "C:Q1abc=\nP:libssl3\nV:3.1.1-r1\nA:x86_64\no:openssl\nF:lib\nR:libssl.so.3\n\nP:npm\nV:9.6.6-r0\nA:x86_64\nF:usr/lib/node_modules/npm\nR:package.json\n\n";

  it.each(["lib/apk/db/installed", "usr/lib/apk/db/installed"])("%s", async (path) => {
    const found = await scan([alpine, { path, content: database }, npm("usr/lib/node_modules/npm", "9.6.6")]);
    expect(found.packages).toEqual([
      expect.objectContaining({
        name: "libssl3",
        version: "3.1.1-r1",
        sourceName: "openssl",
        sourceVersion: "3.1.1-r1",
        arch: "x86_64",
        ecosystem: "Alpine:v3.18",
        type: "apk",
        path,
        purl: "pkg:apk/alpine/libssl3@3.1.1-r1?arch=x86_64&distro=alpine-3.18.2",
      }),
      expect.objectContaining({ name: "npm", sourceName: "npm" }),
    ]);
    expect(found.skipped).toEqual([
      expect.objectContaining({ name: "npm", reason: "Belongs to the apk package npm, which is assessed instead." }),
    ]);
  });

  it("a merged /usr is one database, not two", async () => {
    const found = await scan([
      alpine,
      { path: "usr/lib/apk/db/installed", content: database },
      { path: "lib", type: "2", link: "usr/lib" },
    ]);
    expect(found.packages).toHaveLength(2);
  });
});

describe("npm", () => {
  const bare = async (...layers: TestEntry[][]) =>
    (await scan(...layers)).packages.map((pkg) => `${pkg.name}@${pkg.version}${pkg.dev ? " dev" : ""} ${pkg.path}`);

  it("finds scoped, nested, global and pnpm installs, and nothing that is none", async () => {
    expect(
      await bare([
        npm("app/node_modules/@babel/core", "7.0.0", "@babel/core"),
        npm("app/node_modules/a/node_modules/@s/b", "1.0.0", "@s/b"),
        npm("usr/local/lib/node_modules/npm", "10.0.0"),
        npm("app/node_modules/.pnpm/lodash@4.0.0/node_modules/lodash", "4.0.0"),
        npm("app/node_modules/alias", "2.0.0", "real-name"),
        npm("node_modules/at-root", "1.0.0"),
        { path: "app/package.json", content: '{"name":"app","version":"1.0.0"}' },
        { path: "app/node_modules/a/lib/package.json", content: '{"name":"inner","version":"1.0.0"}' },
        { path: "app/node_modules/@babel/package.json", content: '{"name":"scope-folder","version":"1.0.0"}' },
        { path: "app/node_modules/esm/package.json", content: '{"type":"module"}' },
        { path: "app/node_modules/template/package.json", content: '{"name":"{{name}}/x","version":"1.0.0"}' },
        { path: "app/node_modules/odd/package.json", content: '{"name":"odd","version":"latest"}' },
        npm("app/test/fixtures/node_modules/own", "1.0.0"),
        npm("app/node_modules/.store/lodash-npm-4.17.15-abc/package", "4.17.15", "lodash"),
        npm("app/my_node_modules/fake", "1.0.0", "fake"),
      ]),
    ).toEqual([
      "@babel/core@7.0.0 app/node_modules/@babel/core/package.json",
      "@s/b@1.0.0 app/node_modules/a/node_modules/@s/b/package.json",
      "at-root@1.0.0 node_modules/at-root/package.json",
      "lodash@4.0.0 app/node_modules/.pnpm/lodash@4.0.0/node_modules/lodash/package.json",
      "lodash@4.17.15 app/node_modules/.store/lodash-npm-4.17.15-abc/package/package.json",
      "npm@10.0.0 usr/local/lib/node_modules/npm/package.json",
      "odd@latest app/node_modules/odd/package.json",
      "own@1.0.0 app/test/fixtures/node_modules/own/package.json",
      "real-name@2.0.0 app/node_modules/alias/package.json",
    ]);
  });

  it("a package's name is no test folder; what a package's tests carry along is named and not counted", async () => {
    const found = await scan([
      npm("app/node_modules/test", "1.0.0"),
      npm("app/node_modules/test/node_modules/minimist", "0.0.8"),
      npm("app/node_modules/@x/mocks", "1.0.0", "@x/mocks"),
      npm("app/node_modules/@x/mocks/node_modules/lodash", "4.17.15"),
      npm("app/node_modules/.pnpm/spec@1.0.0/node_modules/spec/node_modules/ini", "1.3.5"),
      npm("srv/testdata/node_modules/kept", "1.0.0"),
      npm("app/node_modules/resolve/test/resolver/node_modules/fake", "1.0.0"),
      npm("app/node_modules/@s/p/fixtures/node_modules/fake", "2.0.0"),
      { path: "app/node_modules/esm/package.json", content: '{"type":"module"}' },
      { path: "app/node_modules/template/package.json", content: '{"name":"{{name}}/x","version":"1.0.0"}' },
    ]);
    expect(found.packages.map(({ name, version }) => `${name} ${version}`)).toEqual([
      "@x/mocks 1.0.0",
      "ini 1.3.5",
      "kept 1.0.0",
      "lodash 4.17.15",
      "minimist 0.0.8",
      "test 1.0.0",
    ]);
    expect(found.skipped.map(({ name, version, reason }) => `${name} ${version}: ${reason.slice(0, 32)}`)).toEqual([
      "esm : Its package.json states no versi",
      "fake 1.0.0: Lies in the tests of resolve, wh",
      "fake 2.0.0: Lies in the tests of @s/p, which",
      "template 1.0.0: Its package.json states no name ",
    ]);
  });

  it.each([
    ["opt/yarn-v1.22.19", "yarn"],
    ["usr/share/yarn", "yarn"],
    ["root/.cache/node/corepack/v1/pnpm/9.1.0", "pnpm"],
  ])("a package manager that lies in %s by itself is found", async (place, name) => {
    const found = await scan([npm(place, "1.22.19", name)]);
    expect(found.packages.map((pkg) => pkg.purl)).toEqual([`pkg:npm/${name}@1.22.19`]);
  });

  const lock3 = (packages: object): TestEntry => ({
    path: "app/package-lock.json",
    content: JSON.stringify({ lockfileVersion: 3, packages }),
  });

  it("a lockfile counts only where nothing is installed beside it", async () => {
    const lock = lock3({
      "": { name: "app" },
      "node_modules/a": { version: "1.0.0" },
      "node_modules/deleted": { version: "9.0.0" },
    });
    expect(await bare([lock, npm("app/node_modules/a", "1.0.0")])).toEqual(["a@1.0.0 app/node_modules/a/package.json"]);
    expect(await bare([lock])).toEqual(["a@1.0.0 app/package-lock.json", "deleted@9.0.0 app/package-lock.json"]);
    expect(await bare([{ ...lock, path: "app/node_modules/x/package-lock.json" }])).toEqual([]);
  });

  it("a root lockfile does not count where the tree of one of its workspaces is installed", async () => {
    const lock = lock3({
      "": { name: "app" },
      "packages/api": { name: "api" },
      "node_modules/gone": { version: "9.0.0" },
      "packages/api/node_modules/a": { version: "1.0.0" },
    });
    const installed = npm("app/packages/api/node_modules/a", "1.0.0");
    expect(await bare([lock, installed])).toEqual(["a@1.0.0 app/packages/api/node_modules/a/package.json"]);
    const elsewhere = npm("app/tools/node_modules/a", "1.0.0");
    expect(await bare([lock, elsewhere])).toContain("gone@9.0.0 app/package-lock.json");
  });

  it("a locked package without a version is named", async () => {
    const found = await scan([lock3({ "node_modules/git": { version: "git+ssh://git@example.test/x.git#1" } })]);
    expect(found.packages).toEqual([]);
    expect(found.skipped).toMatchObject([{ name: "git", path: "app/package-lock.json" }]);
  });

  it("a lock inside a package is that package's own: broken or not, it says nothing of the image", async () => {
    const found = await scan([
      debian,
      status(stanza("bash", "5.2-1")),
      npm("app/node_modules/webpack-cli", "4.5.0"),
      { path: "app/node_modules/webpack-cli/lib/utils/__tests__/test-all-lock/package-lock.json", content: "" },
      {
        path: "app/node_modules/html2canvas/package-lock.json",
        content: lock3({ "node_modules/x": {} }).content ?? "",
      },
    ]);
    expect(found.packages.map(({ name }) => name)).toEqual(["bash", "webpack-cli"]);
    expect([found.diagnostics, found.completeness]).toEqual([[], "complete"]);
  });

  it("reads every form of lockfile", async () => {
    const v1 = {
      path: "one/npm-shrinkwrap.json",
      content: JSON.stringify({
        lockfileVersion: 1,
        dependencies: {
          a: { version: "1.0.0", dependencies: { "@s/b": { version: "2.0.0", dev: true } } },
          alias: { version: "npm:real@3.0.0" },
          git: { version: "git+ssh://x#1" },
        },
      }),
    };
    const v2 = {
      path: "two/package-lock.json",
      content: JSON.stringify({
        lockfileVersion: 2,
        packages: {
          "": {},
          "packages/local": { version: "1.0.0" },
          "node_modules/local": { link: true },
          "node_modules/alias": { name: "real", version: "3.0.0" },
          "node_modules/c": { version: "1.0.0", dev: true },
        },
        dependencies: { ignored: { version: "1.0.0" } },
      }),
    };
    expect(await bare([v1])).toEqual([
      "@s/b@2.0.0 dev one/npm-shrinkwrap.json",
      "a@1.0.0 one/npm-shrinkwrap.json",
      "real@3.0.0 one/npm-shrinkwrap.json",
    ]);
    expect(await bare([v2])).toEqual(["c@1.0.0 dev two/package-lock.json", "real@3.0.0 two/package-lock.json"]);
  });

  it("takes the development flag from npm's record on disk, else from the lock", async () => {
    const tree = [
      npm("app/node_modules/a", "1.0.0"),
      npm("app/node_modules/b", "1.0.0"),
      npm("app/node_modules/b/node_modules/c", "1.0.0"),
    ];
    const marks = {
      "node_modules/a": { version: "1.0.0" },
      "node_modules/b": { version: "1.0.0", dev: true },
      "node_modules/b/node_modules/c": { version: "1.0.0", dev: true },
    };
    const want = [
      "a@1.0.0 app/node_modules/a/package.json",
      "b@1.0.0 dev app/node_modules/b/package.json",
      "c@1.0.0 dev app/node_modules/b/node_modules/c/package.json",
    ];
    expect(await bare([...tree, lock3(marks)])).toEqual(want);
    expect(
      await bare([
        ...tree,
        { ...lock3(marks), path: "app/node_modules/.package-lock.json" },
        lock3({ "node_modules/a": { version: "1.0.0", dev: true } }),
      ]),
    ).toEqual(want);
  });

  it("a layer that only touched the file did not bring the version", async () => {
    const found = await scan(
      [npm("app/node_modules/a", "1.0.0"), npm("app/node_modules/b", "1.0.0")],
      [npm("app/node_modules/a", "1.0.0"), npm("app/node_modules/b", "2.0.0")],
    );
    expect(names(found)).toEqual(["a 1.0.0 L0", "b 2.0.0 L1"]);
  });

  describe("modules inside a system package are judged with it only if it is the distribution's", () => {
    const list = { path: "var/lib/dpkg/info/nodejs.list", content: "/.\n/usr/lib/node_modules/npm/package.json\n" };
    const feed = (...sources: string[]) => ({
      knowsSource: (ecosystem: string, name: string) => ecosystem === "Debian:12" && sources.includes(name),
    });
    const js = "Maintainer: Debian Javascript Maintainers <pkg-javascript-devel@alioth-lists.debian.net>\n";
    const person = "Maintainer: A Person <person@example.org>\n";
    const listed = async (fields: [version: string, more?: string], known: DistributionFeed | null) => {
      const [version, more = ""] = fields;
      const tree = [debian, list, npm("usr/lib/node_modules/npm", "10.0.0"), status(stanza("nodejs", version, more))];
      const raw = inventory(await Promise.all([layer(tree)]));
      return settleOwnership(raw, known).packages.some(({ name }) => name === "npm");
    };
    const cases: [string, [version: string, more?: string], DistributionFeed | null, boolean][] = [
      ["Debian's own, told by the maintainer's address", ["18.19.0+dfsg-6", js], feed(), false],
      ["a maintainer with an address of their own, source known", ["18.19.0+dfsg-6", person], feed("nodejs"), false],
      ["the same, source not known", ["18.19.0+dfsg-6", person], feed("other"), true],
      ["the same, no advisories at hand", ["18.19.0+dfsg-6", person], null, false],
      ["NodeSource", ["20.1.0-1nodesource1", js], feed("nodejs"), true],
      ["a vendor's word in the version and nobody named", ["1.2.3-1~vendor1"], feed("nodejs"), true],
      ["nobody named, a version of Debian's kind", ["9.2.0~ds1-1"], feed("nodejs"), false],
      ["one of Debian's own programs, kept by a person", ["6.4", person], feed("nodejs"), false],
      ["Docker's way", ["5:24.0.7-1~debian.12~bookworm", person], feed("nodejs"), true],
      ["Origin names somebody else", ["1.0-1", `${js}Origin: Acme\n`], feed("nodejs"), true],
      ["Origin names the distribution", ["1.0-1~vendor1", `${person}Origin: Debian\n`], feed(), false],
    ];
    it.each(cases)("%s", async (_name, fields, known, isListed) => {
      expect(await listed(fields, known)).toBe(isListed);
    });

    it("a distribution that is not assessed hides nothing", async () => {
      const sid = { path: "etc/os-release", content: 'ID=debian\nPRETTY_NAME="Debian GNU/Linux trixie/sid"\n' };
      const tree = [sid, list, npm("usr/lib/node_modules/npm", "10.0.0"), status(stanza("nodejs", "20.19.2", js))];
      const found = await scan(tree);
      expect(found.packages.map(({ name }) => name)).toEqual(["nodejs", "npm"]);
      expect(found.skipped).toEqual([]);
    });
  });

  it("broken JSON is a diagnostic", async () => {
    const found = await scan([
      { path: "a/node_modules/b/package.json", content: "{" },
      { path: "c/package-lock.json", content: "[" },
    ]);
    expect(found.diagnostics.map((diagnostic) => diagnostic.code).sort()).toEqual([
      "no-package-database",
      "unreadable-lockfile",
      "unreadable-package",
    ]);
  });
});

describe("the distribution", () => {
  const osOf = async (...entries: TestEntry[]) => {
    const found = await scan([...entries, status(stanza("bash", "5.2"))]);
    return [
      found.os?.id ?? null,
      found.os?.version ?? null,
      found.os?.ecosystem ?? null,
      found.osState,
      found.completeness,
    ];
  };
  const release = (content: string): TestEntry => ({ path: "usr/lib/os-release", content });
  const cases: [string, TestEntry[], unknown[]][] = [
    [
      "Debian by its link",
      [
        { ...debian, path: "usr/lib/os-release" },
        { path: "etc/os-release", type: "2", link: "../usr/lib/os-release" },
      ],
      ["debian", "12", "Debian:12", "known", "complete"],
    ],
    [
      "Ubuntu with long support",
      [release('ID=ubuntu\nVERSION_ID="22.04"\n')],
      ["ubuntu", "22.04", "Ubuntu:22.04:LTS", "known", "complete"],
    ],
    [
      "Ubuntu without",
      [release('ID=ubuntu\nVERSION_ID="23.10"\n')],
      ["ubuntu", "23.10", "Ubuntu:23.10", "known", "complete"],
    ],
    [
      "Debian testing",
      [release("ID=debian\nVERSION_CODENAME=forky\n")],
      ["debian", "", null, "unknown-distribution", "partial"],
    ],
    [
      "a Debian that does not exist yet",
      [release("ID=debian\nVERSION_ID=99\n")],
      ["debian", "99", null, "unknown-distribution", "partial"],
    ],
    [
      "a derivative",
      [release("ID=kali\nID_LIKE=debian\nVERSION_ID=2024.1\n")],
      ["kali", "2024.1", null, "unknown-distribution", "partial"],
    ],
    [
      "only debian_version",
      [{ path: "etc/debian_version", content: "12.5\n" }],
      ["debian", "12", "Debian:12", "known", "complete"],
    ],
    [
      "debian_version of sid",
      [{ path: "etc/debian_version", content: "trixie/sid\n" }],
      ["debian", "", null, "unknown-distribution", "partial"],
    ],
    ["nothing", [], [null, null, null, "unknown-distribution", "partial"]],
  ];
  it.each(cases)("%s", async (_name, entries, want) => {
    expect(await osOf(...entries)).toEqual(want);
  });

  it("packages of an unknown distribution are listed without ecosystem", async () => {
    const found = await scan([release("ID=kali\n"), status(stanza("bash", "5.2"))]);
    expect(found.packages).toEqual([
      expect.objectContaining({ name: "bash", ecosystem: "", purl: "pkg:deb/kali/bash@5.2?arch=amd64" }),
    ]);
  });

  it("Alpine edge is not a release", async () => {
    const found = await scan([
      { ...alpine, content: "ID=alpine\nVERSION_ID=3.19_alpha20230901\n" },
      { path: "lib/apk/db/installed", content: "P:musl\nV:1.2-r0\n\n" },
    ]);
    expect([found.os?.ecosystem, found.osState]).toEqual([null, "unknown-distribution"]);
  });

  it("a scratch image says that nothing is known", async () => {
    const found = await scan([{ path: "app", content: "binary" }]);
    expect([found.os, found.osState, found.completeness, found.packages]).toEqual([null, "none", "partial", []]);
  });
});

describe("the result", () => {
  it("is the same whatever the order of entries", async () => {
    const entries = [
      debian,
      status(stanza("b", "1"), stanza("a", "1")),
      npm("x/node_modules/z", "1.0.0"),
      npm("x/node_modules/y", "1.0.0"),
    ];
    expect(JSON.stringify(await scan(entries))).toBe(JSON.stringify(await scan([...entries].reverse())));
  });

  it("says what layers could not tell", async () => {
    const found = await scan([debian, status(stanza("a", "1")), { path: "x/.wh." }]);
    expect([found.completeness, found.diagnostics.map((diagnostic) => diagnostic.code)]).toEqual([
      "partial",
      ["unsafe-path"],
    ]);
  });
});
