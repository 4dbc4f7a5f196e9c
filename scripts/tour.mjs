#!/usr/bin/env node
// Screenshots of every page for docs/tour: wide and 390 px, light and dark, and the states a page can be in.
//   node scripts/tour.mjs --url http://127.0.0.1:3000 --email admin@example.com --password … [--only containers] [--out docs/tour]
// Axe runs on every picture; a serious finding ends the tour with exit code 1.
import { mkdirSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { AxeBuilder } from "@axe-core/playwright";
import { chromium } from "playwright";
import { browserOptions } from "./find-browser.mjs";
import { tourPages } from "./tour-pages.mjs";

const { values: options } = parseArgs({
  options: {
    url: { type: "string", default: "http://127.0.0.1:3000" },
    email: { type: "string", default: "admin@example.com" },
    password: { type: "string", default: "" },
    out: { type: "string", default: "docs/tour" },
    only: { type: "string" },
    shots: { type: "string" },
    full: { type: "boolean", default: false },
    "no-axe": { type: "boolean", default: false },
  },
});

/** name → window, scheme, and the state to bring the page into before the picture. */
const shots = {
  light: { width: 1440, height: 1000, scheme: "light" },
  dark: { width: 1440, height: 1000, scheme: "dark" },
  narrow: { width: 1024, height: 800, scheme: "light" },
  "390-light": { width: 390, height: 844, scheme: "light" },
  "390-dark": { width: 390, height: 844, scheme: "dark" },
  loading: { width: 1440, height: 1000, scheme: "light", state: "loading" },
  failing: { width: 1440, height: 1000, scheme: "light", state: "failing" },
  full: { width: 1440, height: 1000, scheme: "light", fullPage: true },
};

const browser = await chromium.launch(await browserOptions());
mkdirSync(options.out, { recursive: true });
const problems = [];
const signedIn = await signIn();
const pages = (await tourPages((view) => readView(view))).filter(
  ({ name }) => !options.only || options.only.split(",").some((only) => name.startsWith(only)),
);
const wanted = options.shots?.split(",") ?? [
  "light",
  "dark",
  "narrow",
  "390-light",
  "390-dark",
  "loading",
  "failing",
  "full",
];
for (const page of pages) for (const name of page.shots ?? wanted) if (wanted.includes(name)) await take(page, name);
await browser.close();
console.log(`${pages.length} pages in ${options.out}`);
for (const problem of new Set(problems)) console.log(`PROBLEM ${problem}`);
process.exitCode = problems.length > 0 ? 1 : 0;

async function take(page, name) {
  const shot = shots[name];
  const context = await browser.newContext({
    viewport: { width: shot.width, height: shot.height },
    colorScheme: shot.scheme,
    ...(page.signedOut ? {} : { storageState: signedIn }),
    reducedMotion: "reduce",
  });
  const tab = await context.newPage();
  tab.setDefaultTimeout(180_000);
  tab.on("console", (message) => {
    if (message.type() === "error" && !/status of|Failed to load resource/.test(message.text()))
      problems.push(`${page.name} ${name}: console: ${message.text().slice(0, 300)}`);
  });
  tab.on("pageerror", (error) => problems.push(`${page.name} ${name}: ${error.message.slice(0, 300)}`));
  try {
    await open(tab, page, shot.state);
    await inspect(tab, page, name);
    await tab.screenshot({
      path: path.join(options.out, `${page.name}-${name}.png`),
      fullPage: shot.fullPage ?? false,
    });
  } catch (error) {
    problems.push(`${page.name} ${name}: ${error.message.split("\n")[0]}`);
  }
  await context.close();
}

async function open(tab, page, state) {
  if (state === "loading") {
    // Client navigation whose answer never comes: the page's loading view stays.
    await tab.goto(`${options.url}/notices`, { waitUntil: "load" });
    await tab.waitForTimeout(500);
    await tab.route(/_rsc=/, () => {});
    await tab.evaluate((href) => {
      const link = document.createElement("a");
      link.href = href;
      document.body.append(link);
      window.next?.router?.push(href);
    }, page.path);
    await tab.waitForTimeout(1200);
    return;
  }
  await tab.goto(options.url + page.path, { waitUntil: "load" });
  await tab.waitForTimeout(700);
  if (state === "failing") {
    await tab.route(/\/api\/v1\/(?!stream)/, (route) =>
      route.fulfill({
        status: 503,
        contentType: "application/problem+json",
        body: JSON.stringify({
          title: "Not available",
          status: 503,
          detail: "The database did not answer in 10 s.",
          instance: "7f2a90c1",
        }),
      }),
    );
    await tab.evaluate(() => window.dispatchEvent(new Event("visibilitychange")));
    await tab.waitForTimeout(21_000);
    await tab.evaluate(() => window.dispatchEvent(new Event("visibilitychange")));
    await tab.waitForTimeout(4500);
  }
  await page.before?.(tab);
}

async function inspect(tab, page, name) {
  const width = await tab.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
  if (width[0] > width[1]) problems.push(`${page.name} ${name}: scrolls sideways, ${width[0]} in ${width[1]} px`);
  if (options["no-axe"]) return;
  const { violations } = await new AxeBuilder({ page: tab }).analyze();
  for (const violation of violations.filter(({ impact }) => impact === "serious" || impact === "critical")) {
    problems.push(
      `${page.name} ${name}: axe ${violation.id}: ${violation.nodes
        .slice(0, 3)
        .map((node) => `${node.target.join(" ")} ${node.any[0]?.message ?? ""}`)
        .join(" | ")
        .slice(0, 500)}`,
    );
  }
}

async function signIn() {
  const context = await browser.newContext();
  const answer = await context.request.post(`${options.url}/api/auth/sign-in/email`, {
    data: { email: options.email, password: options.password },
    headers: { origin: options.url },
    timeout: 180_000,
  });
  if (!answer.ok()) throw new Error(`Sign-in answered ${answer.status()}: ${await answer.text()}`);
  const state = await context.storageState();
  await context.close();
  return state;
}

async function readView(view) {
  const context = await browser.newContext({ storageState: signedIn });
  const answer = await context.request.get(`${options.url}/api/v1/${view}`, { timeout: 180_000 });
  const body = answer.ok() ? await answer.json() : null;
  await context.close();
  return body;
}
