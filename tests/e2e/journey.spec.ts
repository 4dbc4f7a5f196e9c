// The whole way in a browser: connect a registry, push, watch the scan, follow a flaw, new advisories, delete. Once with Debian's
// docker-registry and a real Debian root, once with our own registry, which runs on every machine.
import { type BrowserContext, expect, type Page, test } from "@playwright/test";
import { generateImage } from "../../src/demo/generate-image.ts";
import { dpkgStatus, npmTree, osRelease } from "../../src/demo/package-files.ts";
import { missingRegistry } from "../registry-double/docker-registry.ts";
import { uploadAdvisories } from "./advisory-file.ts";
import { debianImage } from "./debian-root.ts";
import { dockerRegistry, type JourneyRegistry, ownRegistry } from "./journey-registry.ts";
import { isSameDocument, markDocument, read, signIn, watchFaults } from "./session.ts";

const SCANNED = { timeout: 180_000 };
/** A delete whose look-up failed is tried again after a pause, and a lost one is found by the next listing. */
const RETIRED = { timeout: 420_000 };

const variants = [
  { name: "Debian's docker-registry", start: dockerRegistry, missing: missingRegistry(), year: 2091 },
  { name: "our own registry", start: ownRegistry, missing: null, year: 2092 },
];

for (const variant of variants) {
  test.describe(`the whole way with ${variant.name}`, () => {
    test.describe.configure({ mode: "serial", timeout: 600_000 });
    test.skip(variant.missing !== null, variant.missing ?? "");

    const estate = journeyEstate(variant.year);
    let context: BrowserContext;
    let page: Page;
    let faults: string[];
    let registry: JourneyRegistry;
    let home = "";

    test.beforeAll(async ({ browser }) => {
      registry = await variant.start();
      context = await browser.newContext();
      page = await context.newPage();
      faults = watchFaults(page);
    });
    test.afterAll(async () => {
      await context?.close();
      await registry?.stop();
    });
    test.afterEach(() => expect(faults).toEqual([]));

    test("sign in and connect it in the wizard", async () => {
      await registry.push({ repository: "first/seed", tag: "1" }, estate.seed);
      await page.goto("/connect/registry");
      await signIn(page);
      await expect(page).toHaveURL(/\/connect\/registry$/);
      await page.getByRole("radio", { name: /Another registry/ }).check();
      await page.getByLabel("Address").fill(registry.target.url);
      await page.getByRole("button", { name: "Next" }).click();

      await page.getByLabel("User name", { exact: true }).fill(registry.target.credentials.username);
      await page.getByLabel("Password", { exact: true }).fill(registry.target.credentials.password);
      await page.getByText("Own certificate authority, or no TLS").click();
      await page.getByRole("switch", { name: "Allow an unencrypted connection" }).check();
      await page.getByRole("button", { name: "Test the connection" }).click();

      await expect(page.getByRole("heading", { name: "The connection works" })).toBeVisible({ timeout: 60_000 });
      for (const right of ["List repositories", "List tags", "Read manifests", "Pull layers"])
        await expect(page.getByRole("listitem").filter({ hasText: right })).toContainText("granted");
      await page.getByLabel("Name", { exact: true }).fill(estate.registryName);
      await page.getByRole("button", { name: "Connect", exact: true }).click();

      await expect(page.getByRole("heading", { name: `${estate.registryName} is connected` })).toBeVisible();
      await expect(page.getByRole("list", { name: "Repositories found" })).toContainText("first/seed", SCANNED);
      await registry.notify(await shownWebhook(page));
      await page.getByRole("link", { name: "Open the registry" }).click();
      await expect(page).toHaveURL(/\/registries\//);
      await expect(page.getByRole("heading", { name: estate.registryName, level: 1 })).toBeVisible();
      home = new URL(page.url()).pathname;
    });

    test("an advisory that is there before the push", async () => {
      await uploadAdvisories(page, `${estate.key}-first.ndjson`, [estate.known]);
    });

    test("push an image of the generator and watch its scan end without loading the page again", async () => {
      await page.goto(home);
      await expect(repositoryRow(page, "first/seed")).toContainText("Healthy", SCANNED);
      await markDocument(page);
      await registry.push({ repository: estate.repository, tag: "1.0" }, estate.image);
      const row = repositoryRow(page, estate.repository);
      await expect(row).toContainText("1 critical", SCANNED);
      await row.getByRole("link", { name: estate.repository }).click();
      const push = page.getByRole("table", { name: "Pushes" }).getByRole("row").filter({ hasText: "1.0" });
      await expect(push).toContainText("by");
      await expect(push).toContainText("seen by event");
      await expect(push).toContainText("1 critical", SCANNED);
      expect(await isSameDocument(page)).toBe(true);
      await push.getByRole("link", { name: "1.0" }).click();
      await expect(page).toHaveURL(new RegExp(`/images/${estate.image.digest}`));
      expect(await isSameDocument(page)).toBe(true);
      await expect(tab(page, "Vulnerabilities")).toHaveText(/Vulnerabilities\s*1$/);
      await expect(page.getByRole("table", { name: "Findings" })).toContainText(estate.known.id);
    });

    test("push a real Debian root and find every installed package", async () => {
      const debian =
        variant.start === dockerRegistry ? debianImage() : "our own registry gets the generator's image only";
      test.skip(typeof debian === "string", typeof debian === "string" ? debian : "");
      if (typeof debian === "string") return;
      await page.goto(home);
      await registry.pushLayout(debian.folder, { repository: "base/debian", tag: "12" });
      const row = repositoryRow(page, "base/debian");
      await expect(row).toContainText(/Healthy|critical|high|medium|low/, SCANNED);
      await row.getByRole("link", { name: "base/debian" }).click();
      await page.getByRole("table", { name: "Pushes" }).getByRole("link", { name: "12" }).click();
      await expect(tab(page, "Packages")).toHaveText(new RegExp(`Packages\\s*${debian.packages.size}$`));
      const version = debian.packages.get("libc6") ?? "";
      await page.goto(`${new URL(page.url()).pathname}?tab=packages&q=libc6`);
      const found = page.getByRole("row").filter({ hasText: version }).filter({ hasText: "libc6" });
      await expect(found.first()).toBeVisible();
    });

    test("new advisories change the counts of an open page, and nothing is pulled", async () => {
      await page.goto(`/images/${estate.image.digest}`);
      await expect(tab(page, "Vulnerabilities")).toHaveText(/Vulnerabilities\s*1$/);
      await markDocument(page);
      const before = registry.reads();
      const settings = await context.newPage();
      await uploadAdvisories(settings, `${estate.key}-later.ndjson`, estate.later);
      await settings.close();
      await expect(tab(page, "Vulnerabilities")).toHaveText(/Vulnerabilities\s*3$/, SCANNED);
      expect(await isSameDocument(page)).toBe(true);
      expect(before.length).toBeGreaterThan(0);
      expect(registry.reads()).toEqual(before);
      await page.goto(home);
      await expect(repositoryRow(page, estate.repository)).toContainText("2 critical");
    });

    test("follow a flaw to its page and back to the place", async () => {
      const [, later] = estate.later;
      await page.goto(`/images/${estate.image.digest}`);
      await page.getByRole("table", { name: "Findings" }).getByRole("button", { name: later.id }).click();
      const panel = page.getByRole("complementary", { name: later.id });
      await expect(panel).toContainText(later.fixed);
      await panel.getByRole("link", { name: "Open full page" }).click();
      await expect(page.getByRole("heading", { name: later.id, level: 1 })).toBeVisible();
      await expect(page.getByText("Open in 1 place")).toBeVisible();
      await page
        .getByRole("table", { name: "Places" })
        .getByRole("link", { name: `${estate.repository}:1.0` })
        .click();
      await expect(page).toHaveURL(new RegExp(`/images/${estate.image.digest}.*q=${later.id}`));
      await expect(page.getByRole("table", { name: "Findings" }).getByRole("button")).toHaveText([later.id]);
    });

    test("notices tell of the push and of the new advisories, and are read one by one", async () => {
      await page.goto("/");
      await page
        .getByRole("link", { name: /^Notices, / })
        .first()
        .click();
      const notices = page.getByRole("table", { name: "Notices" });
      const [critical] = estate.later;
      for (const title of [`New repository ${estate.repository}: 1 critical`, `${critical.id} in ${estate.repository}`])
        await expect(notices.getByRole("row").filter({ hasText: title })).toContainText("Unread");
      const row = notices.getByRole("row").filter({ hasText: critical.id });
      await row.getByRole("button", { name: /Mark read/ }).click();
      await expect(row.getByRole("button", { name: /Mark unread/ })).toBeVisible();
      await row.getByRole("link").first().click();
      await expect(page.locator("main")).toContainText(critical.id);
    });

    test("delete the image in the registry and see it retired", async () => {
      await page.goto(`${home}/repos/${estate.repository}?tab=tags`);
      const tags = page.getByRole("table", { name: "Tags" });
      await expect(tags.getByRole("row").filter({ hasText: "1.0" })).toContainText("Current");
      await markDocument(page);
      await registry.remove({ repository: estate.repository, digest: estate.image.digest });
      await expect(tags.getByRole("row").filter({ hasText: "1.0" })).toContainText("Retired", RETIRED);
      expect(await isSameDocument(page)).toBe(true);
      await page.goto(`/images/${estate.image.digest}`);
      await expect(page.locator("main")).toContainText("No longer in the repository since");
      await page.goto(`/vulnerabilities/${estate.known.id}`);
      await expect(page.getByText("No image here has it open.").first()).toBeVisible();
      const open = await read<{ rows: { key: string }[] }>(page.request, `vulnerabilities?q=${estate.known.id}`);
      expect(open.rows).toEqual([]);
    });
  });
}

/** Names of the journey, its own for each variant: both run against one server. */
function journeyEstate(year: number) {
  const key = `journey-${year}`;
  const packages = [
    { name: `lib${key}1`, version: "1.2-3", source: key },
    { name: "libother9", version: "4.5-6" },
  ];
  const release = osRelease({ ID: "debian", VERSION_ID: "12", PRETTY_NAME: "Debian GNU/Linux 12 (bookworm)" });
  const base = { architecture: "amd64" as const, createdAt: new Date("2026-01-02T03:04:05Z") };
  const image = generateImage({
    ...base,
    layers: [
      { createdBy: "ADD rootfs.tar /", files: [...release, dpkgStatus(packages, "amd64")] },
      {
        createdBy: "RUN npm ci",
        files: npmTree("srv/app", { name: key, version: "1.0.0" }, { [`${key}-js`]: "2.0.1" }),
      },
    ],
  });
  const nothing = [{ name: "nothing-wrong", version: "1.0-1" }];
  const seed = generateImage({
    ...base,
    layers: [{ createdBy: `ADD ${key} /`, files: [...release, dpkgStatus(nothing, "amd64")] }],
  });
  return {
    key,
    registryName: `Registry of ${key}`,
    repository: `shop/${key}`,
    image,
    seed,
    known: { id: `CVE-${year}-0001`, ecosystem: "Debian:12", name: key, fixed: "1.2-9", severity: "CRITICAL" as const },
    later: [
      { id: `CVE-${year}-0002`, ecosystem: "Debian:12", name: key, fixed: "1.3-1", severity: "CRITICAL" as const },
      { id: `CVE-${year}-0003`, ecosystem: "npm", name: `${key}-js`, fixed: "2.1.0", severity: "HIGH" as const },
    ] as const,
  };
}

/** Address, token and the snippet for a Distribution registry, as the page shows them. */
async function shownWebhook(page: Page): Promise<{ snippet: string; url: string; token: string }> {
  const token = await page.getByRole("region", { name: "webhook token", exact: true }).innerText();
  const snippet = await page.getByRole("region", { name: /^Docker Distribution/ }).innerText();
  const url = /url: (\S+)/.exec(snippet)?.[1] ?? "";
  expect(snippet).toContain(`Bearer ${token.trim()}`);
  return { snippet, url, token: token.trim() };
}

function repositoryRow(page: Page, name: string) {
  return page.getByRole("table", { name: "Repositories" }).getByRole("row").filter({ hasText: name });
}

function tab(page: Page, name: string) {
  return page.getByRole("navigation", { name: "Image" }).getByRole("link", { name });
}
