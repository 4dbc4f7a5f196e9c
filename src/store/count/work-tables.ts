import { type Executor, execute, type Statement, sql } from "#store/sql.ts";

const flawColumns =
  "severity_rank smallint, open int, fixable int, hidden int, exempt int, first_matched_at timestamptz(3)";
const figureColumns =
  "critical int, high int, medium int, low int, unrated int, fixable int, kev int, hidden int, exempt int, findings int";

/** Tables of one transaction in which counting puts together what is due and what is new. */
const workTables = {
  due_pair: "registry_id uuid, set_id bigint, vulnerability_id bigint",
  due_set: "registry_id uuid, set_id bigint",
  due_flaw: "vulnerability_id bigint",
  due_image: "registry_id uuid, digest bytea",
  fresh_set_flaw: `registry_id uuid, set_id bigint, vulnerability_id bigint, ${flawColumns}`,
  changed_set_flaw: `registry_id uuid, set_id bigint, vulnerability_id bigint, ${flawColumns}, is_new boolean, is_gone boolean`,
  fresh_set_figure: `registry_id uuid, set_id bigint, ${figureColumns}, live_images int, live_places int, first_live_at timestamptz(3)`,
  fresh_combined: `registry_id uuid, placement_id uuid, vulnerability_id bigint, ${flawColumns}`,
  fresh_place: `registry_id uuid, placement_id uuid, repository_id uuid, digest bytea, ${figureColumns}, risk int, posture text,
    is_fed boolean, is_live boolean, is_lead boolean`,
  fresh_registry_flaw: `registry_id uuid, vulnerability_id bigint, severity_rank smallint, images int, places int, fixable_places int,
    first_affected_at timestamptz(3)`,
} as const;
export type WorkTable = keyof typeof workTables;

/** Makes these tables of the transaction, empty. */
export async function emptyTables(tx: Executor, ...names: readonly WorkTable[]): Promise<void> {
  for (const name of names) {
    await tx.query(`create temporary table if not exists ${name} (${workTables[name]}) on commit delete rows`);
    await tx.query(`truncate ${name}`);
  }
}

/** Fills one of them and lets the planner know how large it is. Returns the number of rows added. */
export async function fillTable(tx: Executor, name: WorkTable, rows: Statement): Promise<number> {
  const filled = (await tx.query(`insert into ${name} ${rows.text}`, [...rows.values])).rowCount ?? 0;
  await tx.query(`analyze ${name}`);
  return filled;
}

/** Runs a statement that hashes large tables with memory to do so, in this transaction alone. */
export async function allowMemory(tx: Executor): Promise<void> {
  await execute(sql`set local work_mem = '96MB'`, tx);
}

/** Figures over flaws, one row of `f` (columns of `set_flaw`) per flaw: each counts once, with its worst open severity. */
export const figuresOfFlaws = sql`
  (count(*) filter (where f.severity_rank = 5))::int as critical, (count(*) filter (where f.severity_rank = 4))::int as high,
  (count(*) filter (where f.severity_rank = 3))::int as medium, (count(*) filter (where f.severity_rank in (1, 2)))::int as low,
  (count(*) filter (where f.severity_rank = 0))::int as unrated,
  (count(*) filter (where f.open > 0 and f.fixable = f.open))::int as fixable,
  (count(*) filter (where f.open > 0 and f.vulnerability_id in (select id from vulnerability where kev_added_at is not null)))::int as kev,
  (count(*) filter (where f.open = 0 and f.exempt = 0 and f.hidden > 0))::int as hidden,
  (count(*) filter (where f.open = 0 and f.exempt > 0))::int as exempt, coalesce(sum(f.open), 0)::int as findings`;
