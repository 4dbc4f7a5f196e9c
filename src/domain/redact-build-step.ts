const MASK = "…";

/**
 * A build step of an image's history (`created_by`) without values that may be secrets: those of ENV and ARG instructions and of
 * build arguments go whole, whatever their name; elsewhere what a command line gives a name like a secret's, credentials in
 * addresses, and tokens of well-known forms. Names and programs stay. Doing it again changes nothing.
 */
export function redactBuildStep(step: string): string {
  const [, nop = "", rest = step] = /^(\/bin\/sh -c #\(nop\)\s+)?([\s\S]*)$/.exec(step) ?? [];
  const instruction = /^(ENV|ARG)\s+([\s\S]*)$/i.exec(rest);
  if (instruction) return `${nop}${instruction[1]} ${names(instruction[2] ?? "")}`;
  const withArguments = /^(RUN\s+)?\|(\d+)\s+([\s\S]*)$/.exec(rest);
  if (withArguments) return `${nop}${withArguments[1] ?? ""}|${withArguments[2]} ${afterArguments(withArguments)}`;
  return nop + redactWords(rest);
}

/** Words of a command line, each on its own as in an image's entrypoint. */
export function redactCommandWords(words: readonly string[]): string[] {
  return words.map((word, index) =>
    secretOption.test(words[index - 1] ?? "") && !word.startsWith("-") ? MASK : redactWords(word),
  );
}

const secretName =
  "[A-Za-z0-9_.-]*(?:pass(?:word|wd|phrase)?|pwd|secret|token|key|credential|auth|signature|dsn)[A-Za-z0-9_.-]*";
const secretOption = new RegExp(`^--?${secretName}$`, "i");
const patterns: readonly [RegExp, string][] = [
  // user:password@host of an address
  [/(\b[a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/@'"]{1,300}@/gi, `$1${MASK}@`],
  [/\b(Bearer|Basic|Negotiate)(\s+)[^\s"']+/gi, `$1$2${MASK}`],
  [new RegExp(`(^|[\\s;&|("'])(${secretName}=)(?:"[^"]*"|'[^']*'|[^\\s;&|)"']*)`, "gi"), `$1$2${MASK}`],
  [new RegExp(`(^|\\s)(--?${secretName})(\\s+|=)(?!-)(?:"[^"]*"|'[^']*'|[^\\s;&|)]+)`, "gi"), `$1$2$3${MASK}`],
  [
    /\b(?:AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{20,}|glpat-[A-Za-z0-9_-]{20,}|xox[abprs]-[A-Za-z0-9-]{10,}|npm_[A-Za-z0-9]{30,}|eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9._-]{10,})/g,
    MASK,
  ],
];

function redactWords(text: string): string {
  return patterns.reduce((done, [pattern, to]) => done.replace(pattern, to), text);
}

/** `A=1 B=2` and the old form `A 1`, with the values masked. A name is only what stands before `=`, or the first word. */
function names(text: string): string {
  const found = [...text.matchAll(/(?:^|\s)([A-Za-z_][A-Za-z0-9_.-]*)=/g)].map((match) => match[1]);
  if (found.length > 0) return found.map((name) => `${name}=${MASK}`).join(" ");
  const [first = "", ...more] = text.trim().split(/\s+/);
  return more.length > 0 ? `${first} ${MASK}` : first;
}

/** What follows the build arguments of a step: as many as it says, then the shell with the command. */
function afterArguments([, , count = "0", text = ""]: RegExpExecArray): string {
  const starts = [...text.matchAll(/(?:^|\s)([A-Za-z_][A-Za-z0-9_.-]*)=/g)];
  const last = starts[Number(count) - 1];
  const shown = starts.slice(0, Number(count)).map((match) => `${match[1]}=${MASK}`);
  const shell = last ? /\s(\/\S+\s+-[\s\S]*)$/.exec(text.slice(last.index)) : null;
  return [...shown, redactWords(shell?.[1] ?? MASK)].join(" ");
}
