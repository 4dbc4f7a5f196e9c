import { VersionError } from "./version-error.ts";

/**
 * Orders two Debian versions `[epoch:]upstream[-revision]` by the rules of Debian Policy 5.6.12: negative when `a` is
 * older, 0 when equal, positive when newer. Throws VersionError for text that is no Debian version.
 */
export function compare(a: string, b: string): number {
  const left = parse(a);
  const right = parse(b);
  return (
    compareNumbers(left.epoch, right.epoch) ||
    comparePart(left.upstream, right.upstream) ||
    comparePart(left.revision, right.revision)
  );
}

interface DebVersion {
  epoch: string;
  upstream: string;
  revision: string;
}

function parse(version: string): DebVersion {
  const text = version.trim();
  if (text === "") throw new VersionError("Debian", version, "it is empty");
  if (text.length > 512) throw new VersionError("Debian", version, "it is longer than 512 characters");
  const colon = text.indexOf(":");
  const epoch = colon < 0 ? "0" : text.slice(0, colon);
  if (!/^\d+$/.test(epoch)) throw new VersionError("Debian", version, "its epoch is not a number");
  const rest = text.slice(colon + 1);
  const dash = rest.lastIndexOf("-");
  const upstream = dash < 0 ? rest : rest.slice(0, dash);
  const revision = dash < 0 ? "" : rest.slice(dash + 1);
  if (upstream === "") throw new VersionError("Debian", version, "it has no upstream part");
  if (!/^[A-Za-z0-9.+~:-]*$/.test(upstream) || !/^[A-Za-z0-9.+~]*$/.test(revision)) {
    throw new VersionError("Debian", version, "it holds a character that no version may have");
  }
  return { epoch, upstream, revision };
}

/** Alternates between non-digits (letters before other characters, `~` before the end) and numbers. */
function comparePart(a: string, b: string): number {
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    while ((i < a.length && !isDigit(a, i)) || (j < b.length && !isDigit(b, j))) {
      const difference = weight(a, i) - weight(b, j);
      if (difference !== 0) return difference;
      i += 1;
      j += 1;
    }
    const endA = endOfDigits(a, i);
    const endB = endOfDigits(b, j);
    const difference = compareNumbers(a.slice(i, endA), b.slice(j, endB));
    if (difference !== 0) return difference;
    i = endA;
    j = endB;
  }
  return 0;
}

function weight(text: string, index: number): number {
  if (index >= text.length || isDigit(text, index)) return 0;
  const code = text.charCodeAt(index);
  if (code === 126) return -1;
  const isLetter = (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
  return isLetter ? code : code + 256;
}

function isDigit(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  return code >= 48 && code <= 57;
}

function endOfDigits(text: string, start: number): number {
  let end = start;
  while (end < text.length && isDigit(text, end)) end += 1;
  return end;
}

/** Numbers of any length: dates and build counters exceed what a double holds. */
function compareNumbers(a: string, b: string): number {
  const left = a.replace(/^0+/, "");
  const right = b.replace(/^0+/, "");
  if (left.length !== right.length) return left.length - right.length;
  return left < right ? -1 : left > right ? 1 : 0;
}
