import {
  alpineApp,
  alpineIndex,
  debian10Service,
  debianApp,
  debianService,
  scratchImage,
  unknownDistribution,
} from "./demo-builds.ts";
import type { GeneratedManifest } from "./generate-image.ts";

/** One push of the demo. Pushes of a round do not depend on each other; the next round comes when they are scanned. */
export interface DemoPush {
  repository: string;
  tags: readonly string[];
  image: () => GeneratedManifest;
}

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
        sources: ["curl", "libwebp"],
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
