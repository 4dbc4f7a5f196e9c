import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestEntry, testTar } from "#engines/image-scan/write-test-tar.ts";
import { run } from "../../../src/cli/scan.ts";
import { debianApp, dockerArchive, writeAdvisories, writeLayout } from "./make-archives.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "archive-forms-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function cli(...args: string[]): Promise<{ status: number; out: string; err: string }> {
  const written = { out: "", err: "" };
  const listen = (to: "out" | "err") => ({ write: (text: string) => (written[to] += text) });
  const status = await run(args, { stdout: listen("out"), stderr: listen("err") });
  return { status, ...written };
}
/** The packages of an image, or the one line that says why there are none. */
async function packagesOf(...args: string[]): Promise<string> {
  const { status, out, err } = await cli(...args, "--format", "json");
  if (status === 2) return err.trim().replaceAll(folder, "");
  return JSON.parse(out)
    .packages.map((pkg: { name: string }) => pkg.name)
    .join(" ");
}
const codesOf = async (...args: string[]) =>
  JSON.parse((await cli(...args, "--format", "json")).out).diagnostics.map(({ code }: { code: string }) => code);

const status = (name: string): TestEntry => ({
  path: "var/lib/dpkg/status",
  content: `Package: ${name}\nStatus: install ok installed\nVersion: 1\n`,
});
const debian: TestEntry = { path: "etc/os-release", content: "ID=debian\nVERSION_ID=12\n" };
type Described = Record<string, unknown> & { digest: string; mediaType: string };

/** A layout that is put together piece by piece. */
class Layout {
  readonly files = new Map<string, Buffer>([["oci-layout", Buffer.from('{"imageLayoutVersion":"1.0.0"}')]]);
  readonly algorithm: "sha256" | "sha512";

  constructor(algorithm: "sha256" | "sha512" = "sha256") {
    this.algorithm = algorithm;
  }

  put(content: Buffer | string | object, mediaType: string): Described {
    const bytes = Buffer.isBuffer(content)
      ? content
      : Buffer.from(typeof content === "string" ? content : JSON.stringify(content));
    const hex = createHash(this.algorithm).update(bytes).digest("hex");
    this.files.set(`blobs/${this.algorithm}/${hex}`, bytes);
    return { mediaType, digest: `${this.algorithm}:${hex}`, size: bytes.length };
  }

  manifest(config: Described, layers: Described[], more: object = {}): Described {
    const mediaType = "application/vnd.oci.image.manifest.v1+json";
    return this.put({ schemaVersion: 2, mediaType, config, layers, ...more }, mediaType);
  }

  image(name: string, platform = "linux/amd64"): Described {
    const [system, architecture] = platform.split("/");
    const tar = testTar([debian, status(name)]);
    const diffId = `${this.algorithm}:${createHash(this.algorithm).update(tar).digest("hex")}`;
    const config = { os: system, architecture, rootfs: { type: "layers", diff_ids: [diffId] } };
    const layer = this.put(gzipSync(tar), "application/vnd.oci.image.layer.v1.tar+gzip");
    return this.manifest(this.put(config, "application/vnd.oci.image.config.v1+json"), [layer]);
  }

  artifact(): Described {
    const config = this.put({}, "application/vnd.oci.empty.v1+json");
    return this.manifest(config, [this.put("{}", "application/spdx+json")], { artifactType: "application/spdx+json" });
  }

  /** A cosign signature in its older form: configuration type of an image, no layer of a file system. */
  signature(): Described {
    const config = this.put({ os: "", architecture: "", rootfs: { type: "layers", diff_ids: [] } }, configType);
    return this.manifest(config, [this.put("{}", "application/vnd.dev.cosign.simplesigning.v1+json")]);
  }

  index(manifests: Described[]): Described {
    const mediaType = "application/vnd.oci.image.index.v1+json";
    return this.put({ schemaVersion: 2, mediaType, manifests }, mediaType);
  }

