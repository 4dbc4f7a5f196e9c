/** One rule of the kernel's audit system, as auditctl(8) writes it. */
export interface AuditRule {
  action: "always" | "never";
  /** The file or folder it names; null when it names none. */
  path: string | null;
  /** True for `-w` and `-F dir=`, which reach everything below a directory; `-F path=` reaches one file. */
  isRecursive: boolean;
  permissions: string;
  /** Why it does not record every write and attribute change of its path; null when it does. */
  gap: string | null;
  /** Worth knowing although it counts. */
  note?: string;
  /** A `never` that takes no write or attribute change away. */
  isHarmless: boolean;
  /** A `never` for some programs or users only. */
  isLimitedToSome: boolean;
  source: string;
  text: string;
}

/**
 * Parses rule lines in both notations, in the order the kernel asks them: `-w PATH -p rwxa` and `-a always,exit -F path=PATH
 * -F perm=wa`. In files `-A` puts a rule in front and `-D` forgets those before it.
 */
export function parseAuditRules(
  sources: readonly (readonly [string, string])[],
  { isListing = false } = {},
): AuditRule[] {
  let rules: AuditRule[] = [];
  for (const [source, text] of sources) {
    for (const raw of text.split("\n")) {
      const line = raw.trim();
      if (!line || line.startsWith("#")) continue;
      const words = line.split(/\s+/);
      if (words.includes("-D") && !isListing) rules = [];
      const rule = parseRule(words, source);
      if (rule) rules = words.includes("-A") && !isListing ? [rule, ...rules] : [...rules, rule];
    }
  }
  return rules;
}

/** System calls without which a rule that names calls misses ways to write a file or to change its attributes. */
const neededCalls = [
  ["openat"],
  ["truncate"],
  ["unlinkat"],
  ["renameat", "renameat2"],
  ["fchmodat"],
  ["fchownat"],
  ["setxattr"],
];
/** Calls that change files: a `never` for others takes nothing away that matters here. */
const changingCall =
  /^(?:all|open|openat|openat2|creat|truncate|ftruncate|write|rename|renameat|renameat2|link|linkat|symlink|symlinkat|unlink|unlinkat|mkdir|mkdirat|rmdir|mknod|mknodat|f?chmod|fchmodat2?|[fl]?chown|fchownat|[fl]?setxattr|[fl]?removexattr)$/;
/** Fields that narrow a rule to no fewer changes: what it is called, what is asked, whether it came about. */
const harmlessFields = ["path", "dir", "perm", "key", "arch"];

interface Field {
  name: string;
  operator: string;
  value: string;
}

function parseRule(words: string[], source: string): AuditRule | undefined {
  const base = { source, text: words.join(" "), isHarmless: false, isLimitedToSome: false };
  const watched = after(words, "-w")[0];
  if (watched !== undefined) {
    const permissions = after(words, "-p")[0] ?? "rwxa";
    const gap = permissionGap(permissions);
    return { ...base, action: "always", path: clean(watched), isRecursive: true, permissions, gap };
  }
  const list = (after(words, "-a")[0] ?? after(words, "-A")[0] ?? "").split(",");
  const fields = after(words, "-F").map(fieldOf);
  // What the exclude list drops are parts of every record.
  if (list.includes("exclude")) return list.includes("always") ? excluded(fields, base) : undefined;
  const directory = fieldValue(fields, "dir");
  const path = directory ?? fieldValue(fields, "path");
  const given: Given = {
    rule: {
      ...base,
      path: path === undefined ? null : clean(path),
      isRecursive: directory !== undefined,
      permissions: fieldValue(fields, "perm") ?? "rwxa",
    },
    fields,
    calls: after(words, "-S").flatMap((call) => call.split(",")),
    others: fields.filter(({ name }) => !harmlessFields.includes(name)),
    isCompared: words.includes("-C"),
  };
  if (list.includes("never")) return list.includes("exit") || list.includes("task") ? neverRule(given) : undefined;
  // A rule about calls alone, whatever they are called on, is none about this object.
  return list.includes("always") && list.includes("exit") && path !== undefined ? alwaysRule(given) : undefined;
}

