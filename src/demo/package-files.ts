import type { ArchiveFile } from "./tar-archive.ts";

/** One package of a distribution: `source` when it is built from a source package of another name or version. */
export interface SystemPackage {
  name: string;
  version: string;
  source?: string;
}

/** `os-release` of a distribution. */
export function osRelease(values: Record<string, string>): ArchiveFile[] {
  const text = Object.entries(values)
    .map(([key, value]) => `${key}="${value}"\n`)
    .join("");
  return [
    { path: "etc/os-release", link: "../usr/lib/os-release" },
    { path: "usr/lib/os-release", content: text },
  ];
}

/** The dpkg status database with these packages installed, and one leftover configuration that is not. */
export function dpkgStatus(packages: readonly SystemPackage[], architecture: string): ArchiveFile {
  const stanzas = packages.map((pkg) =>
    stanza({
      Package: pkg.name,
      Status: "install ok installed",
      Priority: "optional",
      Section: "libs",
      Maintainer: "Breakwater demo <demo@example.org>",
      Architecture: architecture,
      "Multi-Arch": "same",
      ...(pkg.source ? { Source: pkg.source } : {}),
      Version: pkg.version,
      Description: `${pkg.name} of the demo\n Made by the image generator.`,
    }),
  );
  const removed = stanza({
    Package: "old-config",
    Status: "deinstall ok config-files",
    Architecture: architecture,
    Version: "1.0-1",
    Description: "removed, its configuration stayed",
  });
  return { path: "var/lib/dpkg/status", content: [...stanzas, removed].join("\n") };
}

/** The apk database with these packages installed. */
export function apkInstalled(packages: readonly SystemPackage[], architecture: string): ArchiveFile {
  const text = packages
    .map((pkg) =>
      [
        `P:${pkg.name}`,
        `V:${pkg.version}`,
        `A:${architecture}`,
        `T:${pkg.name} of the demo`,
        `o:${pkg.source ?? pkg.name}`,
        "L:MIT",
        `F:usr/share/${pkg.name}`,
        "",
      ].join("\n"),
    )
    .join("\n");
  return { path: "lib/apk/db/installed", content: `${text}\n` };
}

/** An installed npm tree below `root`, one folder per `name@version`. The application's own package.json is written too. */
export function npmTree(
  root: string,
  application: { name: string; version: string },
  packages: Record<string, string>,
): ArchiveFile[] {
  const own = {
    path: `${root}/package.json`,
    content: manifest({ ...application, private: true, dependencies: packages }),
  };
  const installed = Object.entries(packages).map(([name, version]) => ({
    path: `${root}/node_modules/${name}/package.json`,
    content: manifest({ name, version, license: "MIT" }),
  }));
  return [own, ...installed, { path: `${root}/server.js`, content: `// ${application.name} ${application.version}\n` }];
}

function manifest(content: object): string {
  return `${JSON.stringify(content, null, 2)}\n`;
}

function stanza(fields: Record<string, string>): string {
  return Object.entries(fields)
    .map(([key, value]) => `${key}: ${value}\n`)
    .join("");
}
