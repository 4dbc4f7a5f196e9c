// Every number that is a link leads to exactly that many things, in a mixed estate: demo, a real registry, a Docker VM.
import { type BrowserContext, expect, test } from "@playwright/test";
import { countedLinks, listedRows } from "./counted-links.ts";
import { demoObjects, type Estate } from "./portal-pages.ts";
import { startSession } from "./session.ts";

const places: { name: string; address: (estate: Estate) => string; least: number }[] = [
  { name: "Overview", address: () => "/compute/overview", least: 8 },
  { name: "Recommendations", address: () => "/recommendations", least: 3 },
  { name: "real registry", address: ({ realRegistry }) => `/registries/${realRegistry}`, least: 2 },
  { name: "image of the real registry", address: ({ realDigest }) => `/images/${realDigest}`, least: 3 },
  { name: "packages", address: ({ realDigest }) => `/images/${realDigest}?tab=packages`, least: 2 },
  { name: "Docker VM", address: ({ host }) => `/hosts/${host}`, least: 2 },
  { name: "Containers", address: () => "/compute/containers", least: 4 },
  { name: "registry", address: ({ registry }) => `/registries/${registry}`, least: 4 },
  { name: "images of a registry", address: ({ registry }) => `/registries/${registry}?tab=images`, least: 2 },
  {
    name: "repository",
    address: ({ registry, repository }) => `/registries/${registry}/repos/${repository}`,
    least: 1,
  },
  { name: "image", address: ({ digest }) => `/images/${digest}`, least: 3 },
  { name: "vulnerabilities", address: () => "/vulnerabilities", least: 3 },
  { name: "vulnerability", address: ({ vulnerability }) => `/vulnerabilities/${vulnerability}`, least: 4 },
  {
    name: "vulnerability by repository",
    address: ({ vulnerability }) => `/vulnerabilities/${vulnerability}?by=repository`,
    least: 4,
  },
];

test.describe("numbers", () => {
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

  for (const { name, address, least } of places) {
    test(name, async () => {
      const page = await context.newPage();
      await page.goto(address(estate));
      await expect(page.locator("main tbody tr[data-row]").first()).toBeVisible();
      await expect(page.locator("main [aria-busy=true]")).toHaveCount(0);
      const links = await countedLinks(page);
      expect(links.length, "links with a number").toBeGreaterThanOrEqual(least);
      for (const { href, text, count } of links) {
        await page.goto(new URL(href, page.url()).href);
        expect.soft(await listedRows(page), `"${text}" → ${href}`).toBe(count);
      }
      await page.close();
    });
  }

  test("the demo is in no sum once something real is connected, and units are not mixed", async () => {
    const page = await context.newPage();
    await page.goto("/compute/overview");
    const flaws = page.getByRole("region", { name: "Open vulnerabilities", exact: true });
    await expect(flaws.getByRole("link", { name: /^5 open vulnerabilities$/ })).toBeVisible();
    await expect(flaws).not.toContainText("Demo");
    const coverage = page.getByRole("region", { name: "Coverage" });
    // Three images, none of them of the demo, and no control of the Docker VM among them.
    await expect(coverage).toContainText("of 3 images in 1 registry are assessed");
    await expect(coverage.getByRole("link", { name: /^1 unhealthy Docker hosts$/ })).toBeVisible();
    await page.goto("/compute/coverage");
    await expect(page.getByRole("region", { name: "Images", exact: true })).toContainText("of 3 images are assessed");
    await expect(page.locator("main")).toContainText("Virtual machines without an agent are not discovered");
    await page.close();
  });
});
