import { alpinePackages, alpineRelease, debian10Packages, debian12Packages } from "./demo-packages.ts";
import { type GeneratedManifest, generateImage, generateIndex, type LayerPlan } from "./generate-image.ts";
import { apkInstalled, dpkgStatus, npmTree, osRelease } from "./package-files.ts";

type Age = "first" | "middle" | "late";
interface Application {
  age: Age;
  name: string;
  version: string;
  /** npm packages by name. */
  packages: Record<string, string>;
}
const dates: Record<Age, Date> = {
  first: new Date("2023-07-03T09:12:00Z"),
  middle: new Date("2023-12-11T14:40:00Z"),
  late: new Date("2024-11-18T08:05:00Z"),
};

function debianBase(age: Age): LayerPlan {
  const release = osRelease({
    PRETTY_NAME: "Debian GNU/Linux 12 (bookworm)",
    NAME: "Debian GNU/Linux",
    VERSION_ID: "12",
    VERSION: "12 (bookworm)",
    VERSION_CODENAME: "bookworm",
    ID: "debian",
  });
  return {
    createdBy: "ADD rootfs.tar.xz /",
    files: [
      ...release,
      { path: "etc/debian_version", content: "12.1\n" },
      dpkgStatus(debian12Packages(age, []), "amd64"),
    ],
  };
}

function debianInstall(age: Age, sources: readonly string[]): LayerPlan {
  return {
    createdBy: `RUN apt-get update && apt-get install -y ${sources.join(" ")}`,
    compression: "zstd",
    files: [dpkgStatus(debian12Packages(age, sources), "amd64")],
  };
}

/** A Node application on Debian 12: base, installed packages, npm tree, a layer each. */
export function debianApp({
  age,
  name,
  version,
  packages,
  sources,
}: Application & { sources: readonly string[] }): GeneratedManifest {
  return generateImage({
    architecture: "amd64",
    createdAt: dates[age],
    labels: { "org.opencontainers.image.title": name, "org.opencontainers.image.version": version },
    command: ["node", "server.js"],
    layers: [
      debianBase(age),
      debianInstall(age, sources),
      { createdBy: "RUN npm ci --omit=dev", files: npmTree("srv/app", { name, version }, packages) },
    ],
  });
}

/** A compiled service on Debian 12, its last layer uncompressed. */
export function debianService(age: Age, name: string, sources: readonly string[]): GeneratedManifest {
  const binary = { path: `usr/local/bin/${name}`, mode: 0o755, content: `#!/bin/sh\necho ${name} ${age}\n` };
  return generateImage({
    architecture: "amd64",
    createdAt: dates[age],
    labels: { "org.opencontainers.image.title": name },
    command: [`/usr/local/bin/${name}`],
    layers: [
      debianBase(age),
      debianInstall(age, sources),
      { createdBy: `COPY ${name} /usr/local/bin/`, compression: "none", files: [binary] },
    ],
  });
}

function alpineBase(age: Age, further: readonly string[], architecture: "amd64" | "arm64"): LayerPlan {
  const version = alpineRelease[age];
  const release = osRelease({
    NAME: "Alpine Linux",
    ID: "alpine",
    VERSION_ID: version,
    PRETTY_NAME: `Alpine Linux v${version.split(".").slice(0, 2).join(".")}`,
  });
  const machine = architecture === "amd64" ? "x86_64" : "aarch64";
  return {
    createdBy: "ADD alpine-minirootfs.tar.gz /",
    files: [
      ...release,
      { path: "etc/alpine-release", content: `${version}\n` },
      apkInstalled(alpinePackages(age, further), machine),
    ],
  };
}

/** A Node application on Alpine. */
export function alpineApp({ age, name, version, packages }: Application): GeneratedManifest {
  return generateImage({
    architecture: "amd64",
    createdAt: dates[age],
    labels: { "org.opencontainers.image.title": name, "org.opencontainers.image.version": version },
    command: ["node", "server.js"],
    layers: [
      alpineBase(age, ["curl", "nghttp2"], "amd64"),
      { createdBy: "COPY . /app", files: npmTree("app", { name, version }, packages) },
    ],
  });
}

/** A service on Alpine for two platforms; the arm64 one has a package less. */
export function alpineIndex(age: Age): GeneratedManifest {
  return generateIndex(
    (["amd64", "arm64"] as const).map((architecture) => ({
      architecture,
      image: generateImage({
        architecture,
        createdAt: dates[age],
        labels: { "org.opencontainers.image.title": "gateway" },
        command: ["/usr/bin/gateway"],
        layers: [
          alpineBase(age, architecture === "amd64" ? ["curl", "expat", "nghttp2"] : ["curl", "nghttp2"], architecture),
          {
            createdBy: "COPY gateway /usr/bin/",
            files: [{ path: "usr/bin/gateway", mode: 0o755, content: `gateway for ${architecture}, ${age}\n` }],
          },
        ],
      }),
    })),
  );
}

/** A service on Debian 10, whose support has ended; `patched` has the last fixes. */
export function debian10Service(patched: boolean): GeneratedManifest {
  const release = osRelease({
    PRETTY_NAME: "Debian GNU/Linux 10 (buster)",
    NAME: "Debian GNU/Linux",
    VERSION_ID: "10",
    VERSION_CODENAME: "buster",
    ID: "debian",
  });
  return generateImage({
    architecture: "amd64",
    createdAt: patched ? dates.middle : dates.first,
    labels: { "org.opencontainers.image.title": "reporter" },
    command: ["/usr/bin/reporter"],
    layers: [{ createdBy: "ADD rootfs.tar.xz /", files: [...release, dpkgStatus(debian10Packages(patched), "amd64")] }],
  });
}

/** One program and nothing else: no distribution, no package database. */
export function scratchImage(): GeneratedManifest {
  return generateImage({
    architecture: "amd64",
    createdAt: dates.first,
    command: ["/static-proxy"],
    layers: [
      {
        createdBy: "COPY static-proxy /",
        files: [
          { path: "static-proxy", mode: 0o755, content: "a statically linked program without any package database\n" },
        ],
      },
    ],
  });
}

/** A distribution that nobody has advisories for: its packages are listed, not judged. */
export function unknownDistribution(): GeneratedManifest {
  const release = osRelease({
    NAME: "Harbourlight Linux",
    ID: "harbourlight",
    VERSION_ID: "4.2",
    PRETTY_NAME: "Harbourlight Linux 4.2",
  });
  return generateImage({
    architecture: "amd64",
    createdAt: dates.first,
    command: ["/usr/bin/importer"],
    layers: [
      {
        createdBy: "ADD harbourlight.tar /",
        files: [
          ...release,
          dpkgStatus(
            [
              { name: "openssl", version: "3.0.2-4hl1" },
              { name: "zlib1g", version: "1:1.2.11-2hl1", source: "zlib" },
            ],
            "amd64",
          ),
        ],
      },
    ],
  });
}
