import { createHash } from "node:crypto";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { testEntry } from "../../src/engines/image-scan/write-test-tar.ts";

/** Archives of one image with the number of packages that are really in it. */
export interface BenchImage {
  name: string;
  archive: string;
  kind: "docker-archive" | "oci-archive";
  packages: number | null;
}

const debCount = 135;
const npmCount = 326;
const fillerFiles = 11_000;

/**
 * Makes an image shaped like a Debian one of 300 MB with a Node application on top: 135 Debian packages with their file
 * lists, 11,000 other files, 326 npm packages. Once as plain docker archive and once as OCI archive with gzip layers.
 */
export function makeImages(folder: string): BenchImage[] {
  mkdirSync(folder, { recursive: true });
  const plain = path.join(folder, "generated.docker.tar");
  const compressed = path.join(folder, "generated.oci.tar");
  if (!existsSync(plain) || !existsSync(compressed)) writeArchives([baseLayer(), npmLayer()], { plain, compressed });
  const packages = debCount + npmCount;
  return [
    { name: "generated 300 MB, plain", archive: plain, kind: "docker-archive", packages },
    { name: "generated 300 MB, gzip", archive: compressed, kind: "oci-archive", packages },
  ];
}

function baseLayer(): Buffer {
  const parts = [file("etc/os-release", 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_ID="12"\n')];
  const stanzas: string[] = [];
  for (let index = 0; index < debCount; index += 1) {
    const name = `package-${index}`;
    stanzas.push(
      `Package: ${name}\nStatus: install ok installed\nPriority: optional\nSection: libs\nInstalled-Size: 1234\nMaintainer: Someone <someone@example.org>\nArchitecture: amd64\nVersion: 1.${index}-1\nDepends: libc6 (>= 2.36)\nDescription: a package\n that is described in several lines\n of text\n`,
    );
    const owned = Array.from({ length: 80 }, (_, file) => `/usr/share/${name}/folder/file-${file}`).join("\n");
    parts.push(file(`var/lib/dpkg/info/${name}.list`, `/.\n/usr\n/usr/share\n${owned}\n`));
  }
  parts.push(file("var/lib/dpkg/status", stanzas.join("\n")));
  for (let index = 0; index < fillerFiles; index += 1)
    parts.push(file(`usr/share/package-${index % debCount}/folder/file-${index}`, filler(index)));
  return Buffer.concat([...parts, Buffer.alloc(1024)]);
}

function npmLayer(): Buffer {
  const parts: Buffer[] = [];
  for (let index = 0; index < npmCount; index += 1) {
    const folder = `app/node_modules/module-${index}`;
    parts.push(
      file(
        `${folder}/package.json`,
        JSON.stringify({ name: `module-${index}`, version: `1.0.${index}`, description: "x".repeat(800) }),
      ),
    );
    for (let source = 0; source < 15; source += 1)
      parts.push(file(`${folder}/lib/source-${source}.js`, filler(index).subarray(0, 6000)));
  }
  return Buffer.concat([...parts, Buffer.alloc(1024)]);
}

function file(name: string, content: string | Buffer): Buffer {
  return testEntry({ path: name, content });
}

let pool: Buffer | undefined;

/** Bytes that compress about as well as real files do: text-like words from a fixed sequence, mixed with noise. */
function filler(index: number): Buffer {
  pool ??= makePool();
  const start = (index * 7919) % (pool.length - 400_000);
  const size = 2000 + ((index * 104_729) % 48_000);
  return pool.subarray(start, start + size);
}

function makePool(): Buffer {
  const bytes = Buffer.alloc(8 * 1024 * 1024);
  let state = 42;
  for (let index = 0; index < bytes.length; index += 1) {
    if (index % 8 === 0) state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[index] = index % 24 < 12 ? 97 + ((state >>> (index % 8)) & 15) : (state >>> 16) & 0xff;
  }
  return bytes;
}

function writeArchives(layers: Buffer[], files: { plain: string; compressed: string }): void {
  const config = Buffer.from(
    JSON.stringify({ architecture: "amd64", os: "linux", rootfs: { type: "layers", diff_ids: layers.map(digest) } }),
  );
  const names = layers.map((layer) => `${hex(layer)}/layer.tar`);
  writeTar(files.plain, [
    [`${hex(config)}.json`, config],
    [
      "manifest.json",
      Buffer.from(
        JSON.stringify([{ Config: `${hex(config)}.json`, RepoTags: ["bench/generated:latest"], Layers: names }]),
      ),
    ],
    ...layers.map((layer, index): [string, Buffer] => [names[index] ?? "", layer]),
  ]);
  const blobs = layers.map((layer) => gzipSync(layer));
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      config: { mediaType: "application/vnd.oci.image.config.v1+json", digest: digest(config), size: config.length },
      layers: blobs.map((blob) => ({
        mediaType: "application/vnd.oci.image.layer.v1.tar+gzip",
        digest: digest(blob),
        size: blob.length,
      })),
    }),
  );
  const index = {
    schemaVersion: 2,
    manifests: [
      { mediaType: "application/vnd.oci.image.manifest.v1+json", digest: digest(manifest), size: manifest.length },
    ],
  };
  writeTar(files.compressed, [
    ["oci-layout", Buffer.from('{"imageLayoutVersion":"1.0.0"}')],
    ["index.json", Buffer.from(JSON.stringify(index))],
    ...[config, manifest, ...blobs].map((blob): [string, Buffer] => [`blobs/sha256/${hex(blob)}`, blob]),
  ]);
}

function writeTar(target: string, members: [string, Buffer][]): void {
  const descriptor = openSync(target, "w");
  for (const [name, content] of members) writeSync(descriptor, testEntry({ path: name, content }));
  writeSync(descriptor, Buffer.alloc(1024));
  closeSync(descriptor);
}

function hex(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function digest(bytes: Buffer): string {
  return `sha256:${hex(bytes)}`;
}

/** Archives of a folder of one's own: `x.tar` is a docker archive, `x.oci.tar` an OCI archive, `x.count` the true number of packages. */
export function imagesOf(folder: string, names: string[]): BenchImage[] {
  return names
    .filter((name) => name.endsWith(".tar") && !name.endsWith(".layer.tar"))
    .sort()
    .map((name) => {
      const count = path.join(folder, name.replace(/(?:\.oci)?\.tar$/, ".count"));
      return {
        name: name.replace(/\.tar$/, ""),
        archive: path.join(folder, name),
        kind: name.endsWith(".oci.tar") ? "oci-archive" : "docker-archive",
        packages: existsSync(count) ? Number(readFileSync(count, "utf8")) : null,
      };
    });
}

export function writePeerScript(folder: string): string {
  const script = path.join(folder, "peer-scan.cjs");
  writeFileSync(
    script,
    `const { createRequire } = require("node:module");
const plugin = createRequire(process.env.PEERS + "/x.js")("snyk-docker-plugin");
plugin.scan({ path: process.argv[2], "nested-jars-depth": "1" }).then((found) => {
  let packages = 0;
  for (const result of found.scanResults) for (const fact of result.facts) if (fact.type === "depGraph") packages += fact.data.getDepPkgs().length;
  console.log(JSON.stringify({ packages }));
});
`,
  );
  return script;
}
