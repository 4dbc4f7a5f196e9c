// What an analyst decides, in a browser: an image is unknown until its feed is there; a vulnerability is exempt in one repository,
// with a preview, and counts again when somebody or the clock ends that; a repository gets its owner by a rule.
import { type BrowserContext, expect, type Page, test } from "@playwright/test";
import { generateImage } from "../../src/demo/generate-image.ts";
import { dpkgStatus, osRelease } from "../../src/demo/package-files.ts";
import { uploadAdvisories } from "./advisory-file.ts";
import { type JourneyRegistry, ownRegistry } from "./journey-registry.ts";
import { change, read, startSession, watchFaults } from "./session.ts";

const SLOW = { timeout: 180_000 };
const KEY = "decisions";
const FLAW = "CVE-2093-7001";
const [API, WEB] = [`${KEY}/api`, `${KEY}/web`];
// A release that no other test imports advisories for.
const ECOSYSTEM = "Debian:10";

test.describe.configure({ mode: "serial", timeout: 600_000 });

let context: BrowserContext;
let page: Page;
let faults: string[];
let registry: JourneyRegistry;
let registryId = "";
let repositoryId = "";

const image = generateImage({
  architecture: "amd64",
  createdAt: new Date("2026-01-02T03:04:05Z"),
  layers: [
    {
      createdBy: "ADD rootfs.tar /",
      files: [
        ...osRelease({ ID: "debian", VERSION_ID: "10", PRETTY_NAME: "Debian GNU/Linux 10 (buster)" }),
        dpkgStatus([{ name: `lib${KEY}`, version: "1.0-1", source: KEY }], "amd64"),
      ],
    },
  ],
});
const placeOf = (repository: string) =>
  `/images/${image.digest}?at=${encodeURIComponent(`${registryId}/${repository}`)}`;
const findings = (status: string) => `${placeOf(API)}&status=${status}`;

test.beforeAll(async ({ browser }) => {
  registry = await ownRegistry();
  context = await browser.newContext();
  page = await context.newPage();
  faults = watchFaults(page);
});
test.afterAll(async () => {
  await context?.close();
  await registry?.stop();
});
test.afterEach(() => expect(faults).toEqual([]));

test("an image of a release without advisories is unknown, and judged once they are imported", async () => {
  for (const repository of [API, WEB]) await registry.push({ repository, tag: "1" }, image);
  await startSession(page.request);
  const { url, credentials } = registry.target;
  const connected = await change(page.request, {
    method: "POST",
    path: "/api/v1/registries",
    data: {
      kind: "oci",
      url,
      authKind: "password",
      username: credentials?.username,
      password: credentials?.password,
      plainHttp: true,
      name: KEY,
    },
  });
  registryId = (connected as { id: string }).id;
  const list = () =>
    read<{ rows: { id: string; name: string }[] }>(page.request, `registries/${registryId}/repositories`);
  await expect.poll(async () => (await list()).rows.length, SLOW).toBe(2);
  repositoryId = (await list()).rows.find(({ name }) => name === API)?.id ?? "";

  await page.goto(placeOf(API));
  await expect(page.locator("main")).toContainText("Debian GNU/Linux 10", SLOW);
  const postures = async () =>
    (await read<{ rows: { posture: string }[] }>(page.request, `registries/${registryId}/images`)).rows.map(
      ({ posture }) => posture,
    );
  await expect.poll(postures, SLOW).toEqual(["unknown"]);

  const flaw = { id: FLAW, ecosystem: ECOSYSTEM, name: KEY, fixed: "1.0-9", severity: "CRITICAL" as const };
  await uploadAdvisories(page, `${KEY}.ndjson`, [flaw]);
  await expect.poll(postures, SLOW).toEqual(["unhealthy"]);
  await page.goto(placeOf(API));
  await expect(page.getByRole("table", { name: "Findings" })).toContainText(FLAW, SLOW);
});

test("exempt it for one repository: the preview says what leaves, and it leaves every figure there and no other", async () => {
  await page.goto(placeOf(API));
  await page.getByRole("table", { name: "Findings" }).getByRole("button", { name: FLAW }).click();
  const panel = page.getByRole("complementary", { name: FLAW });
  await panel.getByRole("button", { name: "Exempt", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: `Exempt ${FLAW}` });
  await dialog.getByRole("radio", { name: new RegExp(`All of ${API}`) }).check();
  await expect(dialog.locator("[data-exemption-preview=told]")).toHaveText(
    "Hides 1 finding on 1 image; 1 of them has a fix.",
  );
  await dialog.getByRole("radio", { name: new RegExp(`All of ${KEY}$`) }).check();
  await expect(dialog.locator("[data-exemption-preview=told]")).toContainText("Hides 2 findings on 1 image");
  await dialog.getByRole("radio", { name: new RegExp(`All of ${API}`) }).check();
  await dialog.getByRole("textbox", { name: "Note" }).fill("Nobody can reach it before the rewrite");
  await dialog.getByRole("button", { name: "Exempt", exact: true }).click();
  await expect(dialog).toBeHidden();
  await expect(panel).toContainText("Why this is exempt");

  await expect(tab("Vulnerabilities")).toHaveText(/Vulnerabilities\s*0$/, SLOW);
  await page.goto(findings("exempt"));
  await expect(page.getByRole("table", { name: "Findings" })).toContainText(FLAW);
  await page.goto(placeOf(WEB));
  await expect(tab("Vulnerabilities")).toHaveText(/Vulnerabilities\s*1$/);
  await page.goto(`/registries/${registryId}`);
  await expect(row("Repositories", WEB)).toContainText("1 critical", SLOW);
  await expect(row("Repositories", API)).not.toContainText("critical", SLOW);
  await page.goto(`/vulnerabilities/${FLAW}`);
  await expect(page.getByText("Open in 1 place")).toBeVisible(SLOW);
  await expect(page.getByRole("table", { name: "Places" })).toContainText(WEB);
});

