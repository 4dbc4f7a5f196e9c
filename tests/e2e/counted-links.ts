import { expect, type Page } from "@playwright/test";

export interface CountedLink {
  href: string;
  /** What the link says, for messages. */
  text: string;
  count: number;
}

/** Links of the page that say a number: figures, views, tabs and the summary strip. Numbered steps and names are no counts. */
export async function countedLinks(page: Page): Promise<CountedLink[]> {
  const links = await page.locator("main a[href]").evaluateAll((anchors) =>
    anchors
      .filter((anchor) => !anchor.closest("[aria-label='Fix plan']") && !anchor.matches(".bw-name"))
      // Rows are made alike: of a long list the numbers of the first ten are followed, which keeps the run short.
      .filter((anchor) => {
        const row = anchor.closest("tbody tr[data-row]");
        return !row || [...(row.parentElement?.children ?? [])].indexOf(row) < 10;
      })
      .map((anchor) => {
        // Text by text: figures that stand side by side must not run together.
        const walker = document.createTreeWalker(anchor, NodeFilter.SHOW_TEXT);
        const parts: string[] = [];
        while (walker.nextNode()) parts.push((walker.currentNode.textContent ?? "").trim());
        return {
          href: anchor.getAttribute("href") ?? "",
          parts: parts.filter(Boolean),
          text: (anchor.textContent ?? "").trim(),
        };
      }),
  );
  const counted = links.flatMap(({ href, parts, text }) => {
    const count = countOf(parts, href);
    return count === null || count === 0 ? [] : [{ href, text, count }];
  });
  return [...new Map(counted.map((link) => [`${link.href} ${link.count}`, link])).values()];
}

const numeral = "\\d{1,3}(?:[,\\u202f\\u00a0 ]\\d{3})*";

/** The count that a link states, or null. Freshness links to those that are not on time when there are any. */
function countOf(parts: string[], href: string): number | null {
  const text = parts.join(" ");
  if (text.startsWith("Freshness")) {
    const silent = [...text.matchAll(new RegExp(`(${numeral}) (?:late|stale|without data)`, "g"))];
    if (href.includes("view=notReporting")) return silent.reduce((sum, match) => sum + numberOf(match[1]), 0);
    return numberOf(new RegExp(`of (${numeral}) on time`).exec(text)?.[1]);
  }
  const strip = new RegExp(`^(?:Registries|AKS clusters|Docker VMs) (${numeral})(?:\\D|$)`).exec(text);
  if (strip) return numberOf(strip[1]);
  const last = parts.at(-1) ?? "";
  if (parts.length > 1 && new RegExp(`^${numeral}$`).test(last)) return numberOf(last);
  const first = new RegExp(`^(${numeral})(?: [a-z]|$)`).exec(parts.join(" "));
  return first && !/^\d+ \d/.test(text) ? numberOf(first[1]) : null;
}

function numberOf(text: string | undefined): number {
  return Number((text ?? "").replace(/\D/g, ""));
}

/** How many rows the open page lists: the total it states beside the list, else all rows after loading them all. */
export async function listedRows(page: Page): Promise<number> {
  await expect(page.locator("main [aria-busy=true]")).toHaveCount(0, { timeout: 30_000 });
  const total = page.locator("main [data-list-total]").first();
  const rows = page.locator("main table tbody tr[data-row]");
  await expect(total.or(rows.first()).first()).toBeVisible();
  if (await total.count()) return Number(await total.getAttribute("data-list-total"));
  const more = page.getByRole("button", { name: "Load more" });
  while (await more.count()) {
    const before = await rows.count();
    await more.click();
    await expect.poll(() => rows.count()).toBeGreaterThan(before);
  }
  return rows.count();
}
