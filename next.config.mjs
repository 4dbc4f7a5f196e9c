import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";

const root = import.meta.dirname;
// Several builds may stand side by side, for example a development server beside the build of `npm start`.
const distDir = process.env.BREAKWATER_DIST_DIR || ".next";

/** Next adds its generated types to the tsconfig it is given, one entry per build folder: it gets a copy of its own. */
function tsconfigCopy() {
  const file = path.join(".next-tsconfig", `${distDir.replaceAll(/[^\w.-]/g, "_")}.json`);
  mkdirSync(path.join(root, ".next-tsconfig"), { recursive: true });
  writeFileSync(path.join(root, file), JSON.stringify({ extends: "../tsconfig.json", include: ["../src/app"] }));
  return file;
}

/** For what neither the proxy nor a route answers: it may be loaded by our pages, and never be a page or a frame itself. */
const fixedHeaders = Object.entries({
  "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
}).map(([key, value]) => ({ key, value }));

/** @type {import("next").NextConfig} */
export default {
  output: "standalone",
  reactCompiler: true,
  poweredByHeader: false,
  distDir,
  // `npm test` and `npm run verify` check the types of everything; a start need not do it again.
  typescript: { tsconfigPath: tsconfigCopy(), ignoreBuildErrors: true },
  // Plain Node packages with dynamic requires or wasm: bundling them breaks or bloats them.
  serverExternalPackages: [
    "pg",
    "pg-boss",
    "pg-copy-streams",
    "pino",
    "@prisma/client",
    "@prisma/adapter-pg",
    "prom-client",
  ],
  turbopack: { root },
  outputFileTracingRoot: root,
  outputFileTracingExcludes: { "*": [".data/**", ".runtime/**", ".next-out/**", "docs/**", "tests/**", "bench/**"] },
  // Nothing uses the image optimizer: an endpoint that fetches and resizes is closed.
  images: { unoptimized: true },
  headers: async () => [
    ...["/_next/:path*", "/favicon.ico", "/favicon.svg", "/logo.svg", "/robots.txt", "/fonts/:path*"].map((source) => ({
      source,
      headers: fixedHeaders,
    })),
  ],
  devIndicators: false,
  // `forbidden()` renders the 403 page with its status.
  experimental: { authInterrupts: true },
};
