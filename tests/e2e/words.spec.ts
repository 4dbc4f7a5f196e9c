// Every page of a full estate as people read it: no code of ours, no doubled mark, no text that is cut beside free space.
import { type BrowserContext, expect, type Page, test } from "@playwright/test";
import { demoObjects, type Estate, portalPages } from "./portal-pages.ts";
import { startSession } from "./session.ts";

/** Values of the database and of code, as nobody says them. */
const codes =
  /(?<![\w/-])(?:notApplicable|notScanned|unknownSystem|noPackages|noRight|notReporting|willNotFix|underReview|endOfLife|scanFailed|undefined|NaN|\[object Object\]|(?:session|user|token|registry|host|image|job|control|demo|advisories|exemption)\.(?!example|io|com|js|json|toml|local|lock)[a-z]+(?:-[a-z]+)*)(?![\w.])/;
const doubled = /\.\.(?!\.)|,,|;;|\. \.|\?\?|, \.|\(\)/;
const oneMany =
  /(?<![\d.,\u202f-])\b1 (findings|images|days|commands|packages|hosts|controls|places|containers|notices|vulnerabilities|repositories|registries|steps|jobs|layers|records|tokens|entries)\b/;
const isoInstant = /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/;

test.describe("words", () => {
  test.describe.configure({ timeout: 300_000 });
  let context: BrowserContext;
  let estate: Estate;

  test.beforeAll(async ({ browser }) => {
    test.setTimeout(600_000);
    context = await browser.newContext();
    await startSession(context.request);
    estate = await demoObjects(context.request);
  });
  test.afterAll(() => context?.close());

  for (const [folder, addresses] of Object.entries(portalPages)) {
    test(folder, async () => {
      const page = await context.newPage();
      await page.setViewportSize({ width: 1440, height: 900 });
      for (const address of addresses(estate)) {
        await page.goto(address);
        await expect(page.locator("h1").first()).toBeVisible();
        await expect(page.locator("[aria-busy=true]")).toHaveCount(0, { timeout: 30_000 });
        const lines = await wordsOf(page);
        expect(lines.length, `${address}: lines that were read`).toBeGreaterThan(1);
        const wrong = (pattern: RegExp) => lines.filter((line) => pattern.test(line));
        expect.soft(wrong(codes), `${address}: codes`).toEqual([]);
        expect.soft(wrong(doubled), `${address}: doubled marks`).toEqual([]);
        expect.soft(wrong(oneMany), `${address}: one and many`).toEqual([]);
        expect.soft(wrong(isoInstant), `${address}: instants as machines write them`).toEqual([]);
        expect.soft(await clipped(page), `${address}: cut text that cannot be read in full`).toEqual([]);
      }
      await page.close();
    });
  }

  test("the patterns find what they are for", () => {
    for (const line of ["unknown → notApplicable", "session.sign-in", "host.enrol"]) expect(line).toMatch(codes);
    for (const line of ["/etc/docker/daemon.json", "registry.example", "recorded-host.example", "docker.service"])
      expect(line).not.toMatch(codes);
    for (const line of ["Check the spelling..", "a,, b"]) expect(line).toMatch(doubled);
    expect("wait …").not.toMatch(doubled);
    for (const line of ["1 findings", "Open, 1 days"]) expect(line).toMatch(oneMany);
    for (const line of ["11 findings", "2.1 images", "1 image"]) expect(line).not.toMatch(oneMany);
  });
});

/** What stands on the page, line by line, without what is quoted: code, paths, commands, names and words of others. */
function wordsOf(page: Page): Promise<string[]> {
  return page.locator("main").evaluate((main) => {
    const copy = main.cloneNode(true) as HTMLElement;
    for (const quoted of copy.querySelectorAll(
      "code, pre, kbd, .bw-mono, .bw-name, [data-quoted], dd .bw-mono, option, svg, style",
    ))
      quoted.remove();
    document.body.append(copy);
    const text = copy.innerText;
    copy.remove();
    return text
      .split("\n")
      .map((line) => line.trim())
      .filter(Boolean);
  });
}

/** Cut text whose whole cannot be read: no title on it or around it. */
function clipped(page: Page): Promise<string[]> {
  return page.locator("main *").evaluateAll((elements) =>
    elements
      .filter((element): element is HTMLElement => element instanceof HTMLElement)
      .filter((element) => element.childElementCount === 0 && (element.textContent ?? "").trim() !== "")
      .filter((element) => {
        const style = getComputedStyle(element);
        return (
          style.textOverflow === "ellipsis" &&
          style.overflow !== "visible" &&
          element.scrollWidth > element.clientWidth + 1
        );
      })
      .filter((element) => !element.closest("[title]"))
      .map((element) => (element.textContent ?? "").trim().slice(0, 80)),
  );
}