  write(...manifests: Described[]): string {
    this.files.set("index.json", Buffer.from(JSON.stringify({ schemaVersion: 2, manifests })));
    return writeLayout(mkdtempSync(path.join(folder, "layout-")), this.files);
  }
}
const configType = "application/vnd.oci.image.config.v1+json";
const named = (descriptor: Described, name: string): Described => ({
  ...descriptor,
  annotations: { "org.opencontainers.image.ref.name": name },
});
const on = (descriptor: Described, platform: string): Described => {
  const [system, architecture, variant] = platform.split("/");
  return { ...descriptor, platform: { os: system, architecture, ...(variant === undefined ? {} : { variant }) } };
};
const absent = (letter: string): Described => ({
  mediaType: "application/vnd.oci.image.manifest.v1+json",
  digest: `sha256:${letter.repeat(64)}`,
  size: 10,
});

describe("OCI layouts", () => {
  const cases: [string, (layout: Layout) => string, string[], string | RegExp][] = [
    ["an image and an SBOM that refers to it", (l) => l.write(named(l.image("a"), "v1"), l.artifact()), [], "a"],
    ["an image and its signature", (l) => l.write(named(l.image("a"), "v1"), named(l.signature(), "v1.sig")), [], "a"],
    ["an artifact first", (l) => l.write(l.artifact(), l.image("a")), [], "a"],
    ["an index whose first entry is an artifact", (l) => l.write(l.index([l.artifact(), l.image("a")])), [], "a"],
    ["an index of an index", (l) => l.write(l.index([l.index([on(l.image("a"), "linux/amd64")])])), [], "a"],
    ["an absent child in the top index", (l) => l.write(absent("0"), l.image("a")), [], "a"],
    [
      "an absent child in an index below, asked for",
      (l) => l.write(l.index([on(absent("0"), "linux/s390x"), on(l.image("a"), "linux/amd64")])),
      ["--platform", "linux/s390x"],
      /has no image for linux\/s390x\. It has: linux\/amd64\. Not stored with it: linux\/s390x\./,
    ],
    ["nothing but absent children", (l) => l.write(absent("0")), [], /is incomplete: it lacks sha256:0000/],
    ["nothing but artifacts", (l) => l.write(l.artifact()), [], /holds no image\./],
    [
      "two images without a name are told by digest",
      (l) => l.write(l.image("a"), l.image("b")),
      [],
      /holds several images\. Choose one with --image: sha256:[0-9a-f]{64}, sha256:[0-9a-f]{64}\./,
    ],
    [
      "one with a name and one without",
      (l) => l.write(named(l.image("a"), "v1"), l.image("b")),
      [],
      /--image: v1, sha256:[0-9a-f]{64}\./,
    ],
    [
      "one image under two names",
      (l) => {
        const image = l.image("a");
        return l.write(named(image, "v1"), named(image, "latest"));
      },
      ["--image", "latest"],
      "a",
    ],
    [
      "untagged images of different platforms are one",
      (l) => l.write(on(l.image("a"), "linux/amd64"), on(l.image("b", "linux/arm64"), "linux/arm64/v8")),
      ["--platform", "linux/arm64"],
      "b",
    ],
    [
      "another platform than the only one",
      (l) => l.write(l.image("a")),
      ["--platform", "linux/arm64"],
      /has no image for linux\/arm64\. It has: linux\/amd64\./,
    ],
    ["other words for a platform", (l) => l.write(l.image("a", "linux/arm64")), ["--platform", "linux/aarch64"], "a"],
    [
      "the variant that goes without saying",
      (l) => l.write(l.image("a", "linux/arm64")),
      ["--platform", "linux/arm64/v8"],
      "a",
    ],
    [
      "a name that no image has",
      (l) => l.write(named(l.image("a"), "v1")),
      ["--image", "v2"],
      /holds no image called v2\. It has: v1\./,
    ],
    [
      "a tag of a full name",
      (l) =>
        l.write(
          { ...l.image("a"), annotations: { "io.containerd.image.name": "docker.io/library/app:1" } },
          { ...l.image("b"), annotations: { "io.containerd.image.name": "docker.io/library/app:2" } },
        ),
      ["--image", "app:2"],
      "b",
    ],
  ];
  it.each(cases)("%s", async (_name, make, args, want) => {
    const found = await packagesOf(make(new Layout()), ...args);
    if (typeof want === "string") expect(found).toBe(want);
    else expect(found).toMatch(want);
  });

  it("digests of sha512, every byte verified", async () => {
    const make = () => new Layout("sha512");
    const layout = make();
    expect(await packagesOf(layout.write(layout.image("a")), "--verify")).toBe("a");
    const broken = make();
    const target = broken.image("a");
    for (const [name, bytes] of broken.files) {
      if (bytes[0] === 0x1f) broken.files.set(name, gzipSync(testTar([debian, status("b")])));
    }
    expect(await packagesOf(broken.write(target))).toMatch(/do not match its digest sha512:/);
  });

  it("fewer diff ids than layers, and more, are refused", async () => {
    for (const count of [0, 2]) {
      const layout = new Layout();
      const diffIds = Array.from({ length: count }, () => `sha256:${"0".repeat(64)}`);
      const config = { os: "linux", architecture: "amd64", rootfs: { type: "layers", diff_ids: diffIds } };
      const layer = layout.put(testTar([status("a")]), "application/vnd.oci.image.layer.v1.tar");
      const target = layout.write(layout.manifest(layout.put(config, configType), [layer]));
      expect(await packagesOf(target)).toBe(
        `${target.replace(folder, "")} cannot be right: its manifest has 1 layer and its configuration names ${count}.`,
      );
    }
  });

  it.each([
    "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
    "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
  ])("a layer of %s that lies elsewhere is said to be unknown, the others are read", async (mediaType) => {
    const layout = new Layout();
    const tar = testTar([debian, status("a")]);
    const diffIds = [`sha256:${"1".repeat(64)}`, `sha256:${createHash("sha256").update(tar).digest("hex")}`];
    const config = { os: "windows", architecture: "amd64", rootfs: { type: "layers", diff_ids: diffIds } };
    const layers = [
      { ...absent("2"), mediaType, urls: ["https://example.test/base"] },
      layout.put(gzipSync(tar), "application/vnd.oci.image.layer.v1.tar+gzip"),
    ];
    const target = layout.write(layout.manifest(layout.put(config, configType), layers));
    expect(await packagesOf(target)).toBe("a");
    expect(await codesOf(target)).toContain("foreign-layer");
  });

  it("many layers are refused", async () => {
    const layout = new Layout();
    const layer = layout.put(testTar([]), "application/vnd.oci.image.layer.v1.tar");
    const diffIds = Array(1001).fill(layer.digest);
    const config = { os: "linux", architecture: "amd64", rootfs: { type: "layers", diff_ids: diffIds } };
    const manifest = layout.manifest(layout.put(config, configType), Array(1001).fill(layer));
    expect(await packagesOf(layout.write(manifest))).toMatch(/layers/);
  });
});

