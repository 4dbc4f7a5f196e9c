/** First words of BuildKit's entries that run nothing. */
const instruction =
  /^(?:ADD|ARG|CMD|COPY|ENTRYPOINT|ENV|EXPOSE|HEALTHCHECK|LABEL|MAINTAINER|ONBUILD|SHELL|STOPSIGNAL|USER|VOLUME|WORKDIR)\s/;

/** The command of a history entry, in whatever shell and with whatever options; null when the entry runs nothing. */
function runCommand(entry: string): string | null {
  if (entry.includes("#(nop)") || instruction.test(entry) || entry.startsWith("#")) return null;
  return entry.replace(/^RUN\s+/, "").replace(/\s+# buildkit$/, "");
}

// Options between the program and its command; -o and -c of apt carry a value of their own.
const options = String.raw`(?:\s+(?:-[oc]\s+\S+|-{1,2}\S+))*`;
const manager = String.raw`(?:^|[\s;&|("'/])(?:apt-get|apt|yum|dnf|microdnf|apk|zypper)${options}\s+`;
const update = new RegExp(`${manager}(?:update|check-update|refresh|makecache)(?![\\w.-])`);
// Between the program and its verb stand options whose values may be words of their own (-t bookworm-backports).
const install =
  /(?:^|[\s;&|("'/])(?:apt-get|apt|yum|dnf|microdnf|apk|zypper)\s(?:[^;&|]*\s)?(?:install|upgrade|full-upgrade|dist-upgrade|add|in|localinstall|reinstall|groupinstall)(?![\w.-])/;

/** Control 4.7: a RUN that refreshes package lists and installs nothing. The whole entry counts, never a script's name. */
export function isUpdateAlone(entry: string): boolean {
  const command = runCommand(entry);
  return command !== null && update.test(command) && !install.test(command);
}

/**
 * Control 4.9: ADD instructions of a history (oldest first). ADDs into / before any other instruction that changes files are
 * the root file system of the base image and are exempt; base images name arguments and labels in front of it.
 */
export function addInstructions(history: readonly string[]): string[] {
  let isBase = true;
  const found: string[] = [];
  for (const entry of history) {
    const isAdd = /#\(nop\)\s+ADD\s/.test(entry) || /^ADD\s/.test(entry);
    if (isAdd && isBase && /\s(?:in\s+)?\/\s*(?:# buildkit)?\s*$/.test(entry) && !/https?:\/\//.test(entry)) continue;
    if (isAdd || !/^(?:\/bin\/sh -c )?(?:#\(nop\)\s+)?(?:ARG|LABEL|ENV|MAINTAINER)\s/.test(entry)) isBase = false;
    if (isAdd) found.push(entry);
  }
  return found;
}

const secretName =
  /PASSW(?:OR)?D|PASSPHRASE|(?:^|[_-])PASS(?:[_-]|$)|[a-z]PASS$|DBPASS|SECRET|TOKEN|API_?KEY|PRIVATE_?KEY|CREDENTIAL|CONNECTION_?STRING/i;
/** Names of a number of secrets or of their size, whose value is a small number: MAX_TOKENS=4096. */
const measureName =
  /(?:^|_)(?:MAX|MIN|NUM|N|COUNT|LENGTH|LEN|LIMIT|SIZE|TTL|TIMEOUT|EXPIR\w*|RETRIES|ROUNDS|DAYS|HOURS|MINUTES|SECONDS|MS|AGE|LIFETIME|BUDGET)(?:_|$)/i;
/** Names that say where a secret is, or how it is used, instead of what it is. */
const placeName = /_(?:FILE|PATH|DIR|URL|URI|ENDPOINT)$/i;
/** Values that stand for a switch or for nothing. */
const placeholder = /^(?:true|false|yes|no|on|off|none|null|[01]|x+|\*+)$/i;
const tokenPattern =
  /\b(?:AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36,}|xox[abprs]-[A-Za-z0-9-]{10,}|eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.)/;

/**
 * Control 4.10: names of variables in `env` (`NAME=value`) and in ENV or ARG entries of the history that look like secrets
 * with a literal value. The agent sends a digest in place of the value, which counts as a value. Values are never returned.
 */
export function secretNames(env: readonly string[], history: readonly string[]): string[] {
  const names = new Set<string>();
  for (const entry of [...env, ...history.flatMap(assignments)]) {
    const index = entry.indexOf("=");
    const name = index < 0 ? entry : entry.slice(0, index);
    const value = index < 0 ? "" : entry.slice(index + 1).replace(/^["']|["']$/g, "");
    const kind = /^<redacted [^>]*kind=(\w+)>$/.exec(value)?.[1];
    const isHarmless =
      kind === "path" ||
      kind === "reference" ||
      value === "" ||
      value.startsWith("/") ||
      kind === "placeholder" ||
      /^\$\{?\w+\}?$/.test(value) ||
      placeholder.test(value) ||
      placeName.test(name) ||
      (measureName.test(name) && (/^\d{1,7}$/.test(value) || isShortRedacted(value)));
    if (secretName.test(name) && !isHarmless) names.add(name);
    else if (kind === "token" || tokenPattern.test(value)) names.add(name);
  }
  if (names.size === 0 && history.some((entry) => tokenPattern.test(entry) || entry.includes("kind=token>")))
    names.add("a token in the history");
  return [...names].sort();
}

/** A value of which only its length is told, no longer than a small number. */
const isShortRedacted = (value: string) => Number(/^<redacted [^>]*length=(\d+)[ >]/.exec(value)?.[1] ?? 99) <= 7;

/** `NAME=value` pairs of an ENV or ARG entry, in the legacy and the BuildKit notation. */
function assignments(entry: string): string[] {
  const match = /(?:#\(nop\)\s+|^)(?:ENV|ARG)\s+([\s\S]*?)(?:\s+# buildkit)?$/.exec(entry);
  const pairs = match?.[1]?.match(/[A-Za-z_]\w*=(?:<redacted [^>]*>|"[^"]*"|'[^']*'|\S*)/g) ?? [];
  const buildArguments =
    /^\|\d+\s+(.*?)\s+\/bin\//.exec(entry)?.[1]?.match(/[A-Za-z_]\w*=(?:<redacted [^>]*>|\S*)/g) ?? [];
  return [...pairs, ...buildArguments];
}

const unsignedSource =
  /\bdeb(?:-src)?\s+(?:\[[^\]]*\]\s+)?http:\/\/|(?:--index-url|--extra-index-url|\s-i)[=\s]+http:\/\/|(?:--add-repo|--repository|-X)[=\s]+http:\/\//;

/** Control 4.11: a command that skips the check of signatures or runs what it fetched. */
export function skipsVerification(entry: string): boolean {
  return (
    /--allow-unauthenticated|--nogpgcheck|--no-gpg-checks?|--allow-untrusted|--trusted-host|--force-yes|gpgcheck=0|trusted=yes/.test(
      entry,
    ) ||
    unsignedSource.test(entry) ||
    /\b(?:curl|wget)\b[^|;&]*\|\s*(?:sudo\s+(?:-\S+\s+)*)?(?:env\s+(?:\S+=\S*\s+)*)?(?:\S*\/)?(?:(?:ba|da|a|z|k)?sh|python[\d.]*|perl|ruby|node|php)\b/.test(
      entry,
    ) ||
    // `bash <(curl …)`, `sh -c "$(curl …)"`, `eval "$(wget …)"`, `. <(curl …)`.
    /(?:\b(?:(?:ba|da|a|z|k)?sh|eval|source|python[\d.]*|perl|ruby)\b|(?:^|\s)\.)\s+[^;&|]*(?:<\(|\$\(|`)\s*(?:curl|wget)\b/.test(
      entry,
    ) ||
    /\bcurl\b[^|;&]*\s(?:-[a-zA-Z]*k[a-zA-Z]*|--insecure)\b|--no-check-certificate\b|--nosignature\b|sslverify[= ](?:0|false)/i.test(
      entry,
    ) ||
    /\b(?:curl|wget)\b[^|;&]*\shttp:\/\//.test(entry)
  );
}
