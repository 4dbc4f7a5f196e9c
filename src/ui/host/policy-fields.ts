/** An expectation that decides controls. `list`: one entry per line; `ports`: whole numbers; `number`; `switch`. */
export interface PolicyField {
  key: string;
  label: string;
  hint: string;
  kind: "list" | "ports" | "number" | "switch";
}

/** Expectations that a site most often has to state, with the control each decides. */
export const policyFields: PolicyField[] = [
  {
    key: "trustedUsers",
    label: "Trusted users",
    hint: "Members of the docker group who may control the daemon (1.1.2)",
    kind: "list",
  },
  {
    key: "expectedPorts",
    label: "Expected ports",
    hint: "Host ports that containers may publish (5.9)",
    kind: "ports",
  },
  { key: "allowedPrivilegedPorts", label: "Allowed ports below 1024", hint: "Host ports (5.8)", kind: "ports" },
  { key: "allowedRegistries", label: "Allowed registries", hint: "Where images may come from (4.2)", kind: "list" },
  {
    key: "allowedCapabilities",
    label: "Allowed capabilities",
    hint: "Beyond Docker's own, for example NET_ADMIN (5.4)",
    kind: "list",
  },
  {
    key: "allowedMounts",
    label: "Allowed mounts",
    hint: "Host paths that containers may mount (5.6, 5.32)",
    kind: "list",
  },
  {
    key: "remoteLogDrivers",
    label: "Central log drivers",
    hint: "Drivers that send logs away from the host (2.14)",
    kind: "list",
  },
  {
    key: "scanMaximumAgeDays",
    label: "Days an image scan counts",
    hint: "Older scans do not count (4.4)",
    kind: "number",
  },
  {
    key: "maximumStoppedContainers",
    label: "Stopped containers at most",
    hint: "More is sprawl (6.2)",
    kind: "number",
  },
  { key: "maximumUnusedImages", label: "Unused images at most", hint: "More is sprawl (6.1)", kind: "number" },
  {
    key: "attestationValidDays",
    label: "Days a confirmation counts",
    hint: "Then a person has to confirm again",
    kind: "number",
  },
  {
    key: "requireRootless",
    label: "Docker must run rootless",
    hint: "Fails 2.1 on hosts where it does not",
    kind: "switch",
  },
  { key: "strictCapabilities", label: "Containers must drop NET_RAW", hint: "Makes 5.4 stricter", kind: "switch" },
];

export type PolicyTexts = Record<string, string>;

/** A host's own expectations as the texts of a form; "" is not set, so that the site's hold. */
export function policyTexts(policy: Record<string, unknown> | null): PolicyTexts {
  return Object.fromEntries(policyFields.map(({ key }) => [key, toText(policy?.[key])]));
}

function toText(value: unknown): string {
  if (Array.isArray(value)) return value.map(String).join("\n");
  return value === undefined || value === null ? "" : String(value);
}

/** The policy to save: what the form says, on top of expectations that it does not show. */
export function policyOf(texts: PolicyTexts, saved: Record<string, unknown> | null): Record<string, unknown> {
  const shown = new Set(policyFields.map(({ key }) => key));
  const others = Object.entries(saved ?? {}).filter(([key]) => !shown.has(key));
  const own = policyFields.flatMap(({ key, kind }) => {
    const text = texts[key]?.trim() ?? "";
    return text === "" ? [] : [[key, toValue(text, kind)] as const];
  });
  return Object.fromEntries([...others, ...own]);
}

function toValue(text: string, kind: PolicyField["kind"]): unknown {
  if (kind === "switch") return text === "true";
  if (kind === "number") return Number(text);
  const entries = text
    .split(/[\n,]+/)
    .map((entry) => entry.trim())
    .filter(Boolean);
  return kind === "ports" ? entries.map(Number) : entries;
}
