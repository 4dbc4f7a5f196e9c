import { writeFileSync } from "node:fs";
import path from "node:path";
import type { BenchResult } from "./bench-result.ts";
import { buildEstate, fullEstate, openBenchDatabase, touchingRecord, writeAdvisories } from "./estate.ts";

export const title = "matching the whole estate again: 100,000 images, 25 million package links";

/** Measures a full re-match with all counters, and what one advisory costs that touches 5 and 200 package versions. */
export async function run(): Promise<BenchResult[]> {
  const database = await openBenchDatabase();
  try {
    return await measure(database.folder);
  } finally {
    await database.stop();
  }
}

async function measure(folder: string): Promise<BenchResult[]> {
  const images = Number(process.env.BENCH_IMAGES ?? fullEstate.images);
  const scale = images / fullEstate.images;
  const size = {
    images,
    systemSets: Math.ceil(fullEstate.systemSets * scale),
    applicationSets: Math.ceil(fullEstate.applicationSets * scale),
  };
  const { pool } = await import("#store/client.ts");
  const { importSource } = await import("#worker/import-source.ts");
  const { createImport } = await import("#store/advisory/advisory-import.ts");
  const { rematchTouched } = await import("#worker/rematch.ts");
  const { touchAllPackages } = await import("#store/advisory/package-touch.ts");
  const { matchPackages } = await import("#worker/match-packages.ts");
  const { transaction } = await import("#store/transaction.ts");
  const { recountNext } = await import("#worker/recount-next.ts");

  const built = await timed(() => buildEstate(size));
  console.log(
    `${built.result.links} links in ${built.result.setRows} rows, ${built.result.packages} package versions, built in ${Math.round(built.seconds)} s`,
  );
  const bring = async (source: string) => {
    const importId = await createImport(pool(), { source, sourceKind: "path", requestedBy: null, state: "running" });
    return importSource(source, { importId });
  };
  const recountAll = async () => {
    while (await recountNext()) await pool().query("analyze dirty_mark");
  };
  await bring(writeAdvisories(folder));
  // The first match is a scan's work, not an update: no history, no notices.
  await pool().query("delete from package_touch");
  const ids = (await pool().query<{ id: bigint }>("select id from package_version order by ecosystem, source_name, id"))
    .rows;
  const first = await timed(async () => {
    for (let start = 0; start < ids.length; start += 2000) {
      const batch = ids.slice(start, start + 2000).map((row) => row.id);
      await transaction((tx) => matchPackages(tx, batch));
    }
  });
  await pool().query("analyze");
  await pool().query(
    "insert into dirty_mark (scope, key, cause) select 'image', registry_id || '/sha256:' || encode(digest, 'hex'), 'scan' from image",
  );
  const firstCounters = await timed(recountAll);
  const found = await pool().query<{ n: number }>("select count(*)::int as n from package_advisory");
  const open = await pool().query<{ n: string }>(
    "select coalesce(sum(critical + high + medium + low + unrated), 0)::text as n from placement",
  );
  console.log(`${found.rows[0]?.n} matches, ${open.rows[0]?.n} findings`);

  const name = `${images} images`;
  await touchAllPackages(pool(), null);
  const again = await timed(() => rematchTouched());
  const results: BenchResult[] = [
    { name, metric: "first match of all packages, matches written", value: first.seconds, unit: "s" },
    { name, metric: "all counters of all images", value: firstCounters.seconds, unit: "s" },
    { name, metric: "full re-match", value: again.seconds, unit: "s", limit: 20 },
  ];
  for (const touched of [5, 200] as const) {
    const file = path.join(folder, `one-${touched}.ndjson`);
    writeFileSync(file, touchingRecord(touched));
    const imported = await timed(() => bring(file));
    const matched = await timed(() => rematchTouched());
    if (matched.result.added !== touched)
      throw new Error(`${matched.result.added} package versions matched, ${touched} expected`);
    const counted = await timed(recountAll);
    results.push(
      { name, metric: `import of one advisory for ${touched} package versions`, value: imported.seconds, unit: "s" },
      { name, metric: `re-match of ${touched} package versions`, value: matched.seconds, unit: "s", limit: 1 },
      { name, metric: `counters after ${touched} package versions`, value: counted.seconds, unit: "s" },
    );
  }
  return results;
}

async function timed<Result>(work: () => Promise<Result>): Promise<{ result: Result; seconds: number }> {
  const start = performance.now();
  const result = await work();
  return { result, seconds: (performance.now() - start) / 1000 };
}
