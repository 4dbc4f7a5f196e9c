import { existsSync } from "node:fs";
import path from "node:path";
import { expect } from "vitest";
import { createImport } from "#store/advisory/advisory-import.ts";
import { pool } from "#store/client.ts";
import { transaction } from "#store/transaction.ts";
import { importSource } from "#worker/import-source.ts";
import { matchPackages } from "#worker/match-packages.ts";
import { testWhere } from "../support/where.ts";
import { storePackages } from "./advisory-fixtures.ts";

const folder = path.resolve(import.meta.dirname, "../../../shared/advisories");
const missing = existsSync(folder) ? null : "no folder of real advisories lies beside the clone";

testWhere(
  missing,
  "the whole folder of real advisories imports, every file or with a named reason",
  async () => {
    const importId = await createImport(pool(), {
      source: folder,
      sourceKind: "path",
      requestedBy: null,
      state: "running",
    });
    const files = await importSource(folder, { importId });
    expect(
      files.filter((file) => file.state !== "imported").map((file) => [file.file, file.state, file.reason]),
    ).toEqual([
      ["README.md", "refused", "it is a text document, not advisory data"],
      ["SOURCES.md", "refused", "it is a text document, not advisory data"],
    ]);
    const records = Object.fromEntries(files.map((file) => [file.feedId, file.records]));
    expect(records).toMatchObject({
      debian: 34_692,
      npm: 3793,
      go: 4291,
      ubuntu: 11_954,
      kev: 1662,
      "alpine-secdb-v3.18-main": 2439,
    });

    const [zlib, curl, openssl] = await storePackages([
      { ecosystem: "Debian:12", name: "zlib1g", version: "1:1.2.13.dfsg-1", sourceName: "zlib" },
      { ecosystem: "Debian:12", name: "libcurl4", version: "7.88.1-10+deb12u1", sourceName: "curl" },
      { ecosystem: "Alpine:v3.18", name: "libssl3", version: "3.1.0-r0", sourceName: "openssl" },
    ]);
    await transaction((tx) =>
      matchPackages(
        tx,
        [zlib, curl, openssl].filter((id) => id !== undefined),
      ),
    );
    const matches = async (id: bigint | undefined) =>
      (
        await pool().query(
          `select v.key, p.record_ids, p.fixed_version as fixed, p.severity from package_advisory p join vulnerability v on v.id = p.vulnerability_id
          where p.package_version_id = $1 order by v.key`,
          [id],
        )
      ).rows;
    expect((await matches(zlib)).map((row) => row.key)).toContain("CVE-2023-45853");
    const ofCurl = await matches(curl);
    expect(ofCurl.find((row) => row.key === "CVE-2023-38545")).toMatchObject({
      record_ids: expect.arrayContaining(["CVE-2023-38545", "DSA-5523-1"]),
      fixed: "7.88.1-10+deb12u4",
    });
    expect(ofCurl.filter((row) => row.key.startsWith("DSA-"))).toEqual([]);
    const ofOpenssl = await matches(openssl);
    expect(ofOpenssl.find((row) => row.key === "CVE-2023-2650")).toMatchObject({
      fixed: "3.1.1-r0",
      severity: "medium",
    });
  },
  600_000,
);
