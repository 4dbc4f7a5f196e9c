import { existsSync } from "node:fs";
import process from "node:process";
import { chromium as playwright } from "playwright";

const system = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/**
 * How to launch a browser on this machine: PLAYWRIGHT_CHROMIUM, Playwright's own, one of the system, else the one that comes
 * as a package (Linux on x64 only).
 */
export async function browserOptions() {
  const args = [
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
  ];
  if (process.getuid?.() === 0) args.push("--no-sandbox");
  return { executablePath: await executable(), args, headless: true };
}

async function executable() {
  if (process.env.PLAYWRIGHT_CHROMIUM) return process.env.PLAYWRIGHT_CHROMIUM;
  for (const path of [playwright.executablePath(), ...system]) if (existsSync(path)) return path;
  const { default: packaged } = await import("@sparticuz/chromium");
  return packaged.executablePath();
}
