// The way to a flaw without a mouse.
import { expect, type Locator, type Page, test } from "@playwright/test";
import { demoObjects } from "./portal-pages.ts";
import { admin, startSession, watchFaults } from "./session.ts";

test("sign in, search a CVE, walk the Containers table and ask for help, by keyboard only", async ({
  page,
  browser,
}) => {
  test.setTimeout(600_000);
  const other = await browser.newContext();
  await startSession(other.request);
  const { vulnerability } = await demoObjects(other.request);
  await other.close();

  const faults = watchFaults(page);
  await page.goto("/compute/containers");
  await tabTo(page, page.getByLabel("E-mail"));
  await page.keyboard.type(admin.email);
  await tabTo(page, page.getByLabel("Password", { exact: true }));
  await page.keyboard.type(admin.password);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/compute\/containers$/);

  const rows = page.getByRole("table", { name: "Resources" }).locator("tbody tr[data-row]");
  await expect(rows.nth(1)).toBeVisible();
  // The rows are there before the page listens to keys; presses until then do nothing.
  await expect(async () => {
    await page.keyboard.press("j");
    await expect(rows.nth(0)).toBeFocused({ timeout: 2000 });
  }).toPass({ timeout: 60_000 });
  await page.keyboard.press("j");
  await expect(rows.nth(1)).toBeFocused();
  await page.keyboard.press("k");
  await expect(rows.nth(0)).toBeFocused();
  const href = (await rows.nth(0).getAttribute("data-href")) ?? "no address";
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(new RegExp(`${href}$`));

  await expect(page.locator("h1")).toBeVisible();
  await page.keyboard.press("?");
  const help = page.getByRole("dialog", { name: "Keyboard" });
  await expect(help).toBeVisible();
  await expect(help).toContainText("Next and previous row");
  await page.keyboard.press("Escape");
  await expect(help).toBeHidden();

  await page.keyboard.press("/");
  await expect(page.getByRole("combobox", { name: "Search" })).toBeFocused();
  await page.keyboard.type(vulnerability);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(new RegExp(`/vulnerabilities/${vulnerability}$`));
  await expect(page.getByRole("heading", { name: vulnerability, level: 1 })).toBeVisible();
  await page.keyboard.press("g");
  await page.keyboard.press("v");
  await expect(page).toHaveURL(/\/vulnerabilities$/);
  expect(faults).toEqual([]);
});

/** Presses Tab until the element has the focus; fails when it cannot be reached. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let presses = 0; presses < 30; presses += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  await expect(target).toBeFocused();
}
