// Working through lists by keyboard, and Back: three people who never touch a mouse, and what each step leaves in the history.
import { type Browser, type BrowserContext, expect, type Locator, type Page, test } from "@playwright/test";
import { demoObjects, type Estate } from "./portal-pages.ts";
import { admin, change, read, startSession, whenListening } from "./session.ts";

const password = "a long password of a team";

test.describe("triage", () => {
  test.describe.configure({ timeout: 300_000 });
  let estate: Estate;
  const people: Record<"analyst" | "viewer", string> = { analyst: "", viewer: "" };

  test.beforeAll(async ({ browser }) => {
    test.setTimeout(600_000);
    const context = await browser.newContext();
    await startSession(context.request);
    estate = await demoObjects(context.request);
    for (const role of ["analyst", "viewer"] as const) {
      people[role] = `${role}-${Date.now()}@example.com`;
      await change(context.request, {
        method: "POST",
        path: "/api/v1/users",
        data: { email: people[role], name: `Team ${role}`, role, password },
      });
    }
    await context.close();
  });

  test("filters, sorts, tabs and panels are steps back, and typing is one step", async ({ page }) => {
    await startSession(page.request);
    await page.goto("/vulnerabilities");
    await whenListening(page);
    await page.getByRole("button", { name: /^Severity Any/ }).click();
    await page.getByRole("menuitem", { name: "Critical", exact: true }).click();
    await expect(page).toHaveURL(/severity=critical$/);
    await page.getByRole("columnheader", { name: "EPSS" }).getByRole("button").click();
    await expect(page).toHaveURL(/sort=epss/);
    await page.getByRole("searchbox", { name: "Find id or words" }).pressSequentially("cve", { delay: 300 });
    await expect(page).toHaveURL(/q=cve/);
    await page.goBack();
    await expect(page).toHaveURL(/\/vulnerabilities\?severity=critical&sort=epss$/);
    await expect(page.getByRole("searchbox", { name: "Find id or words" })).toHaveValue("");
    await page.goBack();
    await expect(page).toHaveURL(/\/vulnerabilities\?severity=critical$/);
    await page.goBack();
    await expect(page).toHaveURL(/\/vulnerabilities$/);
    await expect(page.getByRole("button", { name: /^Severity Any/ })).toBeVisible();
  });

  test("a closed panel is no step of its own", async ({ page }) => {
    await startSession(page.request);
    await page.goto("/vulnerabilities");
    await page.goto(`/images/${estate.digest}`);
    await whenListening(page);
    const rows = page.getByRole("table", { name: "Findings" }).locator("tr[data-row]");
    for (const _ of [1, 2]) {
      await rows.first().click();
      await expect(page.locator("aside[data-side-panel]")).toBeVisible();
      await page.keyboard.press("Escape");
      await expect(page.locator("aside[data-side-panel]")).toHaveCount(0);
      await expect(page).toHaveURL(new RegExp(`${estate.digest}$`));
    }
    await page.goBack();
    await expect(page).toHaveURL(/\/vulnerabilities$/);
  });

  test("an analyst works through the findings of an image", async ({ browser }) => {
    const { page, context } = await cold(browser, `/images/${estate.digest}`, people.analyst);
    const rows = page.getByRole("table", { name: "Findings" }).locator("tr[data-row]");
    const panel = page.locator("aside[data-side-panel]");
    await whenListening(page);
    await page.keyboard.press("j");
    await expect(rows.nth(0)).toBeFocused();
    await page.keyboard.press("Enter");
    await expect(panel).toBeVisible();
    await expect(rows.nth(0)).toBeFocused();
    await expect(panel.getByRole("heading", { level: 2 })).toHaveText(await idOf(rows.nth(0)));
    await page.keyboard.press("j");
    await expect(rows.nth(1)).toBeFocused();
    await expect(panel.getByRole("heading", { level: 2 })).toHaveText(await idOf(rows.nth(1)));
    await page.keyboard.press("k");
    await expect(panel.getByRole("heading", { level: 2 })).toHaveText(await idOf(rows.nth(0)));
    await page.keyboard.press("Enter");
    await expect(panel).toBeFocused();
    await page.keyboard.press("Tab");
    await expect(panel.locator(":focus")).toHaveCount(1);
    await page.keyboard.press("Escape");
    await expect(panel).toHaveCount(0);
    await expect(rows.nth(0)).toBeFocused();
    await page.keyboard.press("j");
    await expect(rows.nth(1)).toBeFocused();
    await expect(panel).toHaveCount(0);
    await context.close();
  });

  test("someone on call opens a link to a finding, signs in, reads it, and goes on to the host", async ({
    browser,
  }) => {
    const { groups } = await withAdmin(browser, (request) =>
      read<{ groups: { findings: { key: string; packageVersionId: string }[] }[] }>(
        request,
        `images/${estate.digest}/findings`,
      ),
    );
    const finding = groups[0]?.findings[0];
    const { page, context } = await cold(
      browser,
      `/images/${estate.digest}?cve=${finding?.key}&pkg=${finding?.packageVersionId}`,
      people.viewer,
    );
    const panel = page.locator("aside[data-side-panel]");
    await expect(panel.getByRole("heading", { level: 2 })).toHaveText(finding?.key ?? "none");
    await whenListening(page);
    const rows = page.getByRole("table", { name: "Findings" }).locator("tr[data-row]");
    const open = page.locator("tr[data-row][data-active]");
    const at = await rows.evaluateAll((list) => list.findIndex((row) => row.hasAttribute("data-active")));
    await page.keyboard.press("j");
    await expect(rows.nth(at + 1)).toBeFocused();
    await expect(open).toBeFocused();
    await page.keyboard.press("Escape");
    await expect(panel).toHaveCount(0);
    await expect(rows.nth(at + 1)).toBeFocused();

    await page.keyboard.press("/");
    await expect(page.locator("#find")).toBeFocused();
    await page.goto(`/hosts/${estate.host}`);
    await whenListening(page);
    const controls = page.getByRole("table", { name: "Controls" }).locator("tr[data-row]");
    await page.keyboard.press("j");
    await expect(controls.nth(0)).toBeFocused();
    await page.keyboard.press("Enter");
    await expect(controls.nth(0)).toHaveAttribute("data-open", "true");
    await page.keyboard.press("j");
    await expect(controls.nth(1)).toBeFocused();
    await expect(controls.nth(1)).toHaveAttribute("data-open", "true");
    await expect(controls.nth(0)).not.toHaveAttribute("data-open", "true");
    await page.keyboard.press("Escape");
    await expect(page.locator("tr[data-open]")).toHaveCount(0);
    await expect(controls.nth(1)).toBeFocused();
    await context.close();
  });

  test("an admin looks something up in the audit log and adds a person", async ({ browser }) => {
    const { page, context } = await cold(browser, "/settings/audit", admin.email, admin.password);
    const rows = page.getByRole("table", { name: "Audit log" }).locator("tr[data-row]");
    const panel = page.locator("aside[data-side-panel]");
    await whenListening(page);
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await expect(panel).toBeVisible();
    await expect(rows.nth(0)).toBeFocused();
    await page.keyboard.press("j");
    await expect(rows.nth(1)).toBeFocused();
    await expect(rows.nth(1)).toHaveAttribute("data-active", "true");
    await page.keyboard.press("Escape");
    await expect(rows.nth(1)).toBeFocused();

    await tabTo(page, page.getByRole("link", { name: "Users" }), "Shift+Tab");
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/\/settings\/users$/);
    await tabTo(page, page.getByRole("button", { name: "Add a person" }));
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog");
    await tabTo(page, dialog.getByLabel("Name"));
    await page.keyboard.type("Team keyboard");
    await tabTo(page, dialog.getByLabel("E-mail"));
    const email = `keyboard-${Date.now()}@example.com`;
    await page.keyboard.type(email);
    await page.keyboard.press("Enter");
    await expect(dialog.locator("pre")).toHaveText(/^\w{5}(-\w{5}){3}$/);
    await tabTo(page, dialog.getByRole("button", { name: "Done" }));
    await page.keyboard.press("Enter");
    await expect(page.getByRole("row", { name: new RegExp(email) })).toContainText("Invited");
    await context.close();
  });
});

