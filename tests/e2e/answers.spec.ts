// Slow and failing answers: rows of the question before must not be read as the answer to the new one.
import { expect, type Page, type Route, test } from "@playwright/test";
import { demoObjects, type Estate } from "./portal-pages.ts";
import { startSession, whenListening } from "./session.ts";

interface Slow {
  name: string;
  address: (estate: Estate) => string;
  /** Matches the list's own request. */
  api: RegExp;
  /** Changes a filter so that the list asks anew. */
  ask: (page: Page) => Promise<void>;
  table: string;
}

const choose = (filter: RegExp, choice: string) => async (page: Page) => {
  await page.getByRole("region", { name: "Filters" }).getByRole("button", { name: filter }).first().click();
  await page.getByRole("menuitem", { name: choice, exact: true }).click();
};
const type = (label: string) => async (page: Page) => {
  await page.getByRole("searchbox", { name: label }).fill("a");
};

const lists: Slow[] = [
  {
    name: "vulnerabilities",
    address: () => "/vulnerabilities",
    api: /\/api\/v1\/vulnerabilities\?.*severity=low/,
    ask: choose(/^Severity/, "Low"),
    table: "Vulnerabilities",
  },
  {
    name: "resources",
    address: () => "/compute/containers",
    api: /\/api\/v1\/containers\?.*type=registry/,
    ask: choose(/^Type/, "Registry"),
    table: "Resources",
  },
  {
    name: "findings of an image",
    address: ({ digest }) => `/images/${digest}`,
    api: /\/findings\?.*severity=low/,
    ask: choose(/^Severity/, "Low"),
    table: "Findings",
  },
  {
    name: "packages of an image",
    address: ({ digest }) => `/images/${digest}?tab=packages`,
    api: /\/packages\?.*q=a/,
    ask: type("Find package or path"),
    table: "Packages",
  },
  {
    name: "repositories",
    address: ({ registry }) => `/registries/${registry}`,
    api: /\/repositories\?.*q=a/,
    ask: type("Filter by name"),
    table: "Repositories",
  },
  {
    name: "images of a registry",
    address: ({ registry }) => `/registries/${registry}?tab=images`,
    api: /\/images\?.*q=a/,
    ask: type("Filter by repository"),
    table: "Images",
  },
  {
    name: "places of a vulnerability",
    address: ({ vulnerability }) => `/vulnerabilities/${vulnerability}`,
    api: /\/placements\?.*q=a/,
    ask: type("Find repository or registry"),
    table: "Places",
  },
  {
    name: "notices",
    address: () => "/notices",
    api: /\/api\/v1\/notices\?.*severity=/,
    ask: choose(/^Severity/, "Low"),
    table: "Notices",
  },
  {
    name: "audit log",
    address: () => "/settings/audit",
    api: /\/api\/v1\/audit\?.*actor=a/,
    ask: type("Who"),
    table: "Audit log",
  },
  {
    name: "accounts",
    address: () => "/settings/users",
    api: /\/api\/v1\/users\?.*q=a/,
    ask: type("Name or e-mail"),
    table: "Accounts",
  },
];

test.describe("answers that are late or fail", () => {
  let estate: Estate;

  test.beforeAll(async ({ browser }) => {
    test.setTimeout(600_000);
    const context = await browser.newContext();
    await startSession(context.request);
    estate = await demoObjects(context.request);
    await context.close();
  });
  test.beforeEach(({ context }) => startSession(context.request));

  for (const { name, address, api, ask, table: label } of lists) {
    test(`${name}: a late answer dims the rows, takes the count away and says so`, async ({ page }) => {
      let answer: () => void = () => {};
      const held = new Promise<void>((resolve) => {
        answer = resolve;
      });
      await page.route(api, async (route: Route) => {
        await held;
        await route.continue();
      });
      await page.goto(address(estate));
      const table = page.getByRole("table", { name: label });
      await expect(table.locator("tbody tr").first()).toBeVisible();
      await whenListening(page);
      await ask(page);
      await expect(table).toHaveAttribute("data-outdated", "true");
      await expect(table).toHaveAttribute("aria-busy", "true");
      await expect(table.locator("tbody")).toHaveCSS("opacity", "0.45");
      await expect(page.locator("main [data-list-total]")).toHaveCount(0);
      await expect(page.getByRole("region", { name: "Filters" })).not.toContainText(countWords);
      await expect(page.getByText(/These are the rows of before\. Still loading, \d+ s/)).toBeVisible();
      answer();
      await expect(page.locator("[data-outdated]")).toHaveCount(0);
      await expect(page.getByText("These are the rows of before")).toHaveCount(0);
    });
  }

  test("an answer that fails takes the rows of the question before away and says what went wrong", async ({ page }) => {
    await page.route(/\/api\/v1\/vulnerabilities\?.*severity=low/, (route) =>
      route.fulfill({
        status: 500,
        contentType: "application/problem+json",
        body: JSON.stringify({ title: "Failed", detail: "The database did not answer.", instance: "abc12345" }),
      }),
    );
    await page.goto("/vulnerabilities");
    const table = page.getByRole("table", { name: "Vulnerabilities" });
    await expect(table.locator("tbody tr").first()).toBeVisible();
    await whenListening(page);
    await choose(/^Severity/, "Low")(page);
    await expect(table).toHaveAttribute("data-outdated", "true");
    const fault = page.locator("main").getByRole("alert");
    await expect(fault).toContainText("The database did not answer.");
    await expect(table.locator("tbody tr[data-row]")).toHaveCount(0);
    await expect(page.locator("main [data-list-total]")).toHaveCount(0);
    await page.unrouteAll();
    await fault.getByRole("button", { name: "Try again" }).click();
    await expect(fault).toHaveCount(0);
    await expect(page.locator("main [data-list-total]")).toHaveCount(1);
  });
});

/** A count beside a list: "60 vulnerabilities", "3 of 41 packages", "1 entry". */
const countWords =
  /\d (vulnerabilit|resource|package|repositor|image|place|notice|entr|account)|\d in \d+ (package|vulnerabilit)/;
