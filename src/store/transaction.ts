import type pg from "pg";
import { pool } from "./client.ts";

/** The client of an open transaction. Pass it to every store function that must commit together. */
export type Transaction = pg.PoolClient;

/**
 * Runs `work` in one transaction: commits when it returns, rolls back when it throws. No network call belongs inside.
 * Serialisation failures and deadlocks are retried up to three times, so `work` must not keep state outside the database.
 */
export async function transaction<Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    const client = await pool().connect();
    try {
      await client.query("begin");
      const result = await work(client);
      await client.query("commit");
      client.release();
      return result;
    } catch (error) {
      const broken = await client.query("rollback").then(
        () => false,
        () => true,
      );
      client.release(broken);
      if (attempt >= 4 || !isRetryable(error)) throw error;
    }
  }
}

function isRetryable(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === "40001" || code === "40P01";
}