/** The id of the vulnerability that a row of the finding list names. */
async function idOf(row: Locator): Promise<string> {
  return ((await row.getAttribute("data-row")) ?? "").split(" ")[0] ?? "";
}

/** Opens an address without a session and signs in by keyboard, as from a link in a message. */
async function cold(
  browser: Browser,
  address: string,
  email: string,
  secret = password,
): Promise<{ page: Page; context: BrowserContext }> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await page.goto(address);
  await tabTo(page, page.getByLabel("E-mail"));
  await page.keyboard.type(email);
  await tabTo(page, page.getByLabel("Password", { exact: true }));
  await page.keyboard.type(secret);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(new RegExp(`${address.replaceAll(/[?.]/g, "\\$&")}$`));
  return { page, context };
}

async function withAdmin<Result>(
  browser: Browser,
  ask: (request: BrowserContext["request"]) => Promise<Result>,
): Promise<Result> {
  const context = await browser.newContext();
  await startSession(context.request);
  const result = await ask(context.request);
  await context.close();
  return result;
}

/** Presses Tab until the element has the focus; fails when it cannot be reached. */
async function tabTo(page: Page, target: Locator, key = "Tab"): Promise<void> {
  for (let presses = 0; presses < 60; presses += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press(key);
  }
  await expect(target).toBeFocused();
}
