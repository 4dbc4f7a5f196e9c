import { DiagnosticList } from "../diagnostic-list.ts";
import { type Analyzer, textOf } from "./analyzer.ts";

/** One package of an apk database. */
export interface ApkPackage {
  name: string;
  version: string;
  arch: string | null;
  origin: string;
}

/** apk's installed database: blocks of `X:value` lines with a blank line between packages. */
export const apk: Analyzer<ApkPackage[]> = {
  name: "apk",
  version: 1,
  lastCharacters: "d",
  isWanted: (path) => path.endsWith("apk/db/installed"),
  parse: (bytes, path) => {
    const diagnostics = new DiagnosticList();
    const result: ApkPackage[] = [];
    for (const block of textOf(bytes).split(/\n\s*\n/)) {
      if (block.trim() === "") continue;
      const found = readBlock(block);
      if (found === null)
        diagnostics.add({ code: "unreadable-package", message: "A package record lacks its name or version.", path });
      else result.push(found);
    }
    return { result, diagnostics: diagnostics.list() };
  },
};

function readBlock(block: string): ApkPackage | null {
  const values = new Map<string, string>();
  for (const line of block.split("\n")) {
    if (line[1] === ":" && "PVAo".includes(line.slice(0, 1))) values.set(line.slice(0, 1), line.slice(2).trim());
  }
  const name = values.get("P");
  const version = values.get("V");
  if (!name || !version) return null;
  return { name, version, arch: values.get("A") || null, origin: values.get("o") || name };
}

/** Every file that the database says a package owns: `F:` names a folder, the `R:` lines after it the files in it. */
export function* ownedFiles(bytes: Uint8Array): Generator<{ path: string; owner: string }> {
  let owner = "";
  let folder = "";
  for (const line of textOf(bytes).split("\n")) {
    if (line === "") folder = "";
    else if (line.startsWith("P:")) owner = line.slice(2).trim();
    else if (line.startsWith("F:")) folder = line.slice(2).trim();
    else if (line.startsWith("R:")) {
      const name = line.slice(2).trim();
      yield { path: folder === "" ? name : `${folder}/${name}`, owner };
    }
  }
}