interface Given {
  rule: Omit<AuditRule, "action" | "gap">;
  fields: Field[];
  calls: string[];
  others: Field[];
  isCompared: boolean;
}

function neverRule({ rule, calls, others }: Given): AuditRule {
  const isOfOtherCalls = calls.length > 0 && !calls.some((call) => changingCall.test(call));
  const isOfReads = !/[wa]/.test(rule.permissions);
  const isOfRoot = ({ name, operator, value }: Field) => isRootName(name) && operator === "=" && value === "0";
  return {
    ...rule,
    action: "never",
    gap: null,
    isHarmless: isOfOtherCalls || isOfReads,
    isLimitedToSome: others.some((field) => !isOfRoot(field)),
  };
}

function alwaysRule({ rule, fields, calls, others, isCompared }: Given): AuditRule {
  const architecture = fields.find(({ name }) => name === "arch")?.value ?? "";
  const gap =
    permissionGap(rule.permissions) ??
    callGap(calls) ??
    fieldGap(others) ??
    (isCompared ? "records some changes only (-C)" : null) ??
    (/^(?:b32|i386|arm)$/.test(architecture) ? `records 32-bit programs only (-F arch=${architecture})` : null);
  const isOf64 = gap === null && architecture !== "";
  return {
    ...rule,
    action: "always",
    gap,
    ...(isOf64 ? { note: `"${rule.text}" records 64-bit programs; add the same rule for arch=b32.` } : {}),
  };
}

const isRootName = (name: string) => ["uid", "euid", "fsuid", "auid"].includes(name);

/** `-a always,exclude -F msgtype=SYSCALL` and its like drop what names the file and who changed it. */
function excluded(
  fields: Field[],
  base: Pick<AuditRule, "source" | "text" | "isHarmless" | "isLimitedToSome">,
): AuditRule | undefined {
  const isOfRecords = fields.some(
    ({ name, value }) => name === "msgtype" && /^(?:SYSCALL|PATH|1300|1302)$/i.test(value),
  );
  return isOfRecords
    ? { ...base, action: "never", path: null, isRecursive: true, permissions: "rwxa", gap: null }
    : undefined;
}

function permissionGap(permissions: string): string | null {
  const missing = ["w", "a"].filter((letter) => !permissions.includes(letter));
  const names = missing.map((letter) => (letter === "w" ? "writes" : "attribute changes"));
  return missing.length > 0 ? `does not record ${names.join(" and ")}` : null;
}

function callGap(calls: readonly string[]): string | null {
  if (calls.length === 0 || calls.includes("all")) return null;
  const isWhole = neededCalls.every((group) => group.some((call) => calls.includes(call)));
  return isWhole ? null : `records some system calls only (-S ${calls.join(",")})`;
}

function fieldGap(fields: readonly Field[]): string | null {
  // A change that failed is none: recording the successful ones is recording all.
  const narrowing = fields.filter(
    ({ name, operator, value }) => !(name === "success" && operator === "=" && /^(?:1|yes)$/.test(value)),
  );
  const [first] = narrowing;
  return first ? `records some changes only (-F ${first.name}${first.operator}${first.value})` : null;
}

function fieldOf(text: string): Field {
  const [, name = text, operator = "", value = ""] = /^([A-Za-z0-9_]+)(!=|>=|<=|&=|=|>|<|&)(.*)$/.exec(text) ?? [];
  return { name, operator, value };
}

const fieldValue = (fields: readonly Field[], wanted: string) =>
  fields.find(({ name, operator }) => name === wanted && operator === "=")?.value;

/** Every value of an option that takes one. */
function after(words: readonly string[], option: string): string[] {
  return words.flatMap((word, index) => (words[index - 1] === option ? [word] : []));
}

const clean = (path: string) => path.replace(/^"|"$/g, "").replace(/(.)\/+$/, "$1");
