import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync } from "node:fs";
import path from "node:path";
import { defineConfig, devices } from "@playwright/test";
import { findChromium } from "./scripts/chromium.mjs";

// The test run starts a production server of its own: own port, own data folder, own admin. Playwright reads this file
// again in every worker process, so what is chosen here is kept in the environment, which the workers inherit.
const environment = process.env;
if (!environment.BREAKWATER_E2E_PORT) {
  const script =
    "const s = require('net').createServer().listen(0, '127.0.0.1', () => { console.log(s.address().port); s.close(); })";
  environment.BREAKWATER_E2E_PORT = execFileSync(process.execPath, ["-e", script], { encoding: "utf8" }).trim();
}
if (!environment.BREAKWATER_E2E_DATA) {
  const parent = path.resolve(import.meta.dirname, "tests/.artifacts");
  mkdirSync(parent, { recursive: true });
  environment.BREAKWATER_E2E_DATA = mkdtempSync(path.join(parent, "data-"));
}
environment.BREAKWATER_E2E_EMAIL ??= "admin@example.com";
environment.BREAKWATER_E2E_PASSWORD ??= "correct-horse-battery-staple";
environment.BREAKWATER_E2E_URL = `http://127.0.0.1:${environment.BREAKWATER_E2E_PORT}`;

const browser = await findChromium();

export default defineConfig({
  testDir: "tests/e2e",
  testMatch: "**/*.spec.ts",
  outputDir: "tests/.artifacts/e2e",
  fullyParallel: false,
  workers: 1,
  retries: 0,
  timeout: 180_000,
  // Far above what an idle machine needs: nothing here may depend on how busy it is.
  expect: { timeout: 60_000 },
  forbidOnly: Boolean(environment.CI),
  reporter: [["list"]],
  use: {
    ...devices["Desktop Chrome"],
    baseURL: environment.BREAKWATER_E2E_URL,
    actionTimeout: 30_000,
    viewport: { width: 1440, height: 900 },
    timezoneId: "UTC",
    locale: "en-GB",
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath: browser.executablePath,
      args: browser.args,
      env: { ...(environment as Record<string, string>), ...browser.env },
    },
  },
  webServer: {
    command: `"${process.execPath}" scripts/start.mjs`,
    url: `${environment.BREAKWATER_E2E_URL}/api/v1/health`,
    timeout: 240_000,
    reuseExistingServer: environment.BREAKWATER_E2E_REUSE === "1",
    stdout: "ignore",
    stderr: "pipe",
    gracefulShutdown: { signal: "SIGTERM", timeout: 20_000 },
    env: {
      ...(environment as Record<string, string>),
      DATABASE_URL: "",
      PORT: environment.BREAKWATER_E2E_PORT,
      HOST: "127.0.0.1",
      BREAKWATER_DATA_DIR: environment.BREAKWATER_E2E_DATA,
      BREAKWATER_ALLOW_LOOPBACK: "1",
      BREAKWATER_FEEDS: "off",
      BREAKWATER_LOG_LEVEL: environment.BREAKWATER_LOG_LEVEL ?? "warn",
      BREAKWATER_ADMIN_EMAIL: environment.BREAKWATER_E2E_EMAIL,
      BREAKWATER_ADMIN_PASSWORD: environment.BREAKWATER_E2E_PASSWORD,
    },
  },
});
