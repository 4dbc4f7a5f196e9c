import { type APIRequestContext, expect, type Page, test } from "@playwright/test";

/** The admin of the server that the run has started. */
export const admin = {
  email: process.env.BREAKWATER_E2E_EMAIL ?? "",
  password: process.env.BREAKWATER_E2E_PASSWORD ?? "",
};

/** Fills and sends the sign-in form that the page shows. */
export async function signIn(page: Page, who: { email: string; password: string } = admin): Promise<void> {
  await page.getByLabel("E-mail").fill(who.email);
  await page.getByLabel("Password", { exact: true }).fill(who.password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** Signs in without the form, for tests that are about something else. Shares its cookies with the context. */
export async function startSession(request: APIRequestContext): Promise<void> {
  const origin = new URL(test.info().project.use.baseURL ?? "").origin;
  const answer = await request.post("/api/auth/sign-in/email", { data: admin, headers: { origin } });
  expect(answer.ok(), `${answer.status()} ${await answer.text()}`).toBe(true);
}

/** Sends a change as a page would. */
export async function change(
  request: APIRequestContext,
  call: { method: string; path: string; data?: unknown },
): Promise<unknown> {
  const origin = new URL(test.info().project.use.baseURL ?? "").origin;
  const { method, path, data } = call;
  const answer = await request.fetch(path, { method, headers: { origin }, ...(data === undefined ? {} : { data }) });
  expect(answer.ok(), `${method} ${path}: ${answer.status()} ${await answer.text()}`).toBe(true);
  return answer.status() === 204 ? null : answer.json();
}

/** What a view of the API says; fails the test when it refuses. */
export async function read<Result>(request: APIRequestContext, path: string): Promise<Result> {
  const answer = await request.get(`/api/v1/${path}`);
  expect(answer.status(), `${path}: ${await answer.text()}`).toBe(200);
  return (await answer.json()) as Result;
}

/** Collects whatever the browser complains about: uncaught errors, console errors, refused by the content security policy. */
export function watchFaults(page: Page): string[] {
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(`uncaught ${error.message}`));
  page.on("console", (message) => {
    const isPolicy = /content security policy/i.test(message.text());
    if (isPolicy || message.type() === "error") faults.push(`${page.url()} ${message.text()}`);
  });
  return faults;
}

/** Marks the document, so that `isSameDocument` can tell a page that stayed from one that was loaded again. */
export async function markDocument(page: Page): Promise<void> {
  await page.evaluate(() => document.documentElement.setAttribute("data-marked", ""));
}

export async function isSameDocument(page: Page): Promise<boolean> {
  return page.evaluate(() => document.documentElement.hasAttribute("data-marked"));
}

/** The page was drawn by the server; keys and clicks count once the browser has taken it over. */
export async function whenListening(page: Page): Promise<void> {
  await expect(async () => {
    await page.keyboard.press("?");
    await expect(page.getByRole("dialog", { name: "Keyboard" })).toBeVisible({ timeout: 1000 });
  }).toPass();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog", { name: "Keyboard" })).toBeHidden();
}
