import { VersionError } from "./version-error.ts";

/**
 * Orders two Alpine versions `1.2.3a_rc1_p2~hash-r4` by the rules of apk-tools 3, which are those of version 2 with the
 * commit hash: negative when `a` is older, 0 when equal, positive when newer. As in apk, a version that leaves the grammar
 * (`1.8.1p1-r1`, `2021-03-27-r5`) is compared up to there, and leaving it sorts before ending. Where both leave it at the
 * same place apk calls them equal; here the rest decides, or `…-r4` would count as holding the fix of `…-r5`. Throws
 * VersionError for text that does not begin with a number.
 */
export function compare(a: string, b: string): number {
  const left = new Lexer(checked(a));
  const right = new Lexer(checked(b));
  for (;;) {
    const x = left.next();
    const y = right.next();
    if (x.kind !== y.kind) return compareKinds(x, y);
    if (x.kind === kinds.end) return 0;
    if (x.kind === kinds.invalid) return compareRest(left.rest, right.rest);
    const difference = compareTokens(x, y);
    if (difference !== 0) return difference;
  }
}

// In apk's order: where two versions part, the one whose next token stands earlier is newer.
const kinds = {
  firstNumber: 0,
  number: 1,
  letter: 2,
  suffix: 3,
  suffixNumber: 4,
  hash: 5,
  revision: 6,
  end: 7,
  invalid: 8,
} as const;
type Kind = (typeof kinds)[keyof typeof kinds];
interface Token {
  kind: Kind;
  text: string;
}

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

function checked(version: string): string {
  const text = version.trim();
  if (text.length > 512) throw new VersionError("Alpine", version, "it is longer than 512 characters");
  if (!/^\d/.test(text)) throw new VersionError("Alpine", version, "it does not begin with a number");
  return text;
}

/** Takes a version apart, token by token. What a token may be depends on the one before it. */
class Lexer {
  /** What has not been looked at; after an invalid token, the text from there on. */
  rest: string;
  private last: Kind | null = null;

  constructor(text: string) {
    this.rest = text;
  }

  next(): Token {
    const token = this.last === null ? this.digits("", kinds.firstNumber) : this.afterFirst(this.last);
    this.last = token.kind;
    return token;
  }

  private afterFirst(last: Kind): Token {
    const first = this.rest[0] ?? "";
    if (first === "") return { kind: kinds.end, text: "" };
    if (/[a-z]/.test(first) && last <= kinds.number) return this.take(/^[a-z]/, kinds.letter);
    if (first === "." && last <= kinds.number) return this.digits(".", kinds.number);
    if (/\d/.test(first) && last <= kinds.number) return this.digits("", kinds.number);
    if (/\d/.test(first) && last === kinds.suffix) return this.digits("", kinds.suffixNumber);
    if (first === "_" && last <= kinds.suffixNumber) return this.suffix();
    if (first === "~" && last < kinds.hash) return this.take(/^~([0-9a-f]+)/, kinds.hash);
    if (first === "-" && last < kinds.revision) return this.digits("-r", kinds.revision);
    return this.invalid();
  }

  private digits(prefix: string, kind: Kind): Token {
    if (!this.rest.startsWith(prefix)) return this.invalid();
    const text = /^\d+/.exec(this.rest.slice(prefix.length))?.[0];
    if (text === undefined) return this.invalid();
    this.rest = this.rest.slice(prefix.length + text.length);
    return { kind, text };
  }

  private suffix(): Token {
    const text = /^_([a-z]*)/.exec(this.rest)?.[1] ?? "";
    if (!Object.hasOwn(suffixRank, text)) return this.invalid();
    this.rest = this.rest.slice(text.length + 1);
    return { kind: kinds.suffix, text };
  }

  private take(pattern: RegExp, kind: Kind): Token {
    const match = pattern.exec(this.rest);
    if (match === null) return this.invalid();
    this.rest = this.rest.slice(match[0].length);
    return { kind, text: match[1] ?? match[0] };
  }

  private invalid(): Token {
    return { kind: kinds.invalid, text: "" };
  }
}

function compareKinds(x: Token, y: Token): number {
  if (isPreRelease(x)) return -1;
  if (isPreRelease(y)) return 1;
  return y.kind - x.kind;
}

function isPreRelease({ kind, text }: Token): boolean {
  return kind === kinds.suffix && (suffixRank[text] ?? 0) < 0;
}

function compareTokens(x: Token, y: Token): number {
  switch (x.kind) {
    case kinds.suffix:
      return (suffixRank[x.text] ?? 0) - (suffixRank[y.text] ?? 0);
    case kinds.letter:
    case kinds.hash:
      return compareText(x.text, y.text);
    case kinds.number:
      // A later part with a leading zero is a fraction: 1.05 is older than 1.5.
      if (x.text.startsWith("0") || y.text.startsWith("0")) return compareText(x.text, y.text);
      return compareNumbers(x.text, y.text);
    default:
      return compareNumbers(x.text, y.text);
  }
}

/** Runs of digits as numbers, everything else character by character. */
function compareRest(a: string, b: string): number {
  const left = a.match(/\d+|\D/g) ?? [];
  const right = b.match(/\d+|\D/g) ?? [];
  for (let index = 0; index < left.length && index < right.length; index += 1) {
    const [x = "", y = ""] = [left[index], right[index]];
    const areNumbers = /^\d/.test(x) && /^\d/.test(y);
    const difference = areNumbers ? compareNumbers(x, y) : compareText(x, y);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

function compareNumbers(a: string, b: string): number {
  const left = a.replace(/^0+/, "");
  const right = b.replace(/^0+/, "");
  return left.length - right.length || compareText(left, right);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
