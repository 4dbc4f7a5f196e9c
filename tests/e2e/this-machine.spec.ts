// One click connects the machine that Breakwater itself runs on: a launcher of its own, as `npm start` is, with a real
// dockerd; from the welcome page to the host's controls, stopped and started again.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { type DockerDaemon, missingDocker, startDockerDaemon } from "../support/docker-daemon.ts";
import { signIn, watchFaults } from "./session.ts";

const missing = missingDocker();
const SLOW = { timeout: 120_000 };

test.describe("this machine", () => {
  test.describe.configure({ mode: "serial", timeout: 300_000 });
  test.skip(missing !== null, missing ?? "");

  let daemon: DockerDaemon;
  let launcher: ChildProcess | undefined;
  let page: Page;
  let faults: string[];
  let base = "";
  let home = "";
  let data = "";
  let said = "";

  test.beforeAll(async ({ browser }) => {
    test.setTimeout(300_000);
    daemon = await startDockerDaemon();
    await daemon.start("here");
    data = mkdtempSync(path.join(tmpdir(), "bw-this-machine-"));
    base = `http://127.0.0.1:${await freePort()}`;
    launcher = spawn(process.execPath, ["scripts/start.mjs"], {
      cwd: path.resolve(import.meta.dirname, "../.."),
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...process.env,
        PORT: new URL(base).port,
        HOST: "127.0.0.1",
        DATABASE_URL: "",
        DOCKER_HOST: `unix://${daemon.socket}`,
        BREAKWATER_DATA_DIR: data,
        BREAKWATER_PUBLIC_URL: "",
        BREAKWATER_FEEDS: "off",
        BREAKWATER_ALLOW_LOOPBACK: "1",
        BREAKWATER_LOG_LEVEL: "warn",
        BREAKWATER_ADMIN_EMAIL: process.env.BREAKWATER_E2E_EMAIL ?? "",
        BREAKWATER_ADMIN_PASSWORD: process.env.BREAKWATER_E2E_PASSWORD ?? "",
      },
    });
    const hear = (chunk: Buffer) => {
      said += chunk.toString("utf8");
    };
    launcher.stdout?.on("data", hear);
    launcher.stderr?.on("data", hear);
    await expect.poll(() => said, { timeout: 240_000 }).toContain("Breakwater is ready");
    page = await (await browser.newContext({ baseURL: base })).newPage();
    faults = watchFaults(page);
  });
  test.afterAll(async () => {
    await page?.context().close();
    if (launcher && launcher.exitCode === null) {
      const ended = new Promise((resolve) => launcher?.once("exit", resolve));
      launcher.kill("SIGTERM");
      await ended;
    }
    if (data) rmSync(data, { recursive: true, force: true });
    await daemon?.stop();
  });
  test.afterEach(() => {
    expect(faults).toEqual([]);
  });

  test("the welcome page offers it, one click starts the agent, and the host opens", async () => {
    await page.goto("/welcome");
    await signIn(page);
    const version = await daemon.docker("version", "--format", "{{.Server.Version}}");
    await expect(page.getByText(`Docker ${version} was found on this machine.`)).toBeVisible(SLOW);
    await page.getByRole("button", { name: "Connect this machine" }).click();
    await expect(page).toHaveURL(/\/connect\/host$/);
    await expect(card(page)).toContainText(daemon.socket);
    await expect(card(page).getByRole("status"), said).toHaveText("Connected", SLOW);
    await card(page).getByRole("link", { name: "Open the host" }).click();
    await expect(page).toHaveURL(/\/hosts\/[0-9a-f-]{36}$/);
    home = new URL(page.url()).pathname;
    await expect(page.locator("main")).toContainText(version);
    await expect(page.locator('tr[data-control="1.1.1"]')).toBeVisible(SLOW);
    await page.goto(`${home}?tab=containers`);
    await expect(page.getByRole("table", { name: "Containers" })).toContainText("here");
  });

  test("a container started on this machine shows by itself", async () => {
    await daemon.start("arrives-later");
    await expect(page.getByRole("table", { name: "Containers" })).toContainText("arrives-later", SLOW);
  });

  test("stopped, the host says by whom; started again it is the same host", async () => {
    await page.goto("/connect/host");
    await card(page).getByRole("button", { name: "Stop the agent" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Stop", exact: true }).click();
    await expect(card(page).getByRole("status")).toHaveText("Stopped", SLOW);
    await page.goto(home);
    await expect(page.locator("main")).toContainText(/Stopped here by \S+/, SLOW);
    await page.getByRole("link", { name: "Start the agent" }).click();
    await card(page).getByRole("button", { name: "Start the agent again" }).click();
    await expect(card(page).getByRole("status"), said).toHaveText("Connected", SLOW);
    await expect(card(page).getByRole("link", { name: "Open the host" })).toHaveAttribute("href", home);
  });

  test("the agent is a process of its own that may write only its folder and knows no secret of the server", () => {
    const agents = readdirSync("/proc").filter(
      (pid) => /^\d+$/.test(pid) && argumentsOf(pid).includes(`${data}/local-agent`),
    );
    expect(agents).toHaveLength(1);
    const words = argumentsOf(agents[0] ?? "");
    expect(words).toContain("--permission");
    expect(words).toContain(`--allow-fs-write=${data}/local-agent`);
    expect(readFileSync(`/proc/${agents[0]}/environ`, "utf8")).not.toMatch(/DATABASE|SECRET|PASSWORD|PG/);
  });
});

function argumentsOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  } catch {
    // It ended while we looked.
    return [];
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

function card(page: Page) {
  return page.getByRole("region", { name: "This machine" });
}
