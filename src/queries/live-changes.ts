import type pg from "pg";
import { z } from "zod";
import { pool } from "#store/client.ts";
import { selectFirst, selectRows, sql } from "#store/sql.ts";

/** What changed up to `version`: topics only, never data. The reader refetches what it is allowed to see. */
export interface LiveChange {
  version: string;
  topics: string[];
}
export type ChangeListener = (change: LiveChange) => void;

const POLL_MS = 2000;
/** Hints that come in a burst make one look. */
const COALESCE_MS = 100;
/** Numbers are given before they are committed: a look reaches back this far for late ones. */
const OVERLAP = 2000n;

const ChangeRow = z.object({ version: z.bigint(), topic: z.string() });

/** One per process: however many browsers follow, the change table is read once. */
class ChangeFeed {
  readonly #listeners = new Set<ChangeListener>();
  #seen = new Set<bigint>();
  #newest = 0n;
  #timer: NodeJS.Timeout | undefined;
  #hint: NodeJS.Timeout | undefined;
  #listening: pg.PoolClient | undefined;
  #isRunning = false;
  #looking: Promise<void> | undefined;

  /** How many follow now. */
  get followers(): number {
    return this.#listeners.size;
  }

  async subscribe(listener: ChangeListener): Promise<() => void> {
    this.#listeners.add(listener);
    if (!this.#isRunning) await this.#start();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#stop();
    };
  }

  async #start(): Promise<void> {
    this.#isRunning = true;
    this.#newest = await newestVersion().catch(() => 0n);
    this.#seen = new Set((await changesAfter(this.#newest - OVERLAP).catch(() => [])).map(({ version }) => version));
    this.#timer = setInterval(() => void this.#look(), POLL_MS);
    await this.#listen().catch(() => {});
  }

  /** The notification only makes us look sooner; without it the poll finds the same rows. */
  async #listen(): Promise<void> {
    const client = await pool().connect();
    const lost = () => {
      if (this.#listening === client) this.#listening = undefined;
      client.release(true);
    };
    client.once("error", lost);
    client.on("notification", () => {
      this.#hint ??= setTimeout(() => void this.#look(), COALESCE_MS);
    });
    await client.query("listen breakwater_change");
    this.#listening = client;
  }

  #look(): Promise<void> {
    clearTimeout(this.#hint);
    this.#hint = undefined;
    this.#looking ??= this.#read()
      // A database that is away for a moment: the next poll finds what was missed.
      .catch(() => {})
      .finally(() => {
        this.#looking = undefined;
      });
    return this.#looking;
  }

  async #read(): Promise<void> {
    if (!this.#listening && this.#isRunning) await this.#listen().catch(() => {});
    const rows = await changesAfter(this.#newest - OVERLAP);
    const fresh = rows.filter(({ version }) => !this.#seen.has(version));
    if (fresh.length === 0) return;
    this.#newest = fresh.reduce((highest, { version }) => (version > highest ? version : highest), this.#newest);
    this.#seen = new Set(
      [...this.#seen, ...fresh.map(({ version }) => version)].filter((version) => version > this.#newest - OVERLAP),
    );
    const change = { version: String(this.#newest), topics: [...new Set(fresh.map(({ topic }) => topic))] };
    for (const listener of this.#listeners) listener(change);
  }

  #stop(): void {
    this.#isRunning = false;
    clearInterval(this.#timer);
    clearTimeout(this.#hint);
    this.#hint = undefined;
    const client = this.#listening;
    this.#listening = undefined;
    client?.removeAllListeners("notification");
    client?.release(true);
  }
}

// Next loads a module once per route bundle; the process keeps one feed.
const holder = globalThis as typeof globalThis & { breakwaterChangeFeed?: ChangeFeed };

/** Calls `listener` for every change from now on. Returns the function that ends it. */
export function followChanges(listener: ChangeListener): Promise<() => void> {
  holder.breakwaterChangeFeed ??= new ChangeFeed();
  return holder.breakwaterChangeFeed.subscribe(listener);
}

/** What changed after `version`, as one change, for a reader that was away. Undefined when nothing did. */
export async function changesSince(version: string): Promise<LiveChange | undefined> {
  const rows = await changesAfter(BigInt(version) - OVERLAP);
  const late = rows.filter((row) => row.version > BigInt(version));
  const newest = late.at(-1);
  return newest ? { version: String(newest.version), topics: [...new Set(late.map(({ topic }) => topic))] } : undefined;
}

function changesAfter(version: bigint) {
  return selectRows(
    ChangeRow,
    sql`select version, topic from change where version > ${version} order by version limit 20000`,
  );
}

async function newestVersion(): Promise<bigint> {
  const row = await selectFirst(
    z.object({ version: z.bigint() }),
    sql`select coalesce(max(version), 0) as version from change`,
  );
  return row?.version ?? 0n;
}
