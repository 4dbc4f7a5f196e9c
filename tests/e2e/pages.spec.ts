// What single pages promise: search, a wrong address, exports, results of events, and the first screen of a phone.
import { type BrowserContext, expect, test } from "@playwright/test";
import { demoObjects, type Estate } from "./portal-pages.ts";
import { read, startSession, whenListening } from "./session.ts";

test.describe("pages", () => {
  test.describe.configure({ timeout: 300_000 });
  let context: BrowserContext;
  let estate: Estate;

  test.beforeAll(async ({ browser }) => {
    test.setTimeout(600_000);
    context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    await startSession(context.request);
    estate = await demoObjects(context.request);
  });
  test.afterAll(() => context?.close());

  test("search suggests while typing and finds a source, an image by name and a control", async () => {
    const page = await context.newPage();
    await page.goto("/notices");
    await whenListening(page);
    const field = page.getByRole("combobox", { name: "Search" });
    await field.pressSequentially("team/checkout");
    const suggestions = page.getByRole("listbox", { name: "Suggestions" });
    await expect(suggestions.getByRole("option", { name: /^team\/checkout:1\.0/ })).toBeVisible();
    await field.press("ArrowDown");
    await field.press("Enter");
    await expect(page).toHaveURL(/\/(images|registries|vulnerabilities)\//);
    for (const [words, heading] of [
      ["team-ssl", "Packages"],
      ["glibc", "Packages"],
      ["checkout", "Images"],
      ["privileged", "Controls and rules"],
    ] as const) {
      await page.goto(`/search?q=${words}`);
      await expect(page.getByRole("heading", { name: heading })).toBeVisible();
    }
    await page.close();
  });

  test("a wrong address offers a search with its last words", async () => {
    const page = await context.newPage();
    await page.goto("/no/such/checkout");
    await page.locator("main").getByRole("searchbox", { name: "Search" }).press("Enter");
    await expect(page).toHaveURL(/\/search\?q=checkout$/);
    await page.close();
  });

  test("an event says what came of it", async () => {
    const page = await context.newPage();
    await page.goto(`/registries/${estate.registry}?tab=events`);
    const rows = page.getByRole("table", { name: "Events" }).locator("tr[data-row]");
    await expect(rows.first()).toBeVisible();
    await expect(rows.filter({ hasText: "Scanned" }).first()).toBeVisible();
    await expect(rows.filter({ hasText: /Queued|Accepted/ })).toHaveCount(0);
    await page.close();
  });

  test("lists are files too, under the same filters", async () => {
    for (const [view, rows] of [
      ["containers.csv?type=registry&demo=no", 1],
      ["vulnerabilities.csv?severity=critical", 1],
    ] as const) {
      const answer = await context.request.get(`/api/v1/${view}`);
      expect(answer.headers()["content-type"]).toContain("text/csv");
      expect((await answer.text()).trim().split("\r\n").length - 1, view).toBe(rows);
    }
    const findings = await context.request.get(`/api/v1/images/${estate.realDigest}/findings.csv`);
    const [head = "", first = ""] = (await findings.text()).split("\r\n");
    for (const name of ["tags", "layer", "CVSS", "owner"]) expect(head).toContain(name);
    expect(first).toContain("Team");
  });

  test("what one upgrade fixes is one group, with the version that closes all of it", async () => {
    const page = await context.newPage();
    await page.goto(`/images/${estate.realDigest}`);
    const group = page.getByRole("row").filter({ hasText: "libteam-ssl3, team-ssl" });
    await expect(group).toHaveCount(1);
    await expect(group).toContainText("1.3-1");
    await expect(group).not.toContainText("more");
    await page.close();
  });

  test("on a phone the first finding, the open tab and the figures of a flaw are on the first screen", async () => {
    const page = await context.newPage();
    await page.setViewportSize({ width: 390, height: 844 });
    await page.goto(`/images/${estate.digest}`);
    const finding = page.getByRole("table", { name: "Findings" }).locator("tr[data-row]").first();
    await expect(finding).toBeVisible();
    expect((await finding.boundingBox())?.y).toBeLessThan(844);
    await page.goto("/settings/health");
    await expect(page.getByRole("navigation", { name: "Settings" }).getByText("System health")).toBeInViewport({
      ratio: 0.9,
    });
    await page.goto("/vulnerabilities");
    await expect(page.getByRole("table", { name: "Vulnerabilities" }).locator("tr[data-row]").first()).toContainText(
      /\d images?, /,
    );
    await page.close();
  });

  test("a link to a finding does not move what is being read", async () => {
    const { groups } = await read<{ groups: { findings: { key: string; packageVersionId: string }[] }[] }>(
      context.request,
      `images/${estate.digest}/findings`,
    );
    const finding = groups[0]?.findings[0];
    for (const width of [390, 1440]) {
      const page = await context.newPage();
      await page.setViewportSize({ width, height: 844 });
      await page.addInitScript(() => {
        const shifts = window as unknown as { shift: number };
        shifts.shift = 0;
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) shifts.shift += (entry as unknown as { value: number }).value;
        }).observe({ type: "layout-shift", buffered: true });
      });
      await page.goto(`/images/${estate.digest}?cve=${finding?.key}&pkg=${finding?.packageVersionId}`);
      await expect(page.locator("aside[data-side-panel]").getByRole("heading", { level: 3 }).first()).toBeVisible();
      await whenListening(page);
      const shift = await page.evaluate(() => (window as unknown as { shift: number }).shift);
      expect(shift, `layout shift at ${width} px`).toBeLessThan(0.1);
      await page.close();
    }
  });
});
