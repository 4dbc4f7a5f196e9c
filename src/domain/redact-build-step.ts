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
    isSecretOption(words[index - 1] ?? "") && !word.startsWith("-") ? MASK : redactWords(word),
  );
}

const secretWords = ["pass", "pwd", "secret", "token", "key", "credential", "auth", "signature", "dsn"];
const tokenForms: readonly RegExp[] = [
  /\bAKIA[0-9A-Z]{16}/g,
  /\bgh[pousr]_[A-Za-z0-9]{20,}/g,
  /\bglpat-[A-Za-z0-9_-]{20,}/g,
  /\bxox[abprs]-[A-Za-z0-9-]{10,}/g,
  /\bnpm_[A-Za-z0-9]{30,}/g,
  /\beyJ[A-Za-z0-9._-]{20,}/g,
];

function soundsSecret(name: string): boolean {
  const lower = name.toLowerCase();
  return secretWords.some((word) => lower.includes(word));
}

/** `--token`, whose value is the next word. */
function isSecretOption(word: string): boolean {
  return word.startsWith("-") && !word.includes("=") && soundsSecret(word);
}

/** Word by word, so that the time grows with the length alone. */
function redactWords(text: string): string {
  let previous = "";
  let quote = "";
  return text
    .split(/(\s+)/)
    .map((word) => {
      if (word.trim() === "") return word;
      if (quote) {
        if (word.includes(quote)) quote = "";
        return "";
      }
      const hidden = isSecretOption(previous) && !word.startsWith("-");
      const credential = ["bearer", "basic", "negotiate"].includes(previous.replace(/^["']/, "").toLowerCase());
      previous = word;
      if (hidden || credential) {
        const opened = openQuote(word);
        quote = opened;
        return MASK + (credential && /["']$/.test(word) ? word.slice(-1) : "");
      }
      const at = word.indexOf("=");
      if (at < 0 || !soundsSecret(word.slice(0, at))) return redactWord(word);
      quote = openQuote(word.slice(at + 1));
      return `${word.slice(0, at + 1)}${MASK}`;
    })
    .join("")
    .replace(/…[ \t]{2,}/g, `${MASK} `);
}

/** The quote that a value begins with and does not end with: it goes on in the next words. */
function openQuote(value: string): string {
  const first = value[0] ?? "";
  return (first === '"' || first === "'") && (value.length === 1 || !value.endsWith(first)) ? first : "";
}

/** One word: the credentials of an address, and tokens of well-known forms. */
function redactWord(word: string): string {
  const scheme = word.indexOf("://");
  const end = scheme < 0 ? -1 : word.slice(scheme + 3).search(/[/'"]/);
  const authority = end < 0 ? word.slice(scheme + 3) : word.slice(scheme + 3, scheme + 3 + end);
  const user = scheme < 0 ? -1 : authority.lastIndexOf("@");
  const shown = user < 0 ? word : `${word.slice(0, scheme + 3)}${MASK}${word.slice(scheme + 3 + user)}`;
  return tokenForms.reduce((done, form) => done.replace(form, MASK), shown);
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
