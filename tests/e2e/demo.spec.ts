import { type APIRequestContext, expect, test } from "@playwright/test";
import { demoIsQuiet, demoRegistry } from "./demo-estate.ts";
import { change, read, signIn, watchFaults } from "./session.ts";

interface List {
  rows?: { name?: string; isDemo?: boolean }[];
  items?: { isDemo?: boolean; records?: number }[];
  groups?: unknown[];
  total?: number;
}

test("Run the demo fills the Containers tab with real results, marked as demo, and one click removes every trace", async ({
  page,
}) => {
  test.setTimeout(600_000);
  const faults = watchFaults(page);
  await page.goto("/welcome");
  await signIn(page);
  await expect(page).toHaveURL(/\/welcome$/);
  if (await demoRegistry(page.request)) {
    await change(page.request, { method: "DELETE", path: "/api/v1/demo" });
    await expect.poll(() => demoRegistry(page.request), { timeout: 120_000 }).toBeNull();
    await page.reload();
  }
  const before = await everything(page.request);
  await page.getByRole("button", { name: "Run the demo" }).click();
  await expect(page.getByText("The demo is loaded")).toBeVisible({ timeout: 240_000 });
  await demoIsQuiet(page.request);
  await page.getByRole("link", { name: "See the demo" }).click();

  const resources = page.getByRole("table", { name: "Resources" });
  const row = resources.getByRole("row").filter({ hasText: "Demo" }).first();
  await expect(row.getByText("Demo", { exact: true })).toBeVisible();
  await expect(row).toContainText("critical", { timeout: 120_000 });
  await expect(page.getByText("What carries the label Demo is made up.")).toBeVisible();
  await row.getByRole("link").first().click();
  const repositories = page.getByRole("table", { name: "Repositories" });
  await expect(repositories.getByRole("row").filter({ hasText: "shop/checkout" })).toContainText(/critical|high/);
  await expect(repositories.getByRole("row").filter({ hasText: "legacy/importer" })).not.toContainText("None open");
  await repositories.getByRole("link", { name: "shop/checkout" }).click();
  await expect(page.getByRole("table", { name: "Pushes" })).toContainText(/\+\d+ introduced/);
  await page.getByRole("table", { name: "Pushes" }).getByRole("link").first().click();
  await expect(page.getByRole("table", { name: "Findings" }).getByRole("button").first()).toBeVisible();
  await expect(page.locator("main").getByText("Demo", { exact: true }).first()).toBeVisible();
  const image = page.url();

  await page.getByRole("button", { name: "Remove the demo" }).click();
  await expect.poll(() => demoRegistry(page.request), { timeout: 120_000 }).toBeNull();
  await expect(page.getByText("The demo is loaded.")).toBeHidden({ timeout: 60_000 });
  expect(await everything(page.request)).toEqual(before);
  // The open page asks for what has just been removed, and the browser notes each 404.
  expect(faults.filter((fault) => !/status of 404/.test(fault))).toEqual([]);
  await page.goto(image);
  await expect(page.locator("main")).not.toContainText("shop/checkout");
});

/** What every list of the product holds that the demo could leave something in. */
async function everything(request: APIRequestContext): Promise<Record<string, unknown>> {
  const rows = async (view: string) => {
    const list = await read<List>(request, view);
    return {
      rows: list.rows?.length ?? 0,
      total: list.total ?? 0,
      demo: (list.rows ?? []).filter((row) => row.isDemo),
    };
  };
  const sources = await read<{ records: number; items: { records: number }[] }>(request, "advisories");
  return {
    containers: await rows("containers"),
    vulnerabilities: await rows("vulnerabilities"),
    notices: await rows("notices"),
    records: sources.records,
    feeds: sources.items.filter((item) => item.records > 0).length,
    imports: (await read<List>(request, "advisories/imports")).total,
    found: (await read<List>(request, "search?q=checkout")).groups,
    flaw: (await request.get("/api/v1/vulnerabilities/CVE-2021-44906")).status(),
  };
}
