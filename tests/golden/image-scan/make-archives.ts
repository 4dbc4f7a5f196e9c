import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { type TestEntry, testEntry, testTar } from "#engines/image-scan/write-test-tar.ts";

export interface ImageParts {
  layers: TestEntry[][];
  compression?: "none" | "gzip" | "zstd";
  platform?: { os: string; architecture: string; variant?: string };
}

const digest = (bytes: Uint8Array) => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

/** A docker archive (`docker save`) of one image. */
export function dockerArchive(file: string, parts: ImageParts, tag = "example.test/app:1"): string {
  const layers = parts.layers.map((entries) => compress(testTar(entries), parts.compression));
  const names = layers.map((_, index) => `layer-${index}/layer.tar`);
  const members: TestEntry[] = [
    { path: "config.json", content: configOf(parts) },
    { path: "manifest.json", content: JSON.stringify([{ Config: "config.json", RepoTags: [tag], Layers: names }]) },
    ...layers.map((content, index) => ({ path: names[index] ?? "", content })),
  ];
  writeFileSync(file, testTar(members));
  return file;
}

/** The blobs and index of an OCI layout that holds one image per part under one index. */
export function ociFiles(images: ImageParts[]): Map<string, Buffer> {
  const files = new Map<string, Buffer>([["oci-layout", Buffer.from('{"imageLayoutVersion":"1.0.0"}')]]);
  const put = (content: Buffer) => {
    files.set(`blobs/${digest(content).replace(":", "/")}`, content);
    return { digest: digest(content), size: content.length };
  };
  const manifests = images.map((parts) => {
    const layers = parts.layers.map((entries) => ({
      mediaType: `application/vnd.oci.image.layer.v1.tar+${parts.compression ?? "gzip"}`,
      ...put(compress(testTar(entries), parts.compression ?? "gzip")),
    }));
    const config = { mediaType: "application/vnd.oci.image.config.v1+json", ...put(Buffer.from(configOf(parts))) };
    const manifest = { schemaVersion: 2, mediaType: "application/vnd.oci.image.manifest.v1+json", config, layers };
    return {
      mediaType: manifest.mediaType,
      platform: parts.platform ?? { os: "linux", architecture: "amd64" },
      ...put(Buffer.from(JSON.stringify(manifest))),
    };
  });
  const list = { schemaVersion: 2, mediaType: "application/vnd.oci.image.index.v1+json", manifests };
  const top =
    images.length === 1 ? manifests : [{ mediaType: list.mediaType, ...put(Buffer.from(JSON.stringify(list))) }];
  files.set("index.json", Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: top })));
  return files;
}

export function writeLayout(folder: string, files: Map<string, Buffer>): string {
  for (const [name, content] of files) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), content);
  }
  return folder;
}

export function ociArchive(file: string, files: Map<string, Buffer>): string {
  writeFileSync(
    file,
    Buffer.concat([...[...files].map(([name, content]) => testEntry({ path: name, content })), Buffer.alloc(1024)]),
  );
  return file;
}

function configOf(parts: ImageParts): string {
  const diffIds = parts.layers.map((entries) => digest(testTar(entries)));
  return JSON.stringify({
    ...(parts.platform ?? { os: "linux", architecture: "amd64" }),
    rootfs: { type: "layers", diff_ids: diffIds },
  });
}

function compress(tar: Buffer, compression: ImageParts["compression"] = "none"): Buffer {
  if (compression === "gzip") return gzipSync(tar);
  return compression === "zstd" ? zstdCompressSync(tar) : tar;
}

const stanza = (name: string, version: string, more = "") =>
  `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: ${version}\n${more}\n`;
const npm = (folder: string, name: string, version: string): TestEntry => ({
  path: `${folder}/node_modules/${name}/package.json`,
  content: JSON.stringify({ name, version }),
});

/** A Debian image with a Node application; the top layer upgrades one package, removes another and deletes a module. */
export const debianApp: ImageParts = {
  layers: [
    [
      {
        path: "usr/lib/os-release",
        content:
          'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n',
      },
      { path: "etc/os-release", type: "2", link: "../usr/lib/os-release" },
      {
        path: "var/lib/dpkg/status",
        content:
          stanza("libssl3", "3.0.9-1", "Source: openssl\n") +
          stanza("git", "1:2.39.2-1") +
          stanza("zlib1g", "1:1.2.13.dfsg-1", "Source: zlib\n"),
      },
      { path: "usr/bin/git", content: "binary" },
    ],
    [
      npm("app", "lodash", "4.17.15"),
      npm("app", "moment", "2.29.1"),
      {
        path: "app/package-lock.json",
        content: '{"lockfileVersion":3,"packages":{"node_modules/moment":{"version":"2.29.1"}}}',
      },
    ],
    [
      {
        path: "var/lib/dpkg/status",
        content:
          stanza("libssl3", "3.0.11-1~deb12u2", "Source: openssl\n") +
          stanza("zlib1g", "1:1.2.13.dfsg-1", "Source: zlib\n"),
      },
      { path: "usr/bin/.wh.git" },
      { path: "app/node_modules/.wh.moment" },
    ],
  ],
};

