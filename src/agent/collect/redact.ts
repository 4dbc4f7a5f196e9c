import { createHash } from "node:crypto";

/** Kinds tell the server what a value was without the value: a path or a reference is no secret. */
export type RedactedKind = "empty" | "path" | "reference" | "token" | "placeholder" | "plain";

const tokenPattern =
  /\b(?:AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36,}|xox[abprs]-[A-Za-z0-9-]{10,}|eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.)/g;
const redactedPattern = /^<redacted sha256=[0-9a-f]{16} length=\d+ kind=[a-z]+>$/;
const secretName = /PASS(?:WORD|WD)?|SECRET|TOKEN|KEY|CREDENTIAL|CONNECTION_?STRING|AUTH|PRIVATE|SIGNATURE|DSN/i;
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

/** Any text: tokens of known forms, passwords in URLs and credentials in headers. */
export function redactText(text: string, salt: string): string {
  return text
    .replace(tokenPattern, (token) => redactValue(token, salt))
    .replace(
      /(\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s/:@]{0,256}:)([^\s/@<]+)(@)/gi,
      (_, before: string, value: string, after: string) => `${before}${redactValue(value, salt)}${after}`,
    )
    .replace(
      /\b(Bearer|Basic|Negotiate)(\s+)([^\s"'<]+)/gi,
      (_, scheme: string, between: string, value: string) => `${scheme}${between}${redactValue(value, salt)}`,
    );
}

/** Words of a command line: values of options and assignments whose name sounds like a secret, tokens, and passwords in URLs. */
export function redactCommand(text: string, salt: string): string {
  const hide = (_: string, before: string, value: string) =>
    value.startsWith("<redacted") ? `${before}${value}` : `${before}${redactValue(value, salt)}`;
  return redactText(text, salt)
    .replace(passwordOfMysql, hide)
    .replace(passwordOfUser, hide)
    .replace(secretAssignment, hide)
    .replace(secretOption, hide);
}

const word = String.raw`"[^"]*"|'[^']*'|<redacted[^>]*>|[^\s"']+`;
// Bounded on both sides, so that a long hostile label costs no more than its length.
const secretWord = String.raw`[\w.-]{0,64}(?:${secretName.source})[\w.-]{0,64}`;
/** `PASSWORD=value`, `password: value`, also behind a comma as mount options have it. */
const secretAssignment = new RegExp(String.raw`(${secretWord}(?:=|:\s*))(${word})`, "gi");
/** `--password value`; a following option is no value. */
const secretOption = new RegExp(String.raw`(-{1,2}${secretWord}\s+)(?!-)(${word})`, "gi");
const passwordOfMysql = /(\b(?:mysql|mysqldump|mysqladmin|mariadb)\b[^|;&]{0,300}?\s-p)([^\s"'<]+)/g;
const passwordOfUser = /(\s(?:-u|--user|--proxy-user)[=\s]+["']?[^\s:"']+:)([^\s"'<]+)/g;

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

/**
 * A copy of an engine's answer without anything secret: environment values, history values, command lines, labels that
 * look like secrets, join tokens and keys.
 */
export function redactAnswer(value: unknown, salt: string, key = ""): unknown {
  if (Array.isArray(value)) {
    if (key === "Env") return value.map((entry) => (typeof entry === "string" ? redactVariable(entry, salt) : entry));
    if (["Cmd", "Entrypoint", "Args", "Command", "Healthcheck", "Test", "Processes"].includes(key))
      return redactWords(value, salt);
    if (key === "daemonArgv" || key === "argv") return redactDaemonWords(value, salt);
    return value.map((entry) => redactAnswer(entry, salt, key));
  }
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value).flatMap(([name, entry]) => {
        if (droppedKeys.has(name)) return [];
        if (key === "Labels" || key === "Options" || key === "Config") {
          if (typeof entry === "string" && secretName.test(name)) return [[name, redactValue(entry, salt)]];
          if (typeof entry === "string") return [[name, redactCommand(entry, salt)]];
        }
        return [[name, redactAnswer(entry, salt, name)]];
      }),
    );
  }
  if (typeof value !== "string") return value;
  if (key === "CreatedBy") return redactHistory(value, salt);
  if (key === "configFile") return redactConfiguration(value, salt);
  return ["Command", "Path", "Labels", "Cmd", "Entrypoint", "Comment"].includes(key)
    ? redactCommand(value, salt)
    : redactText(value, salt);
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

/** Words of one command: an option's value may stand in the next word. */
function redactWords(words: unknown[], salt: string): unknown[] {
  return words.map((word, index) => {
    if (Array.isArray(word)) return redactWords(word, salt);
    if (typeof word !== "string") return word;
    const before = words[index - 1];
    const isSecretValue =
      typeof before === "string" && /^-{1,2}[\w.-]+$/.test(before) && secretName.test(before) && !word.startsWith("-");
    return isSecretValue ? redactValue(word, salt) : redactCommand(word, salt);
  });
}
