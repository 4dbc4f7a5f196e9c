import { expect, type Page, test } from "@playwright/test";

const admin = { email: process.env.BREAKWATER_E2E_EMAIL ?? "", password: process.env.BREAKWATER_E2E_PASSWORD ?? "" };

/** Collects what the browser refuses because of the content security policy. */
function watchPolicy(page: Page): string[] {
  const violations: string[] = [];
  page.on("console", (message) => {
    if (/content security policy/i.test(message.text())) violations.push(message.text());
  });
  return violations;
}

async function signIn(page: Page, who: { email: string; password: string }): Promise<void> {
  await page.getByLabel("E-mail").fill(who.email);
  await page.getByLabel("Password", { exact: true }).fill(who.password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

test("an admin invites a person, who changes the password, works with the own role and loses it at once", async ({
  page,
  browser,
}) => {
  const violations = watchPolicy(page);
  const email = `e2e-${Date.now()}@example.com`;
  await page.goto("/settings/users");
  await signIn(page, admin);
  await expect(page).toHaveURL(/\/settings\/users$/);
  await page.getByRole("button", { name: "Add a person" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("Team e2e");
  await dialog.getByLabel("E-mail").fill(email);
  await dialog.getByRole("button", { name: "Add and show the password" }).click();
  const oneTime = (await dialog.locator("pre").textContent()) ?? "";
  expect(oneTime).toMatch(/^\w{5}(-\w{5}){3}$/);
  await dialog.getByRole("button", { name: "Done" }).click();
  await expect(page.getByRole("row", { name: new RegExp(email) })).toContainText("Invited");

  const theirs = await browser.newContext();
  const other = await theirs.newPage();
  violations.push(...watchPolicy(other));
  await other.goto("/vulnerabilities?severity=critical");
  await signIn(other, { email, password: oneTime });
  await expect(other).toHaveURL(/\/change-password\?returnTo=/);
  expect((await other.request.get("/api/v1/containers")).status()).toBe(403);
  await other.getByLabel("One-time password", { exact: true }).fill(oneTime);
  await other.getByLabel("New password", { exact: true }).fill("a password of my own");
  await other.getByRole("button", { name: "Change password" }).click();
  await expect(other).toHaveURL(/\/vulnerabilities\?severity=critical$/);
  expect((await other.request.get("/api/v1/audit")).status()).toBe(403);
  expect((await other.goto("/settings/audit"))?.status()).toBe(403);
  await expect(other.getByRole("heading", { name: "You may not see Audit" })).toBeVisible();
  await expect(other.locator("#content")).toContainText("It needs the role admin, and yours is viewer");
  await expect(other.getByRole("complementary", { name: "Main" })).toBeVisible();
  await other.getByRole("button", { name: /signed in as Team e2e/ }).click();
  await other.getByRole("menuitem", { name: "Change password" }).click();
  await expect(other.getByRole("heading", { name: "Change your password" })).toBeVisible();

  await page.getByRole("button", { name: `Change ${email}` }).click();
  await page.getByRole("menuitem", { name: "Disable" }).click();
  await expect(page.getByRole("dialog")).toContainText("1 session ends now");
  await page.getByRole("dialog").getByRole("button", { name: "Disable" }).click();
  await expect(page.getByRole("row", { name: new RegExp(email) })).toContainText("Disabled");
  expect((await other.request.get("/api/v1/me")).status()).toBe(401);
  await other.goto("/compute/containers");
  await signIn(other, { email, password: "a password of my own" });
  await expect(other.locator("#content").getByRole("alert").filter({ hasText: "disabled" })).toBeVisible();

  await page.goto(`/settings/audit?target=${encodeURIComponent(email)}`);
  await page.getByRole("row", { name: /Account disabled/ }).click();
  await expect(page.getByRole("complementary", { name: "Account disabled" })).toContainText("Sessions ended");
  expect(violations).toEqual([]);
  await theirs.close();
});

test("a token is shown once, works, and stops when it is revoked", async ({ page, playwright, baseURL }) => {
  const violations = watchPolicy(page);
  const name = `e2e ${Date.now()}`;
  await page.goto("/settings/tokens");
  await signIn(page, admin);
  await page.getByRole("button", { name: "Make a token" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "Name", exact: true }).fill(name);
  await dialog.getByRole("button", { name: "Make and show it" }).click();
  const token = (await dialog.locator("pre").textContent()) ?? "";
  expect(token).toMatch(/^bw_api_[\w-]{43}$/);
  await dialog.getByRole("button", { name: "Done" }).click();
  const client = await playwright.request.newContext({
    ...(baseURL ? { baseURL } : {}),
    extraHTTPHeaders: { authorization: `Bearer ${token}` },
  });
  expect(await (await client.get("/api/v1/me")).json()).toMatchObject({ kind: "token", name, role: "viewer" });
  expect((await client.get("/api/v1/users")).status()).toBe(403);
  await page.getByRole("button", { name: `Revoke ${name}` }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await expect(page.getByText(name)).toHaveCount(0);
  expect((await client.get("/api/v1/me")).status()).toBe(401);
  expect(violations).toEqual([]);
  await client.dispose();
});

test("where a person came from cannot lead them off the site", async ({ page }) => {
  for (const target of [
    "//evil.example",
    "/\\evil.example",
    "https://evil.example",
    "javascript:alert(1)",
    "/.//evil.example",
  ]) {
    await page.context().clearCookies();
    await page.goto(`/login?returnTo=${encodeURIComponent(target)}`);
    await signIn(page, admin);
    await page.waitForURL((url) => url.pathname !== "/login");
    expect(page.url()).not.toContain("evil.example");
  }
});

test("a forged X-Forwarded-For does not reach the audit log", async ({ page, request }) => {
  await request.post("/api/auth/sign-in/email", {
    data: admin,
    headers: {
      origin: new URL(page.url() === "about:blank" ? (test.info().project.use.baseURL ?? "") : page.url()).origin,
      "x-forwarded-for": "203.0.113.99",
      "x-breakwater-peer": "203.0.113.98",
    },
  });
  const audit = await request.get("/api/v1/audit?action=session.sign-in");
  expect(audit.status()).toBe(200);
  const text = await audit.text();
  expect(text).not.toContain("203.0.113.");
  expect(text).toMatch(/"address":"(127\.0\.0\.1|::1)"/);
});
