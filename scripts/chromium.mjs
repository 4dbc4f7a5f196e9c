// The browser of the end-to-end tests, in this order: PLAYWRIGHT_CHROMIUM, the one Playwright installed, one of the
// system, and else the headless Chromium that comes through npm, which needs no download and no system package.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { brotliDecompressSync } from "node:zlib";

const root = path.resolve(import.meta.dirname, "..");
const SYSTEM = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** Returns { executablePath, env, args, origin } for Playwright's launch options. Throws when there is no browser at all. */
export async function findChromium() {
  const rootArgs = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const args = [
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    ...rootArgs,
  ];
  const named = process.env.PLAYWRIGHT_CHROMIUM;
  if (named) {
    if (!existsSync(named)) throw new Error(`PLAYWRIGHT_CHROMIUM: there is no file ${named}`);
    return { executablePath: named, env: {}, args, origin: "PLAYWRIGHT_CHROMIUM" };
  }
  const { chromium } = await import("@playwright/test");
  if (existsSync(chromium.executablePath()))
    return { executablePath: chromium.executablePath(), env: {}, args, origin: "Playwright" };
  const system = SYSTEM.find((file) => existsSync(file));
  if (system) return { executablePath: system, env: {}, args, origin: "system" };
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Error(
      "There is no browser for the end-to-end tests. Run: npx playwright install chromium, or set PLAYWRIGHT_CHROMIUM.",
    );
  }
  return fromPackage(args);
}

async function fromPackage(args) {
  const { default: packaged } = await import("@sparticuz/chromium");
  const executablePath = await packaged.executablePath();
  const libraries = await unpackLibraries();
  const search = [libraries, process.env.LD_LIBRARY_PATH].filter(Boolean).join(path.delimiter);
  return {
    executablePath,
    env: { LD_LIBRARY_PATH: search },
    args: [...args, "--use-gl=angle", "--use-angle=swiftshader"],
    origin: "npm package",
  };
}

/** nss, nspr and expat, which a bare system lacks. */
async function unpackLibraries() {
  const archive = path.join(root, "node_modules", "@sparticuz", "chromium", "bin", "al2023.tar.br");
  const { version } = JSON.parse(
    readFileSync(path.join(root, "node_modules", "@sparticuz", "chromium", "package.json"), "utf8"),
  );
  const folder = path.join(os.tmpdir(), `breakwater-chromium-${version}-${process.getuid?.() ?? ""}`);
  if (existsSync(path.join(folder, "lib"))) return path.join(folder, "lib");
  const staging = `${folder}.${process.pid}`;
  const { extract } = await import("tar-stream");
  const entries = extract();
  const done = new Promise((resolve, reject) => {
    entries.on("entry", (header, stream, next) => {
      const target = path.join(staging, header.name);
      if (!target.startsWith(staging)) return reject(new Error(`unexpected path ${header.name}`));
      const chunks = [];
      stream.on("data", (chunk) => chunks.push(chunk));
      stream.on("end", () => {
        if (header.type === "file") {
          mkdirSync(path.dirname(target), { recursive: true });
          writeFileSync(target, Buffer.concat(chunks), { mode: 0o755 });
        }
        next();
      });
    });
    entries.on("finish", resolve);
    entries.on("error", reject);
  });
  entries.end(brotliDecompressSync(readFileSync(archive)));
  await done;
  try {
    renameSync(staging, folder);
  } catch {
    // Another run was faster.
    rmSync(staging, { recursive: true, force: true });
  }
  return path.join(folder, "lib");
}
