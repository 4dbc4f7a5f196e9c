import type { FeedBatch } from "#connectors/advisory-feeds/feed-batch.ts";
import { readOsvRecord } from "#connectors/advisory-feeds/osv-record.ts";
import { readBytes } from "#connectors/advisory-feeds/read-bytes.ts";
import { readLines } from "#connectors/advisory-feeds/read-lines.ts";
import type { FeedFile } from "#connectors/advisory-feeds/read-records.ts";
import { readSource } from "#connectors/advisory-feeds/read-source.ts";
import type { AdvisoryRecord } from "#domain/advisory-record.ts";
import type { Diagnostic } from "#domain/evidence.ts";
import { advisoryKeys } from "#engines/image-scan/advisory-keys.ts";
import type { AdvisoryRange, InstalledPackage } from "#engines/image-scan/facts.ts";
import { rateAffected } from "#engines/image-scan/match-advisories-ranges.ts";
import { InputError, oneLine } from "./input-error.ts";

/** What the advisory files say about the packages of one image, and nothing else of them. */
export interface ScanAdvisories {
  /** By `ecosystem\0name`. */
  ranges: Map<string, AdvisoryRange[]>;
  /** CVE ids that are exploited in the wild. */
  exploited: Set<string>;
  /** Probability of exploitation by CVE id, 0…1. */
  probabilities: Map<string, number>;
  /** Support end dates per distribution and release. */
  endDates: Record<string, Record<string, string>>;
  /** Ecosystems that any file has records of. */
  ecosystems: Set<string>;
  diagnostics: Diagnostic[];
}

const distributionIds: Record<string, string> = { "alpine-linux": "alpine", debian: "debian", ubuntu: "ubuntu" };

/** Reads the files of a folder (or one file) as far as they concern `packages`. Throws InputError when there are none to read. */
export async function loadScanAdvisories(source: string, packages: InstalledPackage[]): Promise<ScanAdvisories> {
  const loader = new AdvisoryLoader(packages);
  let count = 0;
  try {
    for await (const file of readSource(source)) {
      if ("refused" in file) loader.refuse(file.path, file.refused);
      else {
        count += 1;
        await loader.read(file);
      }
    }
  } catch (error) {
    throw new InputError(`Advisories cannot be read: ${oneLine(error)}`, { cause: error });
  }
  if (count === 0) throw new InputError(`${source} holds no advisory file that can be read.`);
  return loader.result;
}

/** A JSON text without its quotes, as it reads: `\/`, `\u0040` and their like are letters of a name too. */
function decoded(written = ""): string {
  if (!written.includes("\\")) return written;
  try {
    return String(JSON.parse(`"${written}"`));
  } catch {
    return written;
  }
}

/** A key that hides behind escapes would escape the pattern: such a line is parsed. */
function hasEscapedKey(line: string): boolean {
  return /"[a-z]*\\u00[0-9a-f]{2}(?:[a-z]|\\u00[0-9a-f]{2})*"\s*:/i.test(line);
}

class AdvisoryLoader {
  readonly result: ScanAdvisories = {
    ranges: new Map(),
    exploited: new Set(),
    probabilities: new Map(),
    endDates: {},
    ecosystems: new Set(),
    diagnostics: [],
  };
  private readonly keys = new Set<string>();
  private readonly names = new Set<string>();
  private readonly families = new Set<string>();

  constructor(packages: InstalledPackage[]) {
    for (const pkg of packages) {
      for (const { ecosystem, packageName } of advisoryKeys(pkg)) {
        this.keys.add(`${ecosystem}\0${packageName}`);
        this.names.add(packageName);
        this.families.add(ecosystem.split(":", 1)[0] ?? ecosystem);
      }
    }
  }

  /** A file that should have spoken and could not makes the result incomplete; a read-me beside the data does not. */
  refuse(path: string, reason: string): void {
    if (/\.(?:md|txt|rst|html?|pdf|sha256)$|\/(?:LICEN[CS]E|NOTICE|COPYING)[^/]*$/i.test(path)) return;
    this.result.diagnostics.push({ code: "advisories-not-read", message: `Not used: ${reason}`, path });
  }

  async read(file: FeedFile): Promise<void> {
    const { ecosystem } = file.feed;
    if (ecosystem !== null && !this.families.has(ecosystem)) return;
    try {
      if (file.format === "osv-lines") await this.readOsvLines(file);
      else for await (const batch of file.batches()) this.take(batch, file.feed.id);
    } catch (error) {
      this.refuse(file.path, oneLine(error));
    }
  }

  /** Most lines speak of other packages: those are told by their text and never parsed. */
  private async readOsvLines(file: FeedFile): Promise<void> {
    const namePattern = /"name"\s*:\s*"((?:[^"\\]|\\.)*)"/g;
    const ecosystemPattern = /"ecosystem"\s*:\s*"((?:[^"\\]|\\.)*)"/g;
    for await (const lines of readLines(readBytes(file.path))) {
      for (const { text } of lines) {
        for (const match of text.matchAll(ecosystemPattern)) this.result.ecosystems.add(decoded(match[1]));
        let isOurs = hasEscapedKey(text);
        for (const match of text.matchAll(namePattern)) isOurs ||= this.names.has(decoded(match[1]));
        if (isOurs) this.takeRecord(readOsvRecord(JSON.parse(text)), file.feed.id);
      }
    }
  }

  private take(batch: FeedBatch, feedId: string): void {
    for (const record of batch.advisories) this.takeRecord(record, feedId);
    for (const { key } of batch.exploited) this.result.exploited.add(key);
    for (const { key, epss } of batch.probabilities) this.result.probabilities.set(key, epss);
    for (const lifecycle of batch.lifecycles) {
      const id = distributionIds[lifecycle.distribution];
      // Debian's long-term support is open to all, Ubuntu's extended support is not.
      const end = (id === "debian" ? lifecycle.extendedSupportEndsAt : null) ?? lifecycle.endOfLifeAt;
      if (id === undefined || end === null) continue;
      this.result.endDates[id] = { ...this.result.endDates[id], [lifecycle.cycle]: end.slice(0, 10) };
    }
  }

  private takeRecord(record: AdvisoryRecord, feedId: string): void {
    for (const affected of record.affected) {
      this.result.ecosystems.add(affected.ecosystem);
      const key = `${affected.ecosystem}\0${affected.packageName}`;
      if (!this.keys.has(key)) continue;
      const rating = rateAffected(record, affected);
      const ranges = this.result.ranges.get(key) ?? [];
      ranges.push({
        recordId: record.recordId,
        advisoryId: `${feedId}:${record.recordId}`,
        feedId,
        aliases: record.aliases,
        related: record.related,
        ...affected,
        severity: rating.severity,
        severitySource: rating.source,
        withdrawn: record.withdrawnAt !== null,
      });
      this.result.ranges.set(key, ranges);
    }
  }
}
