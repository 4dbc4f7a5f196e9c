/** An expectation that decides controls. `list`: one entry per line; `ports`: whole numbers; `number`; `switch`. */
export interface PolicyField {
  key: string;
  label: string;
  hint: string;
  kind: "list" | "ports" | "number" | "switch";
}

export interface PolicyGroup {
  title: string;
  fields: PolicyField[];
}

/** Every expectation, by what it is about, with the control that each decides. */
export const policyGroups: PolicyGroup[] = [
  {
    title: "Daemon",
    fields: [
      {
        key: "trustedUsers",
        label: "Trusted users",
        hint: "Members of the docker group who may control the daemon (1.1.2)",
        kind: "list",
      },
      {
        key: "remoteLogDrivers",
        label: "Central log drivers",
        hint: "Drivers that send logs away from the host (2.14)",
        kind: "list",
      },
      {
        key: "allowedCgroupParents",
        label: "Allowed cgroup parents",
        hint: "Other than Docker's own (2.11, 5.25)",
        kind: "list",
      },
      {
        key: "maximumOpenFiles",
        label: "Open files at most",
        hint: "The daemon's default limit (2.9)",
        kind: "number",
      },
      {
        key: "requireRootless",
        label: "Docker must run rootless",
        hint: "Fails 2.1 on hosts where it does not",
        kind: "switch",
      },
    ],
  },
  {
    title: "Images",
    fields: [
      { key: "allowedRegistries", label: "Allowed registries", hint: "Where images may come from (4.2)", kind: "list" },
      {
        key: "deniedRegistries",
        label: "Denied registries",
        hint: "Where images must not come from (4.2)",
        kind: "list",
      },
      {
        key: "unnecessaryPackages",
        label: "Unnecessary packages",
        hint: "Packages that images should do without (4.3)",
        kind: "list",
      },
      {
        key: "allowedSetuidFiles",
        label: "Allowed setuid files",
        hint: "Paths that may carry setuid or setgid (4.8)",
        kind: "list",
      },
      {
        key: "scanMaximumAgeDays",
        label: "Days an image scan counts",
        hint: "Older scans do not count (4.4)",
        kind: "number",
      },
      {
        key: "requireSignatures",
        label: "Images must be signed",
        hint: "Fails 4.12 where a signature is known to be missing",
        kind: "switch",
      },
      {
        key: "enforcedSignatures",
        label: "Signatures are enforced",
        hint: "A proxy or plug-in on the hosts refuses unsigned images (4.5)",
        kind: "switch",
      },
    ],
  },
  {
    title: "Containers",
    fields: [
      {
        key: "expectedPorts",
        label: "Expected ports",
        hint: "Host ports that containers may publish (5.9)",
        kind: "ports",
      },
      { key: "allowedPrivilegedPorts", label: "Allowed ports below 1024", hint: "Host ports (5.8)", kind: "ports" },
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
      { key: "strictCapabilities", label: "Containers must drop NET_RAW", hint: "Makes 5.4 stricter", kind: "switch" },
      {
        key: "execWindowDays",
        label: "Days of watched commands",
        hint: "How long docker exec must have been watched (5.23, 5.24)",
        kind: "number",
      },
      {
        key: "tagMovedDays",
        label: "Days a tag may have moved",
        hint: "After them the image that runs is outdated (5.28)",
        kind: "number",
      },
    ],
  },
  {
    title: "Sprawl and confirmations",
    fields: [
      {
        key: "maximumStoppedContainers",
        label: "Stopped containers at most",
        hint: "More is sprawl (6.2)",
        kind: "number",
      },
      { key: "maximumUnusedImages", label: "Unused images at most", hint: "More is sprawl (6.1)", kind: "number" },
      { key: "maximumDanglingImages", label: "Untagged images at most", hint: "More is sprawl (6.1)", kind: "number" },
      {
        key: "unusedAfterDays",
        label: "Days until it is left behind",
        hint: "Unused images and stopped containers (6.1, 6.2)",
        kind: "number",
      },
      {
        key: "attestationValidDays",
        label: "Days a confirmation counts",
        hint: "Then a person has to confirm again",
        kind: "number",
      },
    ],
  },
  {
    title: "Swarm",
    fields: [
      {
        key: "swarmExpected",
        label: "Hosts are part of a swarm",
        hint: "Then swarm mode without a service is met (5.1)",
        kind: "switch",
      },
      {
        key: "nodeCertificateMaximumDays",
        label: "Days a node certificate may be valid",
        hint: "Longer fails 7.7",
        kind: "number",
      },
      {
        key: "rootCertificateMaximumYears",
        label: "Years a root certificate may be valid",
        hint: "Longer fails 7.8",
        kind: "number",
      },
    ],
  },
];

export const policyFields: PolicyField[] = policyGroups.flatMap(({ fields }) => fields);

/** Texts of a form by key; null is not set here, so that the site's or the benchmark's value holds. */
export type PolicyTexts = Record<string, string | null>;

/** Set expectations as the texts of a form. */
export function policyTexts(policy: Record<string, unknown> | null): PolicyTexts {
  return Object.fromEntries(policyFields.map(({ key }) => [key, toText(policy?.[key])]));
}

function toText(value: unknown): string | null {
  if (Array.isArray(value)) return value.map(String).join("\n");
  return value === undefined || value === null ? null : String(value);
}

/** The policy to save: what the form says, on top of expectations that it does not show. An emptied list is a list of nothing. */
export function policyOf(texts: PolicyTexts, saved: Record<string, unknown> | null): Record<string, unknown> {
  const shown = new Set(policyFields.map(({ key }) => key));
  const others = Object.entries(saved ?? {}).filter(([key]) => !shown.has(key));
  const own = policyFields.flatMap(({ key, kind }) => {
    const text = texts[key];
    return text === null || text === undefined ? [] : [[key, toValue(text.trim(), kind)] as const];
  });
  return Object.fromEntries([...others, ...own]);
}

function toValue(text: string, kind: PolicyField["kind"]): unknown {
  if (kind === "switch") return text === "true";
  // An emptied number is none, so that the server names the field.
  if (kind === "number") return text === "" ? null : Number(text);
  const entries = text
    .split(/[\n,]+/)
    .map((entry) => entry.trim())
    .filter(Boolean);
  return kind === "ports" ? entries.map(Number) : entries;
}

/** A value as people read it: "ada, bob", "None", "Yes". */
export function policyValueText(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? "None" : value.map(String).join(", ");
  if (typeof value === "boolean") return value ? "Yes" : "No";
  return value === undefined || value === null ? "Not set" : String(value);
}
