/** The names an advisory record goes by. `aliases` holds other names of the same flaw, `related` other flaws or bulletins. */
export interface RecordNames {
  recordId: string;
  aliases: readonly string[];
  related: readonly string[];
}

// A vendor's bulletin names an update, not a flaw: it covers every CVE it lists, often in `related` only.
const bulletin =
  /^(?:DSA|DLA|DTSA|USN|LSN|AL[SBE]A|RH[SBE]A|RL[SBE]A|ELSA|ALAS\d*|SUSE-[SR]U|openSUSE-[SR]U|MGASA|GLSA|FEDORA|ROS|OESA)-/i;
const cve = /(?:^|-)(CVE-\d{4}-\d{4,})$/;

/** True for DSA, USN, RHSA and their like: one record that may cover several flaws. */
export function isBulletin(recordId: string): boolean {
  return bulletin.test(recordId);
}

/** The CVE id inside a name such as `CVE-2024-1`, `UBUNTU-CVE-2024-1` or `AZL-CVE-2024-1`; undefined when it has none. */
export function cveOf(name: string): string | undefined {
  return cve.exec(name)?.[1];
}

/**
 * The flaws a record speaks of, by canonical key: its CVE ids, else its GHSA id, else its own id. A bulletin also covers
 * the CVE ids among its related names. Sorted and never empty.
 */
export function flawKeysOf(names: RecordNames): string[] {
  const own = isBulletin(names.recordId)
    ? [names.recordId, ...names.aliases, ...names.related]
    : [names.recordId, ...names.aliases];
  const cves = own.map(cveOf).filter((key) => key !== undefined);
  if (cves.length > 0) return [...new Set(cves)].sort();
  const advisories = own.filter((name) => name.startsWith("GHSA-")).sort();
  const first = advisories.includes(names.recordId) ? names.recordId : advisories[0];
  return [first ?? names.recordId];
}
