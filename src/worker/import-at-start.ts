import { stat } from "node:fs/promises";
import { config } from "#config.ts";
import { log } from "#log.ts";
import { queueImport } from "#store/advisory/advisory-import.ts";
import { enqueue } from "#store/queue/queue.ts";
import { transaction } from "#store/transaction.ts";

/**
 * Queues what the environment asks for at start: the import of BREAKWATER_ADVISORIES (folder, file or address) and a
 * look at the public feeds. Files that did not change are recognised by their hash and cost a read, nothing more.
 */
export async function importAtStart(): Promise<void> {
  const source = config().advisories;
  if (source) await queueSource(source);
  if (config().feedsEnabled) await enqueue("pull-feeds", { trigger: "start" }, { key: "all" });
}

async function queueSource(source: string): Promise<void> {
  const isUrl = /^https?:\/\//.test(source);
  if (!isUrl && !(await stat(source).catch(() => null))) {
    log.error({ source }, "BREAKWATER_ADVISORIES names a file or folder that does not exist");
  }
  await transaction((tx) =>
    queueImport(tx, { source, sourceKind: isUrl ? "url" : "path", requestedBy: "BREAKWATER_ADVISORIES" }, "push"),
  );
}
