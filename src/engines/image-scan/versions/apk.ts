import { VersionError } from "./version-error.ts";

/**
 * Orders two Alpine versions `1.2.3a_rc1_p2~hash-r4` by the rules of apk-tools: negative when `a` is older, 0 when
 * equal, positive when newer. Throws VersionError for text that is no Alpine version.
 */
export function compare(a: string, b: string): number {
  const left = parse(a);
  const right = parse(b);
  for (let index = 0; ; index += 1) {
    const x = left[index] ?? end;
    const y = right[index] ?? end;
    if (x.kind !== y.kind) return compareKinds(x, y);
    if (x.kind === kinds.end) return 0;
    const difference = compareTokens(x, y, index === 0);
    if (difference !== 0) return difference;
  }
}

// In the order apk-tools gives them: where two versions part, the one whose next token stands earlier is newer.
const kinds = { number: 0, letter: 1, suffix: 2, suffixNumber: 3, hash: 4, revision: 5, end: 6 } as const;
type Kind = (typeof kinds)[keyof typeof kinds];
interface Token {
  kind: Kind;
  text: string;
}
const end: Token = { kind: kinds.end, text: "" };

/** Suffixes before a release count down, those after it count up. */
const suffixRank: Record<string, number> = {
  alpha: -4,
  beta: -3,
  pre: -2,
  rc: -1,
  cvs: 1,
  svn: 2,
  git: 3,
  hg: 4,
  p: 5,
};

const shape = /^(\d+(?:\.\d+)*)([a-z])?((?:_(?:alpha|beta|pre|rc|cvs|svn|git|hg|p)\d*)*)(?:~([0-9a-f]+))?(?:-r(\d+))?$/;

function parse(version: string): Token[] {
  const text = version.trim();
  if (text.length > 512) throw new VersionError("Alpine", version, "it is longer than 512 characters");
  const match = shape.exec(text);
  if (!match) throw new VersionError("Alpine", version, "it does not read as numbers, letter, _suffix, -r revision");
  const [, numbers = "", letter, suffixes = "", hash, revision] = match;
  const tokens: Token[] = numbers.split(".").map((number) => ({ kind: kinds.number, text: number }));
  if (letter) tokens.push({ kind: kinds.letter, text: letter });
  for (const suffix of suffixes.split("_").slice(1)) {
    const name = suffix.replace(/\d+$/, "");
    tokens.push({ kind: kinds.suffix, text: name });
    if (suffix.length > name.length) tokens.push({ kind: kinds.suffixNumber, text: suffix.slice(name.length) });
  }
  if (hash) tokens.push({ kind: kinds.hash, text: hash });
  if (revision !== undefined) tokens.push({ kind: kinds.revision, text: revision });
  return tokens;
}

function compareKinds(x: Token, y: Token): number {
  if (x.kind === kinds.suffix && (suffixRank[x.text] ?? 0) < 0) return -1;
  if (y.kind === kinds.suffix && (suffixRank[y.text] ?? 0) < 0) return 1;
  return y.kind - x.kind;
}

function compareTokens(x: Token, y: Token, isFirst: boolean): number {
  switch (x.kind) {
    case kinds.suffix:
      return (suffixRank[x.text] ?? 0) - (suffixRank[y.text] ?? 0);
    case kinds.letter:
    case kinds.hash:
      return compareText(x.text, y.text);
    case kinds.number:
      // A later part with a leading zero is a fraction: 1.05 is older than 1.5.
      if (!isFirst && (x.text.startsWith("0") || y.text.startsWith("0"))) return compareText(x.text, y.text);
      return compareNumbers(x.text, y.text);
    default:
      return compareNumbers(x.text, y.text);
  }
}

function compareNumbers(a: string, b: string): number {
  const left = a.replace(/^0+/, "");
  const right = b.replace(/^0+/, "");
  return left.length - right.length || compareText(left, right);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
