import { expect, test } from "@playwright/test";

test("a fresh installation answers, and a stranger is led to sign in and back to where they wanted to go", async ({
  page,
  request,
}) => {
  const health = await request.get("/api/v1/health");
  expect(health.status()).toBe(200);
  expect(await health.json()).toMatchObject({ status: "ok", database: "ok", queue: "ok" });

  await page.goto("/compute/containers?sort=name");
  await expect(page).toHaveURL(/\/login\?returnTo=%2Fcompute%2Fcontainers%3Fsort%3Dname$/);
  await page.getByLabel("E-mail").fill(process.env.BREAKWATER_E2E_EMAIL ?? "");
  await page.getByLabel("Password", { exact: true }).fill(process.env.BREAKWATER_E2E_PASSWORD ?? "");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(/\/compute\/containers\?sort=name$/);
});

test("the event stream needs a session and announces itself as one", async ({ request }) => {
  const response = await request.get("/api/v1/stream", { maxRedirects: 0 });
  expect(response.status()).toBe(401);
  expect(response.headers()["content-type"]).toContain("application/problem+json");
});