export const alpineImage: ImageParts = {
  compression: "zstd",
  platform: { os: "linux", architecture: "arm64", variant: "v8" },
  layers: [
    [
      {
        path: "etc/os-release",
        content: 'NAME="Alpine Linux"\nID=alpine\nVERSION_ID=3.18.2\nPRETTY_NAME="Alpine Linux v3.18"\n',
      },
      {
        path: "lib/apk/db/installed",
        content: "P:libcrypto3\nV:3.1.1-r1\nA:aarch64\no:openssl\n\nP:busybox\nV:1.36.1-r0\nA:aarch64\no:busybox\n\n",
      },
    ],
  ],
};

const record = (id: string, ecosystem: string, name: string, fixed: string | null, more: object = {}) => ({
  id,
  modified: "2026-01-01T00:00:00Z",
  summary: `${id} in ${name}`,
  affected: [
    {
      package: { ecosystem, name },
      ranges: [
        {
          type: ecosystem === "npm" ? "SEMVER" : "ECOSYSTEM",
          events: [{ introduced: "0" }, ...(fixed === null ? [] : [{ fixed }])],
        },
      ],
    },
  ],
  ...more,
});

/** A small advisory folder: two records of one flaw, an unimportant one, one of another package, a withdrawn one, KEV and EPSS. */
export function writeAdvisories(folder: string): string {
  mkdirSync(folder, { recursive: true });
  const critical = { severity: [{ type: "CVSS_V3", score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H" }] };
  const unimportant = record("CVE-2023-45853", "Debian:12", "zlib", null);
  const debian = [
    record("CVE-2023-0001", "Debian:12", "openssl", "3.0.13-1", critical),
    record("DSA-5001-1", "Debian:12", "openssl", "3.0.13-1", { related: ["CVE-2023-0001"] }),
    { ...unimportant, affected: [{ ...unimportant.affected[0], ecosystem_specific: { urgency: "unimportant" } }] },
    record("CVE-2022-0001", "Debian:12", "git", "1:2.40-1", critical),
    record("CVE-2023-0009", "Debian:12", "openssl", "3.0.10-1", critical),
  ];
  const npmRecords = [
    record("GHSA-p6mc-m468-83gw", "npm", "lodash", "4.17.19", {
      aliases: ["CVE-2020-8203"],
      database_specific: { severity: "HIGH" },
    }),
    record("GHSA-xxxx-xxxx-xxx1", "npm", "lodash", "5.0.0", { withdrawn: "2026-01-02T00:00:00Z" }),
    record("GHSA-wc69-rhjr-hc9g", "npm", "moment", "2.29.4", {
      aliases: ["CVE-2022-31129"],
      database_specific: { severity: "HIGH" },
    }),
  ];
  const alpine = [record("CVE-2023-0001", "Alpine:v3.18", "openssl", "3.1.2-r0", critical)];
  const lines = (records: object[]) => `${records.map((entry) => JSON.stringify(entry)).join("\n")}\n`;
  writeFileSync(path.join(folder, "debian.ndjson"), lines(debian));
  writeFileSync(path.join(folder, "npm.ndjson.gz"), gzipSync(lines(npmRecords)));
  writeFileSync(path.join(folder, "alpine.ndjson"), lines(alpine));
  writeFileSync(
    path.join(folder, "kev.json"),
    JSON.stringify({
      title: "CISA Catalog of Known Exploited Vulnerabilities",
      catalogVersion: "2026.01.01",
      dateReleased: "2026-01-01T00:00:00Z",
      count: 1,
      vulnerabilities: [
        {
          cveID: "CVE-2020-8203",
          vendorProject: "x",
          product: "x",
          vulnerabilityName: "x",
          dateAdded: "2026-01-01",
          shortDescription: "x",
          requiredAction: "x",
          dueDate: "2026-02-01",
        },
      ],
    }),
  );
  writeFileSync(
    path.join(folder, "epss.csv"),
    "#model_version:v2026.01.01,score_date:2026-01-01T00:00:00+0000\ncve,epss,percentile\nCVE-2023-0001,0.91,0.99\n",
  );
  writeFileSync(path.join(folder, "README.md"), "# not data\n");
  return folder;
}
