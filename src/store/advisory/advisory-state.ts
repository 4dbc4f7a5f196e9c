import type { Transaction } from "#store/transaction.ts";

/**
 * Raises the version of the advisories and returns it. Waits for scans that hold the row while they save, so that no
 * scan can commit matches of the version before without noticing.
 */
export async function bumpAdvisoriesVersion(tx: Transaction, importId: string): Promise<bigint> {
  const result = await tx.query<{ version: bigint }>(
    `update advisory_state set advisories_version = advisories_version + 1, changed_at = now(), last_import_id = $1
      where version = 1 returning advisories_version as version`,
    [importId],
  );
  return result.rows[0]?.version ?? 0n;
}
