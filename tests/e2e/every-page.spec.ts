// Every page of the portal with the demo loaded, in light and dark: nothing serious for axe, nothing refused by the content
// security policy, no error in the console, no sideways scrolling on phones of 390 and 320 px, one heading.
import { AxeBuilder } from "@axe-core/playwright";
import { type BrowserContext, expect, type Page, test } from "@playwright/test";
import { demoObjects, type Estate, pageFolders, portalPages } from "./portal-pages.ts";
import { startSession, watchFaults } from "./session.ts";

const schemes = ["light", "dark"] as const;
const notFound = new Set(["[...missing]"]);

test("every page of the portal stands in the list of this test", () => {
  expect(Object.keys(portalPages).sort()).toEqual(pageFolders("(portal)"));
  expect(pageFolders("(auth)")).toEqual(["change-password", "login", "setup"]);
});

test.describe("signed in", () => {
  test.describe.configure({ timeout: 300_000 });
  let context: BrowserContext;
  let estate: Estate;

  test.beforeAll(async ({ browser }) => {
    test.setTimeout(600_000);
    context = await browser.newContext();
    await startSession(context.request);
    estate = await demoObjects(context.request);
  });
  test.afterAll(() => context?.close());

  for (const [folder, addresses] of Object.entries(portalPages)) {
    test(folder, async () => {
      const page = await context.newPage();
      const faults = watchFaults(page);
      for (const address of addresses(estate)) await inspect(page, address, notFound.has(folder) ? 404 : 200);
      expect(faults.filter((fault) => !(notFound.has(folder) && /status of 404/.test(fault)))).toEqual([]);
      await page.close();
    });
  }

  test("what does not exist answers 404, not an empty page", async () => {
    for (const address of [
      "/no/such/page",
      `/hosts/${uuid}`,
      `/registries/${uuid}`,
      `/images/sha256:${"0".repeat(64)}`,
      "/rules/no-such-rule",
    ]) {
      expect.soft((await context.request.get(address)).status(), address).toBe(404);
    }
  });
});

test.describe("signed out", () => {
  test("every page leads to sign in, and back to where one wanted to go", async ({ page }) => {
    const digest = `sha256:${"0".repeat(64)}`;
    const nowhere = { registry: uuid, repository: "a/b", digest, realRegistry: uuid, realDigest: digest };
    const estate = { ...nowhere, vulnerability: "CVE-2020-0001", host: uuid, container: "0".repeat(64) };
    for (const address of Object.values(portalPages).flatMap((addresses) => addresses(estate))) {
      const answer = await page.request.get(address, { maxRedirects: 0 });
      expect(answer.status(), address).toBe(307);
      expect(answer.headers().location, address).toBe(`/login?returnTo=${encodeURIComponent(address)}`);
    }
  });

  test("login, setup and change of password", async ({ page }) => {
    const faults = watchFaults(page);
    for (const address of ["/login", "/setup", "/change-password"]) await inspect(page, address);
    expect(faults).toEqual([]);
  });
});

const uuid = "00000000-0000-4000-8000-000000000000";

async function inspect(page: Page, address: string, status = 200): Promise<void> {
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  expect((await page.goto(address))?.status(), address).toBe(status);
  await settled(page);
  await expect.soft(page.locator("h1"), `${address}: headings`).toHaveCount(1);
  for (const colorScheme of schemes) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await expect(page.locator("html")).toHaveAttribute("data-mantine-color-scheme", colorScheme);
    const { violations } = await new AxeBuilder({ page }).analyze();
    const serious = violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .flatMap(({ id, nodes }) => nodes.slice(0, 3).map((node) => `${id}: ${node.target.join(" ")} ${node.html}`));
    expect.soft(serious, `${address}, ${colorScheme}`).toEqual([]);
  }
  for (const width of [390, 320]) {
    await page.setViewportSize({ width, height: 844 });
    await settled(page);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect.soft(wide, `${address} scrolls sideways at ${width} px`).toBeLessThanOrEqual(0);
  }
}

/** Nothing on the page says any more that it waits for data. */
async function settled(page: Page): Promise<void> {
  await expect(page.locator("h1").first()).toBeVisible();
  await expect(page.locator("[aria-busy=true]")).toHaveCount(0, { timeout: 30_000 });
}
