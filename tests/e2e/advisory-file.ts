import { expect, type Page } from "@playwright/test";

export interface Flaw {
  id: string;
  ecosystem: string;
  name: string;
  fixed: string;
  severity: "CRITICAL" | "HIGH" | "MODERATE" | "LOW";
}

/** Uploads these flaws as an OSV file in Settings › Advisories and waits until the list of imports says that it is done. */
export async function uploadAdvisories(page: Page, name: string, flaws: readonly Flaw[]): Promise<void> {
  await page.goto("/settings/advisories");
  await page.getByRole("button", { name: "Import", exact: true }).first().click();
  const dialog = page.getByRole("dialog", { name: "Import advisories" });
  const text = flaws.map((flaw) => JSON.stringify(osvRecord(flaw))).join("\n");
  await dialog
    .locator("input[type=file]")
    .setInputFiles({ name, mimeType: "application/x-ndjson", buffer: Buffer.from(`${text}\n`) });
  await dialog.getByRole("button", { name: "Upload and import" }).click();
  await expect(dialog).toBeHidden();
  const row = page.getByRole("table", { name: "Imports" }).getByRole("row").filter({ hasText: name }).first();
  await expect(row).toContainText(`${flaws.length} record`, { timeout: 120_000 });
}

/** One flaw as an OSV record. */
export function osvRecord(flaw: Flaw): unknown {
  return {
    id: flaw.id,
    summary: `A flaw in ${flaw.name} for the journey`,
    modified: "2026-01-01T00:00:00Z",
    published: "2026-01-01T00:00:00Z",
    affected: [
      {
        package: { ecosystem: flaw.ecosystem, name: flaw.name },
        ranges: [
          {
            type: flaw.ecosystem === "npm" ? "SEMVER" : "ECOSYSTEM",
            events: [{ introduced: "0" }, { fixed: flaw.fixed }],
          },
        ],
      },
    ],
    database_specific: { severity: flaw.severity },
  };
}
