import { findCycles, type Module, type ModuleGraph, type ModuleImport, packageName } from "./module-graph.ts";

/** Who may import whom: architecture in src/README.md. An entry is a folder, one file, or `facts` for every engine's facts. */
interface Row {
  may: readonly string[];
  /** Folders of which only types may be used. */
  typesOf?: readonly string[];
  /** Packages and Node modules; a trailing `*` matches what begins so. Left out = all but the browser's. */
  packages?: readonly string[];
  /** config, clock and log. */
  process?: readonly string[];
}

const processFiles = ["config.ts", "clock.ts", "log.ts"];
const pureParsers = ["semver", "packageurl-js", "ae-cvss-calculator"];
const browserPackages = ["react", "react-dom", "next", "@mantine/*", "@tanstack/*", "lucide-react", "recharts"];
const engine: Row = {
  may: ["domain", "engines/kit"],
  packages: ["zod", "node:zlib", "node:crypto", "node:stream", "node:stream/*", "node:buffer", ...pureParsers],
};

export const importTable: Record<string, Row> = {
  domain: { may: [], packages: ["zod"] },
  agent: { may: ["domain", "facts"], process: ["clock.ts"] },
  ingest: { may: ["domain", "store", "facts"], process: processFiles },
  connectors: { may: ["domain"], process: processFiles },
  store: { may: ["domain"], process: processFiles },
  worker: { may: ["domain", "engines", "connectors", "store", "demo"], process: processFiles },
  demo: { may: ["domain", "store", "facts"], process: processFiles },
  // docs/decisions/0002: `admin` runs the same commands as the pages.
  cli: {
    may: [
      "domain",
      "engines",
      "connectors",
      "agent/collect",
      "store",
      ...["create-user", "reset-password", "create-token", "system-actor"].map((name) => `commands/${name}.ts`),
    ],
    process: processFiles,
  },
  commands: { may: ["domain", "store", "connectors", "engines"], process: processFiles },
  queries: { may: ["domain", "engines", "store/client.ts", "store/sql"], process: processFiles },
  ui: { may: ["domain"], typesOf: ["queries"], packages: [...browserPackages, "zod", "geist"] },
  app: { may: ["ingest", "commands", "queries", "ui", "domain"], process: processFiles },
};

/** Single files that need more than their folder. Ids are hashes, and a hash needs Node; no page may import it. */
const extraPackages: Record<string, readonly string[]> = { "domain/assessment-id.ts": ["node:crypto"] };

/** Files beside the folders: where a process begins, and the three that read the outside in one place each. */
const rootFiles: Record<string, Row> = {
  "config.ts": { may: [], packages: ["zod"] },
  "clock.ts": { may: [], packages: [] },
  "log.ts": { may: ["config.ts"], packages: ["pino"] },
  "instrumentation-client.ts": { may: ["ui"], packages: [] },
  "instrumentation.ts": { may: ["web-process.ts"], packages: [] },
  "web-process.ts": { may: ["ingest", "commands", "store", "domain"], process: processFiles },
  "proxy.ts": { may: ["app", "ingest", "domain"], process: processFiles },
};

/** Every breach of the table, each as one sentence. Empty = the house is in order. */
export function findViolations(graph: ModuleGraph): string[] {
  const violations = [...graph.faults];
  for (const module of graph.modules.values()) {
    const row = rowOf(module.file);
    if (!row) {
      violations.push(`${module.file} lies in no known folder`);
      continue;
    }
    if (module.isClient && !mayBeClient(module.file)) violations.push(`${module.file} says "use client" outside ui`);
    for (const found of module.imports) {
      const reason =
        found.target === undefined ? packageFault(module.file, row, found) : moduleFault(module, row, found);
      if (reason) violations.push(reason);
    }
  }
  return [...violations, ...findCycles(graph).map((cycle) => `cycle: ${cycle.join(" → ")}`)];
}

/** Next demands the directive in these two files themselves. */
function mayBeClient(file: string): boolean {
  return file.startsWith("ui/") || /^app\/(.*\/)?(global-)?error\.tsx$/.test(file);
}

function rowOf(file: string): Row | undefined {
  if (!file.includes("/")) return rootFiles[file];
  const folder = file.slice(0, file.indexOf("/"));
  return folder === "engines" ? engine : importTable[folder];
}

function moduleFault(module: Module, row: Row, found: ModuleImport): string | undefined {
  const target = found.target ?? "";
  const own = ownFolder(module.file);
  if (own && target.startsWith(`${own}/`)) return undefined;
  if ((row.process ?? []).includes(target)) return undefined;
  if (row.may.some((entry) => matches(entry, target))) return undefined;
  if (found.kind === "type" && (row.typesOf ?? []).some((entry) => matches(entry, target))) return undefined;
  return `${module.file} may not import ${target}${found.kind === "type" ? " (a type)" : ""}`;
}

/** A folder is one house; of the engines each is its own. */
function ownFolder(file: string): string | undefined {
  const parts = file.split("/");
  if (parts.length === 1) return undefined;
  return parts[0] === "engines" ? parts.slice(0, 2).join("/") : parts[0];
}

function matches(entry: string, target: string): boolean {
  if (entry === "facts") return /^engines\/[^/]+\/facts\.ts$/.test(target);
  return target === entry || target.startsWith(`${entry}/`) || target === `${entry}.ts`;
}

function packageFault(file: string, row: Row, found: ModuleImport): string | undefined {
  const name = packageName(found.specifier);
  const listed = (list: readonly string[]) =>
    list.some((entry) => (entry.endsWith("*") ? name.startsWith(entry.slice(0, -1)) : name === entry));
  if ((extraPackages[file] ?? []).includes(name)) return undefined;
  if (row.packages) return listed(row.packages) ? undefined : `${file} may not import the package ${name}`;
  const isPage = file.startsWith("app/") || file === "proxy.ts";
  return !isPage && listed(browserPackages) ? `${file} may not import the package ${name}` : undefined;
}
