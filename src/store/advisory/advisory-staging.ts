import type { AdvisoryRecord, ExploitedRecord, ExploitProbability, LifecycleRecord } from "#domain/advisory-record.ts";
import { flawKeysOf } from "#domain/flaw-keys.ts";
import type { Severity } from "#domain/severity.ts";
import { type CopyValue, copyRows } from "#store/copy.ts";
import { sha256 } from "#store/ids.ts";
import type { Transaction } from "#store/transaction.ts";

export interface StagedRating {
  severity: Severity;
  source: string | null;
  score: number | null;
  vector: string | null;
}

/** A record with its severities, one per `affected` entry and one for the record. */
export interface StagedAdvisory {
  record: AdvisoryRecord;
  rating: StagedRating;
  ratings: StagedRating[];
}

const tables = `
create temp table stage_advisory (record_id text, seq int, aliases text[], related text[], flaw_keys text[], title text,
  details text, severity text, severity_source text, cvss_score float8, cvss_vector text, published_at timestamptz,
  modified_at timestamptz, withdrawn_at timestamptz, links jsonb, hash bytea) on commit drop;
create temp table stage_range (record_id text, seq int, ecosystem text, package_name text, ranges jsonb, versions text[],
  vendor_status text, urgency text, severity text, severity_source text) on commit drop;
create temp table stage_signal (key text, epss float8, percentile float8, kev_added_at timestamptz, kev_due_at timestamptz,
  kev_action text) on commit drop;
create temp table stage_lifecycle (distribution text, cycle text, end_of_life_at timestamptz,
  extended_support_ends_at timestamptz, latest_version text) on commit drop;`;

const flushRows = 4000;

/**
 * Collects what a feed holds in temporary tables of the open transaction, through COPY. Rows are written as they come,
 * so memory does not grow with the feed; nothing is visible to anyone until the feed is merged.
 */
export class Staging {
  readonly #tx: Transaction;
  #advisories: CopyValue[][] = [];
  #ranges: CopyValue[][] = [];
  #signals: CopyValue[][] = [];
  #sequence = 0;
  #advisoryCount = 0;
  #signalCount = 0;
  #lifecycleCount = 0;

  private constructor(tx: Transaction) {
    this.#tx = tx;
  }

  static async open(tx: Transaction): Promise<Staging> {
    await tx.query(tables);
    return new Staging(tx);
  }

  get counts(): { advisories: number; signals: number; lifecycles: number } {
    return { advisories: this.#advisoryCount, signals: this.#signalCount, lifecycles: this.#lifecycleCount };
  }

  async addAdvisories(advisories: readonly StagedAdvisory[]): Promise<void> {
    for (const advisory of advisories) this.#addAdvisory(advisory);
    if (this.#advisories.length + this.#ranges.length >= flushRows) await this.flush();
  }

  async addExploited(records: readonly ExploitedRecord[]): Promise<void> {
    for (const record of records) {
      this.#signals.push([record.key, null, null, record.addedAt, record.dueAt, record.action]);
    }
    this.#signalCount += records.length;
    if (this.#signals.length >= flushRows) await this.flush();
  }

  async addProbabilities(records: readonly ExploitProbability[]): Promise<void> {
    for (const record of records) this.#signals.push([record.key, record.epss, record.percentile, null, null, null]);
    this.#signalCount += records.length;
    if (this.#signals.length >= flushRows) await this.flush();
  }

  async addLifecycles(records: readonly LifecycleRecord[]): Promise<void> {
    this.#lifecycleCount += records.length;
    await copyRows(
      this.#tx,
      "stage_lifecycle",
      records.map((record) => [
        record.distribution,
        record.cycle,
        record.endOfLifeAt,
        record.extendedSupportEndsAt,
        record.latestVersion,
      ]),
    );
  }

  async flush(): Promise<void> {
    const [advisories, ranges, signals] = [this.#advisories, this.#ranges, this.#signals];
    this.#advisories = [];
    this.#ranges = [];
    this.#signals = [];
    if (advisories.length > 0) await copyRows(this.#tx, "stage_advisory", advisories);
    if (ranges.length > 0) await copyRows(this.#tx, "stage_range", ranges);
    if (signals.length > 0) await copyRows(this.#tx, "stage_signal", signals);
  }

  #addAdvisory({ record, rating, ratings }: StagedAdvisory): void {
    this.#sequence += 1;
    this.#advisoryCount += 1;
    this.#advisories.push([
      record.recordId,
      this.#sequence,
      record.aliases,
      record.related,
      flawKeysOf(record),
      titleOf(record),
      record.details,
      rating.severity,
      rating.source,
      rating.score,
      rating.vector,
      record.publishedAt,
      record.modifiedAt,
      record.withdrawnAt,
      JSON.stringify(record.links),
      sha256(JSON.stringify([record, ratings])),
    ]);
    record.affected.forEach((entry, index) => {
      const rated = ratings[index];
      this.#sequence += 1;
      this.#ranges.push([
        record.recordId,
        this.#sequence,
        entry.ecosystem,
        entry.packageName,
        JSON.stringify(entry.ranges),
        entry.versions,
        entry.vendorStatus,
        entry.urgency,
        rated?.severity ?? null,
        rated?.source ?? null,
      ]);
    });
  }
}

/** The summary, else the first sentence of the details, else nothing: a title is never made up. */
function titleOf(record: AdvisoryRecord): string {
  if (record.title !== "") return record.title;
  const sentence = /^[\s\S]{1,240}?[.!?](?=\s|$)/.exec(record.details)?.[0] ?? record.details.slice(0, 200);
  return sentence.replace(/\s+/g, " ").trim();
}
