import { type Analyzer, textOf } from "./analyzer.ts";

/** The fields of os-release(5), without quotes. */
export type OsReleaseFields = Record<string, string>;

const paths = new Set(["etc/os-release", "usr/lib/os-release", "etc/debian_version", "etc/alpine-release"]);

/** os-release, and the version files of Debian and Alpine for images that lack it. */
export const osRelease: Analyzer<OsReleaseFields> = {
  name: "os-release",
  version: 1,
  lastCharacters: "en",
  isWanted: (path) => path.length < 20 && paths.has(path),
  parse: (bytes) => ({ result: parseFields(textOf(bytes)), diagnostics: [] }),
};

function parseFields(text: string): OsReleaseFields {
  const fields: OsReleaseFields = {};
  for (const line of text.split("\n")) {
    const text = line.trim();
    const equals = text.indexOf("=");
    const key = text.slice(0, Math.max(equals, 0));
    if (/^[A-Z][A-Z0-9_]*$/.test(key)) fields[key] = unquote(text.slice(equals + 1).trim());
  }
  return fields;
}

function unquote(value: string): string {
  const quote = value[0];
  if ((quote !== '"' && quote !== "'") || value.length < 2 || !value.endsWith(quote)) return value;
  const inner = value.slice(1, -1);
  return quote === '"' ? inner.replace(/\\(["$`\\])/g, "$1") : inner;
}