describe("registries", () => {
  /** Serves the blobs of a layout under the tag `1`; manifests too, as a registry has both in one store. */
  async function scanned(layout: Layout, top: Described, ...args: string[]): Promise<string> {
    const server = createServer((request, response) => {
      const name = request.url?.split("/").at(-1) ?? "";
      const digest = name === "1" ? top.digest : name;
      const bytes = layout.files.get(`blobs/${digest.replace(":", "/")}`);
      if (request.url === "/v2/") return void response.writeHead(200).end("{}");
      if (bytes === undefined) return void response.writeHead(404).end('{"errors":[{"code":"BLOB_UNKNOWN"}]}');
      const isManifest = request.url?.includes("/manifests/") === true;
      const type = isManifest ? JSON.parse(bytes.toString()).mediaType : "application/octet-stream";
      response.writeHead(200, { "content-type": type, "content-length": bytes.length });
      response.end(bytes);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    try {
      return await packagesOf(`127.0.0.1:${port}/team/app:1`, ...args);
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  const arm = ["--platform", "linux/arm64"];
  const cases: [string, (layout: Layout) => Described, string[], string | RegExp][] = [
    ["a single image", (l) => l.image("a"), [], "a"],
    ["the platform that a single image has", (l) => l.image("a", "linux/arm64"), arm, "a"],
    [
      "another platform than a single image has",
      (l) => l.image("a"),
      arm,
      /no image for linux\/arm64\. It has: linux\/amd64/,
    ],
    ["an index with an artifact first", (l) => l.index([l.artifact(), on(l.image("a"), "linux/amd64")]), [], "a"],
    [
      "an index in an index",
      (l) => l.index([l.index([on(l.image("a"), "linux/amd64"), on(l.image("b", "linux/arm64"), "linux/arm64")])]),
      arm,
      "b",
    ],
    ["an artifact", (l) => l.artifact(), [], /is not a container image/],
    [
      "fewer diff ids than layers",
      (l) => {
        const config = { os: "linux", architecture: "amd64", rootfs: { type: "layers", diff_ids: [] } };
        const layer = l.put(gzipSync(testTar([])), "application/vnd.oci.image.layer.v1.tar+gzip");
        return l.manifest(l.put(config, configType), [layer]);
      },
      [],
      /its manifest has 1 layer and its configuration names 0/,
    ],
  ];
  it.each(cases)("%s", async (_name, make, args, want) => {
    const layout = new Layout();
    const result = await scanned(layout, make(layout), ...args);
    if (typeof want === "string") expect(result).toBe(want);
    else expect(result).toMatch(want);
  });
});

describe("docker archives", () => {
  const write = (entries: TestEntry[]) => {
    const file = path.join(mkdtempSync(path.join(folder, "docker-")), "image.tar");
    writeFileSync(file, testTar(entries));
    return file;
  };
  const layer = (name: string): TestEntry => ({ path: `${name}.tar`, content: testTar([debian, status(name)]) });
  const config = (name: string, layers: number): TestEntry => ({
    path: `${name}.json`,
    content: JSON.stringify({
      os: "linux",
      architecture: "amd64",
      author: name,
      rootfs: { type: "layers", diff_ids: Array(layers).fill(`sha256:${"0".repeat(64)}`) },
    }),
  });
  const manifest = (...entries: object[]): TestEntry => ({ path: "manifest.json", content: JSON.stringify(entries) });

  it("two untagged images are told by their ids, which choose them", async () => {
    const file = write([
      ...["a", "b"].flatMap((name) => [layer(name), config(name, 1)]),
      manifest(
        { Config: "a.json", RepoTags: null, Layers: ["a.tar"] },
        { Config: "b.json", RepoTags: null, Layers: ["b.tar"] },
      ),
    ]);
    const message = await packagesOf(file);
    const ids = message.match(/sha256:[0-9a-f]{64}/g) ?? [];
    expect(ids).toHaveLength(2);
    expect(message).toMatch(/holds several images\. Choose one with --image: sha256:/);
    expect(await packagesOf(file, "--image", ids[1] ?? "")).toBe("b");
  });

  it("fewer diff ids than layers are refused", async () => {
    const file = write([
      layer("a"),
      layer("b"),
      config("a", 1),
      manifest({ Config: "a.json", RepoTags: ["t:1"], Layers: ["a.tar", "b.tar"] }),
    ]);
    expect(await packagesOf(file)).toMatch(/its manifest has 2 layers and its configuration names 1\./);
  });

  it("a layer that lies elsewhere", async () => {
    const diffId = `sha256:${"0".repeat(64)}`;
    const file = write([
      layer("a"),
      config("a", 2),
      manifest({
        Config: "a.json",
        RepoTags: ["t:1"],
        Layers: ["base.tar", "a.tar"],
        LayerSources: { [diffId]: { urls: ["https://example.test/base"] } },
      }),
    ]);
    expect(await packagesOf(file)).toBe("a");
    expect(await codesOf(file)).toContain("foreign-layer");
  });

  it("hard links into a store that nobody asked for are read", async () => {
    const file = dockerArchive(path.join(folder, "pnpm.tar"), {
      compression: "gzip",
      layers: [
        [
          { path: "root/.local/share/pnpm/store/v10/files/00/ab", content: '{"name":"lodash","version":"4.17.15"}' },
          {
            path: "app/node_modules/lodash/package.json",
            type: "1",
            link: "root/.local/share/pnpm/store/v10/files/00/ab",
          },
        ],
      ],
    });
    expect(await packagesOf(file)).toBe("lodash");
  });

  it("names that are no UTF-8 stay two packages, and the report is text", async () => {
    const npm = (byte: number): TestEntry[] => {
      const name = Buffer.concat([
        Buffer.from("caf"),
        Buffer.from([byte]),
        Buffer.from("/node_modules/a/package.json"),
      ]);
      const length = name.length + " path=\n".length + 2;
      const content = Buffer.concat([Buffer.from(`${length} path=`), name, Buffer.from("\n")]);
      return [
        { path: "x", type: "x", content },
        { path: "y", content: JSON.stringify({ name: "a", version: `1.0.${byte}` }) },
      ];
    };
    const file = dockerArchive(path.join(folder, "latin.tar"), { layers: [[...npm(0xe8), ...npm(0xe9)]] });
    const { packages } = JSON.parse((await cli(file, "--format", "json")).out);
    expect(packages.map((pkg: { path: string }) => pkg.path)).toEqual([
      "caf\\xe8/node_modules/a/package.json",
      "caf\\xe9/node_modules/a/package.json",
    ]);
  });
});

describe("reports and advisories", () => {
  it("CycloneDX does not call a hidden finding affected and not affected at once", async () => {
    const docker = dockerArchive(path.join(folder, "app.tar"), debianApp);
    const advisories = writeAdvisories(path.join(folder, "advisories"));
    const bom = JSON.parse((await cli(docker, "--advisories", advisories, "--format", "cyclonedx")).out);
    const states = bom.vulnerabilities.map(
      (one: { analysis?: { state: string }; affects: { versions: { status: string }[] }[] }) => [
        one.analysis?.state ?? "open",
        ...one.affects.flatMap(({ versions }) => versions.map((version) => version.status)),
      ],
    );
    expect(states.sort()).toEqual([
      ["not_affected", "unaffected"],
      ["open", "affected"],
      ["open", "affected"],
    ]);
  });

  it("links to advisory files are read; those to folders and to nothing are named", async () => {
    const docker = dockerArchive(path.join(folder, "linked.tar"), debianApp);
    const real = writeAdvisories(path.join(folder, "real-advisories"));
    const linked = path.join(folder, "linked-advisories");
    mkdirSync(linked);
    for (const name of ["debian.ndjson", "npm.ndjson.gz"]) symlinkSync(path.join(real, name), path.join(linked, name));
    symlinkSync(real, path.join(linked, "folder"));
    symlinkSync("nowhere", path.join(linked, "gone.json"));
    const { out } = await cli(docker, "--advisories", linked, "--format", "json");
    const result = JSON.parse(out);
    expect(result.findings.length).toBeGreaterThan(0);
    expect(
      result.diagnostics
        .filter(({ code }: { code: string }) => code === "advisories-not-read")
        .map(({ message }: { message: string }) => message)
        .sort(),
    ).toEqual([
      "Not used: it is a link that leads to nothing",
      "Not used: it is a link to a folder, which is not followed",
    ]);
  });
});
