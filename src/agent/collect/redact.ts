import { createHash } from "node:crypto";
import { isKnownLabel, MASKED, maskCommand, maskProcess, maskWords } from "./redact-words.ts";

/** Kinds tell the server what a value was without the value: a path or a reference is no secret. */
export type RedactedKind = "empty" | "path" | "reference" | "token" | "placeholder" | "plain";

const tokenPattern =
  /\b(?:AKIA[0-9A-Z]{16}|ASIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{8,}|xox[abeprs]-[A-Za-z0-9-]{10,}|sk-(?:proj-|ant-|live-)?[\w-]{8,}|[rs]k_(?:live|test)_\w{8,}|npm_[A-Za-z0-9]{20,}|pypi-[\w-]{16,}|dckr_pat_[\w-]{16,}|hvs\.[\w-]{16,}|AIza[\w-]{30,}|SG\.[\w-]{16,}\.[\w-]{16,}|eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[\w-]*)/g;
/** Addresses that are secrets by themselves: whoever knows them may post. */
const webhookPattern =
  /(https?:\/\/(?:hooks\.slack\.com\/services|discord(?:app)?\.com\/api\/webhooks|[\w.-]{1,80}\.webhook\.office\.com)\/)([^\s"'<]+)/gi;
const redactedPattern = /^<redacted sha256=[0-9a-f]{16} length=\d+ kind=[a-z]+>$/;
const secretName =
  /PASS(?:WORD|WD|PHRASE)?|PWD|SECRET|TOKEN|KEY|CREDENTIAL|CONNECTION_?STRING|AUTH|PRIVATE|SIGNATURE|DSN|COOKIE|SESSION|WEBHOOK|(?<![a-z])(?:PW|SIG|SAS|CONN)(?![a-z])/i;
const droppedKeys = new Set([
  "JoinTokens",
  "UnlockKey",
  "RegistryAuth",
  "Auth",
  "IdentityToken",
  "ClientKey",
  "PrivateKey",
]);

/** `<redacted …>` with a salted digest (so that equal values can be told within one host), the length and the kind. */
export function redactValue(value: string, salt: string): string {
  // What was redacted stays as it is: a recorded trace is read again by the same code.
  if (value === "" || redactedPattern.test(value)) return value;
  const kind: RedactedKind = kindOf(value);
  const digest = createHash("sha256").update(salt).update("\u0000").update(value).digest("hex").slice(0, 16);
  return `<redacted sha256=${digest} length=${value.length} kind=${kind}>`;
}

function kindOf(value: string): RedactedKind {
  tokenPattern.lastIndex = 0;
  if (tokenPattern.test(value)) return "token";
  if (/^\$\{?\w+\}?$/.test(value)) return "reference";
  if (/^(?:true|false|yes|no|on|off|none|null|[01])$/i.test(value)) return "placeholder";
  return value.startsWith("/") ? "path" : "plain";
}

/** `NAME=value` with the value redacted. Every value goes, whatever its name: what is a secret is not ours to guess. */
export function redactVariable(entry: string, salt: string): string {
  const index = entry.indexOf("=");
  return index < 0 ? entry : `${entry.slice(0, index)}=${redactValue(entry.slice(index + 1), salt)}`;
}

/** Any text: tokens of known forms, credentials in addresses and in headers. */
export function redactText(text: string, salt: string): string {
  return text
    .replace(webhookPattern, (_, before: string, value: string) => `${before}${redactValue(value, salt)}`)
    .replace(tokenPattern, (token) => redactValue(token, salt))
    .replace(
      /(\b[a-z][a-z0-9+.-]{0,20}:\/\/)([^\s/:@<"']{1,256})(@)/gi,
      (_, before: string, value: string, after: string) => `${before}${redactValue(value, salt)}${after}`,
    )
    .replace(
      /(\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s/:@]{0,256}:)([^\s/@<]+)(@)/gi,
      (_, before: string, value: string, after: string) => `${before}${redactValue(value, salt)}${after}`,
    )
    .replace(
      /\b(Bearer|Basic|Negotiate|Token|ApiKey|Digest|AWS4-HMAC-SHA256)(\s+)([^\s"'<]+)/gi,
      (_, scheme: string, between: string, value: string) => `${scheme}${between}${redactValue(value, salt)}`,
    );
}

/** Words of a command line: values of options and assignments whose name sounds like a secret, tokens, and passwords in URLs. */
export function redactCommand(text: string, salt: string): string {
  const hide = (_: string, before: string, value: string) =>
    value.startsWith("<redacted") ? `${before}${value}` : `${before}${redactValue(value, salt)}`;
  return redactText(text.replace(secretHeader, hide), salt)
    .replace(passwordOfMysql, hide)
    .replace(passwordOfUser, hide)
    .replace(secretAssignment, hide)
    .replace(secretOption, hide);
}

const word = String.raw`"[^"]*"|'[^']*'|<redacted[^>]*>|[^\s"']+`;
// Bounded on both sides, so that a long hostile label costs no more than its length.
const secretWord = String.raw`[\w.-]{0,64}(?:${secretName.source})[\w.-]{0,64}`;
/** `PASSWORD=value`, `password: value`, `"password":"value"`, also behind a comma as mount options have it. */
const secretAssignment = new RegExp(String.raw`(${secretWord}["']?\s{0,3}(?:=|:\s{0,8}))(${word})`, "gi");
/** `--password value`; a following option is no value. */
const secretOption = new RegExp(String.raw`(-{1,2}${secretWord}\s+)(?!-)(${word})`, "gi");
const passwordOfMysql = /(\b(?:mysql|mysqldump|mysqladmin|mariadb)\b[^|;&]{0,300}?\s-p)([^\s"'<]+)/g;
const passwordOfUser = /((?:^|\s)(?:-u|--user|--proxy-user)[=\s]+["']?[^\s:"'<]{1,256}:)([^\s"'<]+)/g;
/** Credentials of named headers: everything behind the colon, whatever the scheme. */
const secretHeader =
  /(\b(?:Proxy-)?(?:Authorization|Cookie|Set-Cookie|X-[\w-]{0,40}(?:Key|Token|Auth)[\w-]{0,40})\s{0,3}:\s{0,3})([^"'<\n]{1,4096})/gi;

/** A history entry: values of ENV and ARG instructions and of build arguments, then as any command line. */
export function redactHistory(entry: string, salt: string): string {
  const assigns = /(?:#\(nop\)\s+|^)(?:ENV|ARG|LABEL)\s/.test(entry) || /^(?:RUN\s+)?\|\d+\s/.test(entry);
  const text = assigns
    ? entry.replace(
        /\b([A-Za-z_][\w.-]*)=(<redacted[^>]*>|"(?:[^"\\]|\\.)*"|'[^']*'|[^\s"']+)/g,
        (_, name: string, value: string) => `${name}=${redactValue(value.replace(/^["']|["']$/g, ""), salt)}`,
      )
    : entry;
  return redactCommand(text, salt);
}

/** How answers are redacted. `keepsCommandWords` = an admin of the host wants the words of commands to be seen. */
export interface Redaction {
  salt: string;
  keepsCommandWords?: boolean;
}

/**
 * A copy of an engine's answer without anything secret: environment values, history values, words of commands, labels that
 * are not known to be harmless, join tokens and keys.
 */
export function redactAnswer(value: unknown, redaction: Redaction, key = ""): unknown {
  if (Array.isArray(value)) return redactList(value, redaction, key);
  if (typeof value === "object" && value !== null) return redactObject(value, redaction, key);
  if (typeof value !== "string") return value;
  const { salt } = redaction;
  if (key === "CreatedBy") return redactHistory(value, salt);
  if (key === "configFile") return redactConfiguration(value, salt);
  // What a health check printed is nobody's evidence.
  if (key === "Output") return value === "" ? "" : MASKED;
  if (["Command", "Path", "Cmd", "Entrypoint"].includes(key)) return redactCommandText(value, redaction);
  return key === "Labels" || key === "Comment" ? redactCommand(value, salt) : redactText(value, salt);
}

function redactList(list: unknown[], redaction: Redaction, key: string): unknown[] {
  const { salt } = redaction;
  if (key === "Env") return list.map((entry) => (typeof entry === "string" ? redactVariable(entry, salt) : entry));
  if (key === "daemonArgv" || key === "argv") return redactDaemonWords(list, salt);
  if (key === "Processes") return list.map((row) => redactProcess(row, redaction));
  if (["Cmd", "Entrypoint", "Command", "Test"].includes(key)) return redactWords(list, redaction, true);
  if (key === "Args") return redactWords(list, redaction, false);
  return list.map((entry) => redactAnswer(entry, redaction, key));
}

function redactObject(value: object, redaction: Redaction, key: string): unknown {
  const { salt } = redaction;
  // With an entrypoint the words of Cmd are its arguments: the first of them is a value as well.
  const hasEntrypoint = "Entrypoint" in value && Array.isArray(value.Entrypoint) && value.Entrypoint.length > 0;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, entry]) => {
      if (droppedKeys.has(name)) return [];
      if (key === "Labels" && typeof entry === "string") return [[name, redactLabel(name, entry, salt)]];
      if ((key === "Options" || key === "Config") && typeof entry === "string")
        return [[name, secretName.test(name) ? redactValue(entry, salt) : redactCommand(entry, salt)]];
      if (name === "Cmd" && hasEntrypoint && Array.isArray(entry))
        return [[name, redactWords(entry, redaction, false)]];
      return [[name, redactAnswer(entry, redaction, name)]];
    }),
  );
}

/** A label's value leaves the host when its name is one of facts; a secret within it does not. */
function redactLabel(name: string, value: string, salt: string): string {
  if (secretName.test(name) || !isKnownLabel(name)) return redactValue(value, salt);
  return redactCommand(value, salt);
}

/** Words of a command line in one text, as the redaction has it. */
export function redactCommandText(text: string, { salt, keepsCommandWords }: Redaction): string {
  return keepsCommandWords ? redactCommand(text, salt) : maskCommand(text);
}

/** A row of `top`: only its last column is a command. */
function redactProcess(row: unknown, { salt, keepsCommandWords }: Redaction): unknown {
  if (!Array.isArray(row)) return row;
  return row.map((cell, index) => {
    if (typeof cell !== "string") return cell;
    if (index < row.length - 1) return redactText(cell, salt);
    return keepsCommandWords ? redactCommand(cell, salt) : maskProcess(cell);
  });
}

const daemonFiles = /^(?:--)?(?:tlscacert|tlscert|tlskey)$/;

/** dockerd's arguments: where its TLS files lie is evidence; values of log options and labels may be secrets. */
function redactDaemonWords(words: unknown[], salt: string): unknown[] {
  return words.map((word, index) => {
    if (typeof word !== "string") return word;
    const before = String(words[index - 1] ?? "");
    const [name = ""] = word.split("=");
    if (daemonFiles.test(name) || daemonFiles.test(before)) return word;
    return redactCommand(word, salt);
  });
}

/** The daemon's configuration file: kept as the settings it holds, with secrets in log options and proxies taken out. */
function redactConfiguration(text: string, salt: string): unknown {
  try {
    return redactSettings(JSON.parse(text), salt, "");
  } catch {
    // dockerd would not start with it; nothing of an unreadable file is sent but that it is unreadable.
    return text.trim() === "" ? "" : "{ this file is not valid JSON";
  }
}

function redactSettings(value: unknown, salt: string, key: string): unknown {
  if (Array.isArray(value)) return value.map((entry) => redactSettings(entry, salt, key));
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, redactSettings(entry, salt, name)]));
  if (typeof value !== "string") return value;
  return secretName.test(key) && !/^(tlskey|authorization-plugins)$/.test(key)
    ? redactValue(value, salt)
    : redactCommand(value, salt);
}

/** Words of one command. Where they are kept, an option's value may stand in the next word. */
function redactWords(words: unknown[], redaction: Redaction, startsWithProgram: boolean): unknown[] {
  const { salt, keepsCommandWords } = redaction;
  if (!keepsCommandWords) {
    const texts = words.map((word) => (typeof word === "string" ? word : MASKED));
    return maskWords(texts, startsWithProgram);
  }
  return words.map((word, index) => {
    if (typeof word !== "string") return MASKED;
    const before = words[index - 1];
    const isSecretValue =
      typeof before === "string" && /^-{1,2}[\w.-]+$/.test(before) && secretName.test(before) && !word.startsWith("-");
    return isSecretValue ? redactValue(word, salt) : redactCommand(word, salt);
  });
}
