import { writeFileSync } from "node:fs";
import path from "node:path";
import pg from "pg";
import type { BenchResult } from "./bench-result.ts";
import { buildEstate, fullEstate, openBenchDatabase, touchingRecord, writeAdvisories } from "./estate.ts";

const images = Number(process.env.BENCH_IMAGES ?? fullEstate.images);

export const title = `matching and counting the whole estate: ${images} images, ${images * 250} package links`;

/**
 * Measures the first count, a second data set in which a fifth of the records differ, a full re-match, and what one advisory costs
 * that touches a tenth of the images and all of them. A run whose figures differ from the plain count has no result.
 */
export async function run(): Promise<BenchResult[]> {
  const database = await openBenchDatabase();
  try {
    return await measure(database);
  } finally {
    await database.stop();
  }
}

async function measure({ folder, url }: { folder: string; url: string }): Promise<BenchResult[]> {
  const scale = images / fullEstate.images;
  const { pool } = await import("#store/client.ts");
  const { importSource } = await import("#worker/import-source.ts");
  const { createImport } = await import("#store/advisory/advisory-import.ts");
  const { rematchTouched } = await import("#worker/rematch.ts");
  const { touchAllPackages } = await import("#store/advisory/package-touch.ts");
  const { matchPackages } = await import("#worker/match-packages.ts");
  const { transaction } = await import("#store/transaction.ts");
  const { recountNext } = await import("#worker/recount-next.ts");
  const { markPass } = await import("#store/count/dirty-marks.ts");

  const built = await timed(() =>
    buildEstate({
      images,
      systemSets: Math.ceil(fullEstate.systemSets * scale),
      applicationSets: Math.ceil(fullEstate.applicationSets * scale),
    }),
  );
  console.log(
    `${built.result.links} links in ${built.result.setRows} rows, ${built.result.packages} package versions, built in ${Math.round(built.seconds)} s`,
  );
  const bring = async (source: string) => {
    const importId = await createImport(pool(), { source, sourceKind: "path", requestedBy: null, state: "running" });
    const files = await importSource(source, { importId });
    const bad = files.find((file) => file.state !== "imported" && file.state !== "unchanged");
    if (bad) throw new Error(`the import of ${bad.file} ended as ${bad.state}: ${bad.reason}`);
  };
  const recountAll = async () => {
    while (await recountNext());
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
  const push = startPushes(url);
  await markPass(pool(), "all-sets");
  const firstCounters = await timed(recountAll);
  const found = await pool().query<{ n: number }>("select count(*)::int as n from package_advisory");
  const open = await pool().query<{ n: string }>("select coalesce(sum(findings), 0)::text as n from place_figure");
  console.log(`${found.rows[0]?.n} matches, ${open.rows[0]?.n} findings`);
  await expectFigures("the first count");

  const name = `${images} images`;
  const secondImport = await timed(() => bring(writeAdvisories(folder, "second")));
  const secondMatch = await timed(() => rematchTouched());
  const secondCounters = await timed(recountAll);
  const changed = secondMatch.result;
  console.log(`second data set: ${changed.added} matches new, ${changed.changed} changed, ${changed.resolved} gone`);
  await expectFigures("the second data set");
  const longestPush = await push.stop();
  await touchAllPackages(pool(), null);
  const again = await timed(() => rematchTouched());
  const second = secondImport.seconds + secondMatch.seconds + secondCounters.seconds;
  const results: BenchResult[] = [
    { name, metric: "first match of all packages, matches written", value: first.seconds, unit: "s" },
    { name, metric: "all counters of all images", value: firstCounters.seconds, unit: "s", limit: 60 },
    { name, metric: "second data set: import", value: secondImport.seconds, unit: "s" },
    { name, metric: "second data set: matches", value: secondMatch.seconds, unit: "s" },
    { name, metric: "second data set: all counters", value: secondCounters.seconds, unit: "s" },
    { name, metric: "second data set: import, matches and all counters", value: second, unit: "s", limit: 60 },
    {
      name,
      metric: "longest wait of a pushed image while everything is counted",
      value: longestPush,
      unit: "s",
      limit: 1,
    },
    { name, metric: "full re-match", value: again.seconds, unit: "s", limit: 20 },
  ];
  for (const touched of [5, 200] as const) {
    const file = path.join(folder, `one-${touched}.ndjson`);
    writeFileSync(file, touchingRecord(touched));
    const imported = await timed(() => bring(file));
    const matched = await timed(() => rematchTouched());
    if (matched.result.added !== touched)
      throw new Error(`${matched.result.added} package versions matched, ${touched} expected`);
    // The first step of the recount: flaws and notices are right behind it, images and sums follow.
    const told = await timed(() => recountNext());
    const summed = await timed(recountAll);
    results.push(
      { name, metric: `import of one advisory for ${touched} package versions`, value: imported.seconds, unit: "s" },
      { name, metric: `re-match of ${touched} package versions`, value: matched.seconds, unit: "s", limit: 1 },
      { name, metric: `flaw and notices after ${touched} package versions`, value: told.seconds, unit: "s", limit: 1 },
      {
        name,
        metric: `counters after ${touched} package versions`,
        value: told.seconds + summed.seconds,
        unit: "s",
        limit: touched === 5 ? 1 : 10,
      },
    );
  }
  await expectFigures("single advisories");
  return results;
}

/** Throws when a stored figure is not what the plain count of the base tables has. */
async function expectFigures(after: string): Promise<void> {
  const { verifyFigures } = await import("#store/count/verify-figures.ts");
  const { seconds, result } = await timed(() => verifyFigures(new Date()));
  console.log(
    `figures after ${after} verified in ${Math.round(seconds)} s: ${result.findings} findings, ${result.total} differ`,
  );
  const [one] = result.differences;
  if (one)
    throw new Error(
      `after ${after} ${result.total} figures differ, such as ${one.figure} of ${one.what}: ${one.stored}, counted ${one.counted}`,
    );
}

/**
 * Does all the time what holds the rows of a pushed image: locks it and its figures, and marks it. Answers the longest wait for
 * its rows when it is stopped.
 */
function startPushes(url: string): { stop(): Promise<number> } {
  const client = new pg.Client({ connectionString: url });
  let isOver = false;
  let longest = 0;
  const running = (async () => {
    await client.connect();
    for (let number = 0; !isOver; number += 1) {
      await client.query("begin");
      const { rows } = await client.query<{ ms: number }>(
        `with image_row as materialized (
           select i.registry_id, i.digest from image i where i.digest = sha256(('image ' || ($1::int * 7919) % $2::int)::bytea) for update),
         figure_row as materialized (
           select f.placement_id from image_row i join place_figure f on f.registry_id = i.registry_id and f.digest = i.digest for update of f)
         select extract(epoch from clock_timestamp() - statement_timestamp()) * 1000 as ms, (select count(*) from figure_row) as held`,
        [number, images],
      );
      await client.query("rollback");
      longest = Math.max(longest, Number(rows[0]?.ms ?? 0) / 1000);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await client.end();
  })();
  return {
    stop: async () => {
      isOver = true;
      await running;
      return longest;
    },
  };
}

async function timed<Result>(work: () => Promise<Result>): Promise<{ result: Result; seconds: number }> {
  const start = performance.now();
  const result = await work();
  return { result, seconds: (performance.now() - start) / 1000 };
}
