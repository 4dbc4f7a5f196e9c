import { DiagnosticList } from "../diagnostic-list.ts";
import { type Analyzer, textOf } from "./analyzer.ts";

/** One stanza of a dpkg database that says a package is there. */
export interface DpkgPackage {
  name: string;
  version: string;
  arch: string | null;
  sourceName: string;
  sourceVersion: string;
  maintainer: string | null;
  /** Field `Origin`, which Debian leaves out. */
  origin: string | null;
  /** Third word of Status; `installed` where the file has no Status (distroless). */
  state: string;
}

/** `var/lib/dpkg/status`, the parts of it that distroless images carry, and the lists of owned files. */
export const dpkg: Analyzer<DpkgPackage[]> = {
  name: "dpkg",
  version: 2,
  lastCharacters: null,
  isWanted: isDpkgPath,
  parse: (bytes, path) => {
    const diagnostics = new DiagnosticList();
    const result: DpkgPackage[] = [];
    for (const stanza of textOf(bytes).split(/\n[ \t]*\n/)) {
      const fields = readStanza(stanza);
      if (fields.size === 0) continue;
      const found = toPackage(fields);
      if (found === "not there") continue;
      if (found === null)
        diagnostics.add({ code: "unreadable-package", message: "A package record lacks its name or version.", path });
      else result.push(found);
    }
    return { result, diagnostics: diagnostics.list() };
  },
};

// The folder above is not looked at: `var/lib/dpkg` may be a link to a folder elsewhere, which only the merge knows.
function isDpkgPath(path: string): boolean {
  if (path.endsWith("dpkg/status")) return true;
  if (path.includes("dpkg/status.d/")) return true;
  return path.endsWith(".list") && path.includes("dpkg/info/");
}

const wantedFields = new Set(["package", "status", "version", "architecture", "source", "maintainer", "origin"]);

function readStanza(stanza: string): Map<string, string> {
  const fields = new Map<string, string>();
  let start = 0;
  while (start < stanza.length) {
    let end = stanza.indexOf("\n", start);
    if (end < 0) end = stanza.length;
    const first = stanza.charCodeAt(start);
    // Lines that start with white space go on with the field above; none of the wanted fields spans lines.
    if (first !== 32 && first !== 9) {
      const colon = stanza.indexOf(":", start);
      if (colon > start && colon < end && colon - start < 14) {
        const key = stanza.slice(start, colon).toLowerCase();
        if (wantedFields.has(key)) fields.set(key, stanza.slice(colon + 1, end).trim());
      }
    }
    start = end + 1;
  }
  return fields;
}

function toPackage(fields: Map<string, string>): DpkgPackage | "not there" | null {
  // Files of a package are on disk from the moment it is unpacked, whatever became of its configuration.
  const state = fields.get("status")?.split(/\s+/)[2] ?? "installed";
  if (state === "not-installed" || state === "config-files") return "not there";
  const name = fields.get("package");
  const version = fields.get("version");
  if (!name || !version) return null;
  const source = /^(\S+)(?:\s+\(([^)]+)\))?/.exec(fields.get("source") ?? "");
  return {
    name,
    version,
    arch: fields.get("architecture") || null,
    sourceName: source?.[1] ?? name,
    // A rebuild of unchanged source is `+bN`; no source version ends that way.
    sourceVersion: source?.[2]?.trim() ?? version.replace(/\+b\d+$/, ""),
    maintainer: fields.get("maintainer") || null,
    origin: fields.get("origin") || null,
    state,
  };
}
