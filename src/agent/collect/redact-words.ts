/** What stands for a masked word. No digest: words of commands are short enough to be guessed. */
export const MASKED = "<redacted>";

/** Words of the shell and of health checks that say nothing. */
const grammar = /^(?:CMD|CMD-SHELL|NONE|[|&;<>(){}]+|\|\||&&|--?|\\)$/;
const program = /^[\w./+@-]{1,160}:?$/;
const longOption = /^--[A-Za-z][\w.-]{0,60}$/;
/** Single-dash options of whole words that are common; in any other what follows the letter may be a value (`-psecret`). */
const wholeWordOptions = new Set([
  "-jar",
  "-cp",
  "-classpath",
  "-exec",
  "-name",
  "-type",
  "-conf",
  "-config",
  "-server",
  "-version",
]);

/**
 * Words of one command by default-deny: the program and the names of options stay, every value is masked, whatever it looks
 * like. `startsWithProgram` is false for arguments whose program stands elsewhere.
 */
export function maskWords(words: readonly string[], startsWithProgram = true): string[] {
  let wantsProgram = startsWithProgram;
  return words.map((word) => {
    if (word === MASKED || grammar.test(word)) return word;
    if (wantsProgram) {
      wantsProgram = false;
      return isProgram(word) ? word : MASKED;
    }
    return maskOption(word);
  });
}

/** The same for a command in one text. Runs of masked words become one: their number says too much of a sentence. */
export function maskCommand(text: string, startsWithProgram = true): string {
  const words = text.split(/\s+/).filter(Boolean);
  const masked = maskWords(words, startsWithProgram);
  return masked.filter((word, index) => word !== MASKED || masked[index - 1] !== MASKED).join(" ");
}

/** A row of `top`: programs that were started by another (a loader, a shell) are named by their path, which stays. */
export function maskProcess(text: string): string {
  const words = text.split(/\s+/).filter(Boolean);
  const masked = maskWords(words);
  return masked
    .map((word, index) => (word === MASKED && isPlainPath(words[index] ?? "") ? (words[index] ?? "") : word))
    .filter((word, index, all) => word !== MASKED || all[index - 1] !== MASKED)
    .join(" ");
}

function isProgram(word: string): boolean {
  return program.test(word) && !looksRandom(word);
}

function maskOption(word: string): string {
  if (wholeWordOptions.has(word) || /^-[A-Za-z]$/.test(word)) return word;
  if (longOption.test(word)) return looksRandom(word) ? MASKED : word;
  const assigned = /^(--?[A-Za-z][\w.-]{0,60}=)./.exec(word)?.[1];
  if (assigned && (assigned.startsWith("--") || wholeWordOptions.has(assigned.slice(0, -1)))) return assigned + MASKED;
  const letter = /^-[A-Za-z]/.exec(word)?.[0];
  return letter ? letter + MASKED : MASKED;
}

/** Programs lie in folders of programs; a path elsewhere may be the name of a secret's file and is a value. */
function isPlainPath(word: string): boolean {
  return /^(?:\/(?:usr|opt|bin|sbin|lib|lib64|app|nix|snap)\b)[\w./+-]{0,200}$/.test(word) && !looksRandom(word);
}

/** A long run of letters and digits mixed is a token or a digest, not a name. */
function looksRandom(word: string): boolean {
  return word.split(/[^A-Za-z0-9]+/).some((part) => part.length >= 20 && /\d/.test(part) && /[A-Za-z]/.test(part));
}

/** Labels whose values are facts about the image or the place of a container in the estate. */
const knownLabel =
  /^(?:com\.docker\.|org\.opencontainers\.image\.|org\.label-schema\.|io\.kubernetes\.|desktop\.docker\.io|breakwater\.)|(?:^|[./_-])(?:team|owner|env|environment|app|application|service|component|tier|project|stage|role|version|release|maintainer|name)$/i;

/** Whether the value of a label may leave the host, by the label's name; every other value is masked. */
export function isKnownLabel(name: string): boolean {
  return knownLabel.test(name) && name.length <= 200;
}
