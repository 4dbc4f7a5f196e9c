import { alpinePackages, alpineRelease, debian10Packages, debian12Packages } from "./demo-packages.ts";
import { type GeneratedManifest, generateImage, generateIndex, type LayerPlan } from "./generate-image.ts";
import { apkInstalled, dpkgStatus, npmTree, osRelease } from "./package-files.ts";

/** One push of the demo. Pushes of a round do not depend on each other; the next round comes when they are scanned. */
export interface DemoPush {
  repository: string;
  tags: readonly string[];
  image: () => GeneratedManifest;
}

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

/**
 * Six teams' worth of images: fixes that arrive, flaws that come in with a new dependency, a multi-platform index, a scratch
 * image, a distribution nobody knows and one whose support has ended.
 */
export const demoRounds: readonly (readonly DemoPush[])[] = [
  [
    push("shop/checkout", ["1.0", "latest"], () =>
      debianApp({
        age: "first",
        name: "checkout",
        version: "1.0.0",
        packages: {
          express: "4.18.2",
          lodash: "4.17.20",
          minimist: "1.2.5",
          axios: "1.5.1",
          qs: "6.9.6",
          jsonwebtoken: "8.5.1",
        },
        sources: ["curl"],
      }),
    ),
    push("shop/storefront", ["2.3.0", "latest"], () =>
      alpineApp({
        age: "first",
        name: "storefront",
        version: "2.3.0",
        packages: { express: "4.18.2", ws: "8.13.0", semver: "7.3.8", ejs: "3.1.6", moment: "2.29.1" },
      }),
    ),
    push("shop/search", ["0.9"], () =>
      alpineApp({
        age: "first",
        name: "search",
        version: "0.9.0",
        packages: { "follow-redirects": "1.14.7", "node-fetch": "2.6.6", vm2: "3.9.19" },
      }),
    ),
    push("platform/gateway", ["5.0", "latest"], () => alpineIndex("first")),
    push("platform/billing", ["2024.1"], () => debianService("first", "billing", ["expat", "krb5", "sqlite3"])),
    push("tools/reporter", ["0.9"], () => debian10Service(false)),
    push("tools/static-proxy", ["1.0"], () => scratchImage()),
    push("legacy/importer", ["3.1"], () => unknownDistribution()),
  ],
  [
    push("shop/checkout", ["1.1", "latest"], () =>
      debianApp({
        age: "middle",
        name: "checkout",
        version: "1.1.0",
        packages: {
          express: "4.18.2",
          lodash: "4.17.21",
          minimist: "1.2.8",
          axios: "1.6.0",
          qs: "6.11.0",
          jsonwebtoken: "9.0.2",
          "body-parser": "1.20.1",
        },
        sources: ["curl", "libwebp"],
      }),
    ),
    push("shop/storefront", ["2.4.0", "latest"], () =>
      alpineApp({
        age: "middle",
        name: "storefront",
        version: "2.4.0",
        packages: {
          express: "4.18.2",
          ws: "8.14.2",
          semver: "7.5.4",
          ejs: "3.1.9",
          moment: "2.29.4",
          "tough-cookie": "4.1.2",
        },
      }),
    ),
    push("shop/search", ["1.0", "latest"], () =>
      alpineApp({
        age: "middle",
        name: "search",
        version: "1.0.0",
        packages: { "follow-redirects": "1.15.4", "node-fetch": "2.7.0", vm2: "3.9.19", tar: "6.1.15" },
      }),
    ),
    push("platform/gateway", ["5.1", "latest"], () => alpineIndex("middle")),
    push("platform/billing", ["2024.2"], () =>
      debianService("middle", "billing", ["expat", "krb5", "sqlite3", "nghttp2"]),
    ),
    push("tools/reporter", ["0.9.1", "latest"], () => debian10Service(true)),
  ],
  [
    push("shop/checkout", ["1.2", "latest"], () =>
      debianApp({
        age: "late",
        name: "checkout",
        version: "1.2.0",
        packages: {
          express: "4.21.1",
          lodash: "4.17.21",
          minimist: "1.2.8",
          axios: "1.7.7",
          qs: "6.13.0",
          jsonwebtoken: "9.0.2",
          "body-parser": "1.20.3",
          log4js: "6.3.0",
        },
        sources: ["curl", "libwebp"],
      }),
    ),
    push("shop/storefront", ["2.4.1", "latest"], () =>
      alpineApp({
        age: "late",
        name: "storefront",
        version: "2.4.1",
        packages: {
          express: "4.19.2",
          ws: "8.18.0",
          semver: "7.6.3",
          ejs: "3.1.10",
          moment: "2.30.1",
          "tough-cookie": "4.1.4",
          braces: "3.0.2",
        },
      }),
    ),
    push("shop/search", ["1.1", "latest"], () =>
      alpineApp({
        age: "late",
        name: "search",
        version: "1.1.0",
        packages: { "follow-redirects": "1.15.9", "node-fetch": "2.7.0", tar: "6.2.1", "path-to-regexp": "0.1.7" },
      }),
    ),
    push("platform/billing", ["2024.3", "latest"], () =>
      debianService("late", "billing", ["expat", "krb5", "sqlite3", "nghttp2"]),
    ),
  ],
];

/** The push whose image is deleted again at the end, so that a retired one can be seen. */
export const deletedPush = { repository: "shop/search", round: 0 };

function push(repository: string, tags: readonly string[], image: () => GeneratedManifest): DemoPush {
  return { repository, tags, image };
}

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

function debianApp({
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

function debianService(age: Age, name: string, sources: readonly string[]): GeneratedManifest {
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

function alpineApp({ age, name, version, packages }: Application): GeneratedManifest {
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

function alpineIndex(age: Age): GeneratedManifest {
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

function debian10Service(patched: boolean): GeneratedManifest {
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

function scratchImage(): GeneratedManifest {
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

function unknownDistribution(): GeneratedManifest {
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
