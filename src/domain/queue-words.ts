/** The words people read for a queue. */
export const queueWords: Record<string, string> = {
  "read-manifest": "Read a pushed manifest",
  "verify-delete": "Check a deletion",
  "reconcile-registry": "List a registry",
  "scan-image": "Scan an image",
  "import-advisories": "Import advisories",
  "pull-feeds": "Look at public feeds",
  "rematch-advisories": "Match again",
  recount: "Count again",
  maintenance: "Housekeeping",
  "load-demo": "Demo",
  "assess-host": "Assess a host",
};

/** The word of one queue; a queue without one keeps its name with blanks. */
export function queueWord(name: string): string {
  return queueWords[name] ?? name.replaceAll("-", " ");
}