test("the list says who and why; ended there, all counts again", async () => {
  await page.goto("/exemptions");
  const exempt = row("Exemptions", FLAW);
  await expect(exempt).toContainText("Risk accepted");
  await expect(exempt).toContainText("Nobody can reach it before the rewrite");
  await expect(exempt).toContainText(API);
  await exempt.getByRole("button", { name: /^End the exemption/ }).click();
  const dialog = page.getByRole("dialog", { name: /End the exemption/ });
  await expect(dialog).toContainText("1 finding counts again at once");
  await dialog.getByRole("button", { name: "End it" }).click();
  await expect(dialog).toBeHidden();
  await page.getByRole("link", { name: /^Expired/ }).click();
  await expect(row("Exemptions", FLAW)).toContainText("Ended by");
  await page.goto(placeOf(API));
  await expect(tab("Vulnerabilities")).toHaveText(/Vulnerabilities\s*1$/, SLOW);
});

test("ended by the clock it returns, with its reason in list, history and notice", async () => {
  await change(page.request, {
    method: "POST",
    path: "/api/v1/exemptions",
    data: {
      subject: { kind: "vulnerability", id: FLAW },
      scope: { rootId: registryId, repositoryId },
      reason: "planned",
      note: "Until the next build",
      expiresAt: new Date(Date.now() + 8000).toISOString(),
    },
  });
  await page.goto(findings("exempt"));
  await expect(page.getByRole("table", { name: "Findings" })).toContainText(FLAW);
  // The page is left open: what the clock ends is told to it.
  await page.goto(placeOf(API));
  await expect(page.getByRole("table", { name: "Findings" })).toContainText(FLAW, SLOW);
  await page.goto("/exemptions?state=ended");
  await expect(page.getByRole("table", { name: "Exemptions" })).toContainText("Its time was over");
  await page.goto(`${placeOf(API)}&tab=history`);
  const decisions = page.getByRole("table", { name: "Decisions" });
  await expect(decisions).toContainText("Counts again: the time of its exemption is over.");
  await expect(decisions).toContainText("Exempted by");
  await page.goto("/notices");
  await expect(row("Notices", `${FLAW} counts again in ${API}`)).toContainText("the time of its exemption is over");
});

test("a rule gives a repository its owner, and lists are limited to it", async () => {
  await page.goto("/settings/owners");
  await page.getByRole("button", { name: "Add rule" }).click();
  const rule = page.getByRole("list", { name: "Rules" }).getByRole("listitem").last();
  await rule.getByRole("textbox", { name: "Pattern" }).fill(`${KEY}/a*`);
  await rule.getByLabel("Owner", { exact: true }).fill("Payments");
  await expect(page.locator("[data-owner-preview=told]")).toContainText(`${API}: no owner → Payments`);
  await expect(page.locator("[data-owner-preview=told]")).toContainText("1 repository or host gets another owner");
  await page.getByRole("button", { name: "Save owners" }).click();
  await expect(page.getByRole("region", { name: "Who answers for what" })).toContainText("Payments");

  await page.goto(`/registries/${registryId}`);
  await page.getByRole("button", { name: /^Owner/ }).click();
  await page.getByRole("menuitem", { name: "Payments" }).click();
  await expect(row("Repositories", WEB)).toHaveCount(0);
  await expect(row("Repositories", API)).toContainText("Payments");
  await page
    .getByRole("button", { name: /^Owner/ })
    .first()
    .click();
  await page.getByRole("menuitem", { name: "No owner" }).click();
  await expect(row("Repositories", API)).toHaveCount(0);
  await expect(row("Repositories", WEB)).toBeVisible();
  await page.goto(placeOf(API));
  await expect(page.locator("main")).toContainText("Payments");
});

function row(table: string, text: string) {
  return page.getByRole("table", { name: table }).getByRole("row").filter({ hasText: text });
}

function tab(name: string) {
  return page.getByRole("navigation", { name: "Image" }).getByRole("link", { name });
}
