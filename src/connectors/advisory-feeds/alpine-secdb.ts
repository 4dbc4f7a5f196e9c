import type { AdvisoryRecord, RecordAffected } from "#domain/advisory-record.ts";
import { FeedError } from "./feed-error.ts";
import { asFields, list, optionalFields, text, texts } from "./field.ts";

/** One branch and repository of Alpine's security database, such as `v3.18` `main`. */
export interface AlpineSecdb {
  branch: string;
  repository: string;
  records: AdvisoryRecord[];
}

/**
 * Reads an Alpine secdb document. It lists fixes only: a version below a fix is affected, version `0` means that the
 * package never was. Names behind a CVE on the same line (`CVE-… TALOS-…`) are other names of the same flaw.
 */
export function readAlpineSecdb(value: unknown): AlpineSecdb {
  const raw = asFields(value, "secdb");
  const branch = text(raw.distroversion, "distroversion");
  const repository = text(raw.reponame, "reponame");
  if (!/^[A-Za-z0-9._-]{1,40}$/.test(branch) || !/^[A-Za-z0-9._-]{1,40}$/.test(repository)) {
    throw new FeedError("its branch or repository has an unusual name");
  }
  const ecosystem = `Alpine:${branch === "edge" ? "edge" : branch}`;
  const records = new Map<string, AdvisoryRecord>();
  for (const entry of list(raw.packages, "packages")) {
    const pkg = asFields(asFields(entry, "packages").pkg, "pkg");
    const packageName = text(pkg.name, "pkg.name");
    for (const [version, flaws] of Object.entries(optionalFields(pkg.secfixes, "secfixes"))) {
      for (const flaw of texts(flaws, `secfixes ${version}`)) {
        addFix(records, flaw, affectedBefore(ecosystem, packageName, version));
      }
    }
  }
  return { branch, repository, records: [...records.values()] };
}

function affectedBefore(ecosystem: string, packageName: string, version: string): RecordAffected {
  const never = version === "0";
  return {
    ecosystem,
    packageName,
    ranges: never
      ? []
      : [{ type: "ECOSYSTEM", events: [{ introduced: "0" }, { fixed: mendedAlpineVersion(version) }] }],
    versions: [],
    vendorStatus: never ? "notAffected" : null,
    urgency: null,
  };
}

/** secdb is written by hand: `1.9.5p2` for `1.9.5_p2`, `4.8.0.-r1`, `10.0.11-0`. Only slips with one reading are mended. */
export function mendedAlpineVersion(version: string): string {
  return version
    .trim()
    .replace(/(\d)p(\d)/, "$1_p$2")
    .replace(".-r", "-r")
    .replace(/^([\d.]+)-(\d+)$/, "$1-r$2");
}

function addFix(records: Map<string, AdvisoryRecord>, flaw: string, affected: RecordAffected): void {
  const [recordId, ...aliases] = flaw.split(/\s+/).filter(Boolean);
  if (!recordId) return;
  const known = records.get(recordId);
  if (known) {
    known.affected.push(affected);
    known.aliases = [...new Set([...known.aliases, ...aliases])].sort();
    return;
  }
  records.set(recordId, { ...emptyRecord(recordId), aliases, affected: [affected] });
}

/** A record of a feed that has no words of its own: only names and ranges. */
export function emptyRecord(recordId: string): AdvisoryRecord {
  return {
    recordId,
    aliases: [],
    related: [],
    title: "",
    details: "",
    cvss: [],
    statedSeverity: null,
    publishedAt: null,
    modifiedAt: null,
    withdrawnAt: null,
    links: [],
    affected: [],
  };
}
