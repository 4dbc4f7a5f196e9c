import type { Diagnostic } from "#domain/evidence.ts";
import { type Analyzer, textOf } from "./analyzer.ts";

/** One package of an apk database. `ownedFiles` are those named package.json, which decide who owns a language package. */
export interface ApkPackage {
  name: string;
  version: string;
  arch: string | null;
  origin: string;
  ownedFiles: string[];
}

/** apk's installed database: blocks of `X:value` lines with a blank line between packages. */
export const apk: Analyzer<ApkPackage[]> = {
  name: "apk",
  version: 1,
  isWanted: (path) => path.endsWith("apk/db/installed"),
  parse: (bytes, path) => {
    const diagnostics: Diagnostic[] = [];
    const result: ApkPackage[] = [];
    for (const block of textOf(bytes).split(/\n\s*\n/)) {
      if (block.trim() === "") continue;
      const found = readBlock(block);
      if (found === null)
        diagnostics.push({ code: "unreadable-package", message: "A package record lacks its name or version.", path });
      else result.push(found);
    }
    return { result, diagnostics };
  },
};

function readBlock(block: string): ApkPackage | null {
  const values = new Map<string, string>();
  const ownedFiles: string[] = [];
  let folder = "";
  for (const line of block.split("\n")) {
    if (line[1] !== ":") continue;
    const key = line.slice(0, 1);
    if (key === "F") folder = line.slice(2).trim();
    else if (key === "R") {
      const name = line.slice(2).trim();
      if (name === "package.json") ownedFiles.push(folder === "" ? name : `${folder}/${name}`);
    } else if ("PVAo".includes(key)) values.set(key, line.slice(2).trim());
  }
  const name = values.get("P");
  const version = values.get("V");
  if (!name || !version) return null;
  return { name, version, arch: values.get("A") || null, origin: values.get("o") || name, ownedFiles };
}
