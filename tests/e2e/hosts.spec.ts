// The whole way of a Docker host in a browser: the line to paste, the agent, its first report, a container that breaks a
// control and is gone again. Once with a real dockerd, once with the recorded engine of a real host, which runs everywhere.
import { type BrowserContext, expect, type Page, test } from "@playwright/test";
import { missingDocker } from "../support/docker-daemon.ts";
import { dockerHost, type JourneyHost, type RunningAgent, recordedHost, startAgent } from "./journey-host.ts";
import { isSameDocument, markDocument, signIn, watchFaults } from "./session.ts";

const REPORTED = { timeout: 120_000 };
const PRIVILEGED = "Privileged containers are not used";

const variants = [
  { name: "a real dockerd", start: dockerHost, missing: missingDocker() },
  { name: "the recorded engine of a real host", start: recordedHost, missing: null },
];

for (const variant of variants) {
  test.describe(`a Docker host: ${variant.name}`, () => {
    test.describe.configure({ mode: "serial", timeout: 300_000 });
    test.skip(variant.missing !== null, variant.missing ?? "");

    let context: BrowserContext;
    let page: Page;
    let faults: string[];
    let host: JourneyHost;
    let agent: RunningAgent;
    let home = "";
    let name = "";
    let culprit = "";

    test.beforeAll(async ({ browser }) => {
      test.setTimeout(120_000);
      host = await variant.start();
      context = await browser.newContext();
      page = await context.newPage();
      faults = watchFaults(page);
    });
    test.afterAll(async () => {
      await agent?.stop();
      await context?.close();
      await host?.stop();
    });
    test.afterEach(() => {
      expect(faults, "faults of the browser").toEqual([]);
      expect(host.refused()).toEqual([]);
    });

    test("the page shows the line, waits, and turns green by itself with the first report", async ({ baseURL }) => {
      await page.goto("/connect/host");
      await signIn(page);
      await page.getByRole("button", { name: "Show the line to paste" }).click();
      const line = await page.getByRole("region", { name: "install line" }).innerText();
      const token = /BREAKWATER_ENROL_TOKEN=(\S+)/.exec(line)?.[1] ?? "";
      const sum = await page.getByText("The script checks the agent").innerText();
      await expect(page.getByText("Waiting for the agent to say hello")).toBeVisible();
      await markDocument(page);

      agent = await startAgent(host, { server: baseURL ?? "", token, sha256: /[0-9a-f]{64}/.exec(sum)?.[0] ?? "" });
      const connected = page.getByRole("heading", { name: / is connected$/ });
      await expect(connected, agent.said()).toBeVisible(REPORTED);
      await expect(page.getByRole("status").filter({ hasText: "Reported" })).toBeVisible();
      expect(await isSameDocument(page)).toBe(true);
      name = (await connected.innerText()).replace(/ is connected$/, "");
      await page.getByRole("link", { name: "Open the host" }).click();
      await expect(page).toHaveURL(/\/hosts\/[0-9a-f-]{36}$/);
      await expect(page.getByRole("heading", { name, level: 1, exact: true })).toBeVisible();
      home = new URL(page.url()).pathname;
    });

    test("its page says what the engine has", async () => {
      const { containers, images } = host;
      await page.goto(home);
      await expect(fact(page, "Docker version")).toHaveText(host.dockerVersion, REPORTED);
      await expect(fact(page, "Images")).toHaveText(`${images.total} images${images.inUse} in use`);
      await expect(fact(page, "Containers")).toContainText(`${containers.running} running containers`);
      await expect(fact(page, "Containers")).toContainText(`${containers.paused} paused`);
      await expect(fact(page, "Containers")).toContainText(`${containers.stopped} stopped`);
      await expect(fact(page, "Agent")).toContainText("connected");
      const all = containers.running + containers.paused + containers.stopped;
      await expect(tab(page, "Containers")).toHaveText(new RegExp(`^Containers\\s*${all}$`));
      expect(all).toBeGreaterThanOrEqual(8);
    });

    test("controls of running containers name the ones that break them", async () => {
      await page.goto(`${home}?section=5`);
      await expect(control(page, "5.5")).toContainText("Healthy");
      for (const [number, container] of Object.entries(host.breaks)) {
        await expect(control(page, number)).toContainText("Unhealthy");
        await control(page, number).getByRole("button").click();
        const actual = page.getByRole("region", { name: "Actual" });
        await expect(actual.getByTitle(container, { exact: true }).first()).toBeVisible();
      }
    });

    test("a container made privileged turns 5.5 red and is named, without loading the page again", async () => {
      await page.goto(`${home}?section=5`);
      await expect(control(page, "5.5")).toContainText("Healthy");
      await markDocument(page);
      culprit = await host.startPrivileged();
      await expect(control(page, "5.5"), agent.said()).toContainText("Unhealthy", REPORTED);
      await control(page, "5.5").getByRole("button").click();
      const actual = page.getByRole("region", { name: "Actual" });
      await expect(actual.getByTitle(culprit, { exact: true })).toBeVisible();
      await expect(actual).toHaveText(`${culprit}HostConfig.Privileged: true`);
      await expect(page.getByRole("region", { name: "Expected" })).toContainText("HostConfig.Privileged: false");
      await expect(page.locator("main")).toContainText(`Create ${culprit} again without --privileged`);
      await expect(fact(page, "Containers")).toContainText(`${host.containers.running + 1} running containers`);
      expect(await isSameDocument(page)).toBe(true);
    });

    test("the bell tells of it and leads to the container", async () => {
      await page.goto("/");
      await page
        .getByRole("link", { name: /^Notices, / })
        .first()
        .click();
      const row = page
        .getByRole("table", { name: "Notices" })
        .getByRole("row")
        // One notice per report: a privileged container breaks more than one control.
        .filter({ hasText: "A container runs privileged" })
        .filter({ hasText: name })
        .first();
      await expect(row).toContainText("Unread");
      await row.getByRole("link").first().click();
      await expect(page).toHaveURL(new RegExp(`${home}\\?`));
      await page.goto(`${home}?section=5&control=docker-privileged-container`);
      await expect(page.getByRole("region", { name: "Actual" }).getByTitle(culprit, { exact: true })).toBeVisible();

      await tab(page, "Containers").click();
      const container = page.getByRole("table", { name: "Containers" }).getByRole("row").filter({ hasText: culprit });
      await expect(container).toContainText("Privileged");
      await container.getByRole("link", { name: culprit }).first().click();
      await expect(page.getByRole("heading", { name: culprit, level: 1 })).toBeVisible();
      await expect(pair(page, "Privileged")).toHaveText("Yes");
      const check = page.getByRole("region", { name: "Controls" }).getByRole("button", { name: PRIVILEGED });
      await expect(check).toContainText("Unhealthy");
      await check.click();
      await expect(page.getByRole("region", { name: "Actual" })).toContainText("HostConfig.Privileged: true");
    });

    test("names and labels of a container are text, however long and whatever they say", async () => {
      await page.goto(`${home}?tab=containers`);
      await page.getByRole("link", { name: host.hostile.name, exact: true }).click();
      await expect(page.getByRole("heading", { name: host.hostile.name, level: 1 })).toBeVisible();
      await expect(page.getByText(`team=${host.hostile.label}`, { exact: true })).toBeVisible();
      await expect(page).not.toHaveTitle(/taken over/);
      await expect(page.locator("main")).not.toContainText("hunter2-e2e");
      for (const width of [1440, 390]) {
        await page.setViewportSize({ width, height: 900 });
        expect(await page.evaluate(() => document.documentElement.scrollWidth), `at ${width}`).toBeLessThanOrEqual(
          width,
        );
      }
      await page.setViewportSize({ width: 1440, height: 900 });
    });

    test("removed, it turns 5.5 green, and the history says which report did either", async () => {
      await page.goto(`${home}?section=5`);
      await expect(control(page, "5.5")).toContainText("Unhealthy");
      await markDocument(page);
      await host.removePrivileged();
      await expect(control(page, "5.5"), agent.said()).toContainText("Healthy", REPORTED);
      await expect(fact(page, "Containers")).toContainText(`${host.containers.running} running containers`);
      expect(await isSameDocument(page)).toBe(true);

      await tab(page, "Reports").click();
      const reports = page.getByRole("table", { name: "Reports" }).getByRole("row").filter({ hasText: PRIVILEGED });
      await expect(reports).toHaveCount(2);
      const changes = reports.getByRole("listitem").filter({ hasText: PRIVILEGED });
      await expect(changes).toHaveText([`${PRIVILEGED}Unhealthy → Healthy`, `${PRIVILEGED}Healthy → Unhealthy`]);
      for (const index of [0, 1]) {
        // Its state is the address, which changes a moment after the click.
        await reports.nth(index).getByRole("checkbox").click();
        await expect(reports.nth(index).getByRole("checkbox")).toBeChecked();
      }
      await expect(page.locator("main")).toContainText(culprit);
      await page.goto(`${home}?tab=containers&state=gone`);
      await expect(page.getByRole("table", { name: "Containers" })).toContainText(culprit);
    });

    test("removing the host ends its agent's token", async () => {
      await page.goto(`${home}?tab=settings`);
      await page.getByRole("button", { name: `Remove ${name}` }).click();
      const dialog = page.getByRole("dialog");
      await dialog.getByLabel(`Type ${name} to confirm`).fill(name);
      await dialog.getByRole("button", { name: "Remove", exact: true }).click();
      await expect(page).toHaveURL(/type=host/);
      await expect(page.getByRole("link", { name, exact: true })).toHaveCount(0);
      await expect.poll(() => agent.said(), REPORTED).toMatch(/a person has to act/);
      // The page that removes it hears of the change while it leaves, and may ask for the host once more.
      faults = faults.filter((fault) => !/status of 404/.test(fault));
    });
  });
}

function fact(page: Page, label: string) {
  return page
    .locator("main dl > div")
    .filter({ has: page.getByText(label, { exact: true }) })
    .locator("dd");
}

/** A fact of a panel: its value stands right after its name. */
function pair(page: Page, label: string) {
  return page
    .getByRole("complementary", { name: "How it runs" })
    .locator("dl > div")
    .filter({ hasText: label })
    .locator("dd")
    .first();
}

function control(page: Page, number: string) {
  return page.locator(`tr[data-control="${number}"]`);
}

function tab(page: Page, name: string) {
  return page.getByRole("navigation", { name: "Docker host" }).getByRole("link", { name });
}
