import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";

const suite = "bookworm";
// biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query fills it in
const dpkgFormat = "${Package} ${Version}\\n";

export interface DebianImage {
  /** OCI layout with one image, tagged `it`. */
  folder: string;
  /** Installed packages by dpkg's own word, name → version. */
  packages: Map<string, string>;
}

/**
 * An image of a real Debian root, made by debootstrap and kept in the temporary folder for the next run. Returns a sentence
 * instead where it cannot be made.
 */
export function debianImage(): DebianImage | string {
  const cache = path.join(os.tmpdir(), `breakwater-debian-${suite}`);
  if (!existsSync(path.join(cache, "index.json"))) {
    const fault = build(cache);
    if (fault) return fault;
  }
  const lines = readFileSync(path.join(cache, "packages.txt"), "utf8").trim().split("\n");
  return { folder: cache, packages: new Map(lines.map((line) => line.split(" ") as [string, string])) };
}

function build(cache: string): string | null {
  if (process.getuid?.() !== 0) return "a Debian root can only be made as root";
  if (!existsSync("/usr/sbin/debootstrap")) return "debootstrap is not installed";
  const folder = mkdtempSync(path.join(os.tmpdir(), "breakwater-debian-"));
  try {
    const root = path.join(folder, "root");
    const layout = path.join(folder, "layout");
    mkdirSync(path.join(layout, "blobs/sha256"), { recursive: true });
    const made = spawnSync("debootstrap", ["--variant=minbase", suite, root], { encoding: "utf8", timeout: 400_000 });
    if (made.status !== 0) return `debootstrap made no root: ${(made.stderr || made.stdout).trim().split("\n").at(-1)}`;
    const query = ["--admindir", path.join(root, "var/lib/dpkg"), "-W", "-f", dpkgFormat];
    writeFileSync(path.join(layout, "packages.txt"), spawnSync("dpkg-query", query, { encoding: "utf8" }).stdout);
    const packed = path.join(folder, "layer.tar");
    const tar = spawnSync("tar", [
      "--numeric-owner",
      "--exclude=./var/cache/apt/archives/*",
      "-cf",
      packed,
      "-C",
      root,
      ".",
    ]);
    if (tar.status !== 0) return "tar could not pack the root";
    writeLayout(layout, packed);
    rmSync(cache, { recursive: true, force: true });
    renameSync(layout, cache);
    return null;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function writeLayout(layout: string, packed: string): void {
  const plain = readFileSync(packed);
  const zipped = gzipSync(plain, { level: 1 });
  const put = (bytes: Uint8Array) => {
    const hex = createHash("sha256").update(bytes).digest("hex");
    writeFileSync(path.join(layout, "blobs/sha256", hex), bytes);
    return { digest: `sha256:${hex}`, size: bytes.length };
  };
  const json = (value: unknown) => Buffer.from(JSON.stringify(value));
  const layer = { mediaType: "application/vnd.oci.image.layer.v1.tar+gzip", ...put(zipped) };
  const config = {
    mediaType: "application/vnd.oci.image.config.v1+json",
    ...put(
      json({
        architecture: process.arch === "arm64" ? "arm64" : "amd64",
        os: "linux",
        rootfs: { type: "layers", diff_ids: [`sha256:${createHash("sha256").update(plain).digest("hex")}`] },
        history: [{ created_by: "debootstrap --variant=minbase" }],
      }),
    ),
  };
  const mediaType = "application/vnd.oci.image.manifest.v1+json";
  const manifest = { mediaType, ...put(json({ schemaVersion: 2, mediaType, config, layers: [layer] })) };
  const name = { "org.opencontainers.image.ref.name": "it" };
  writeFileSync(path.join(layout, "oci-layout"), JSON.stringify({ imageLayoutVersion: "1.0.0" }));
  const index = { schemaVersion: 2, manifests: [{ ...manifest, annotations: name }] };
  writeFileSync(path.join(layout, "index.json"), JSON.stringify(index));
}
