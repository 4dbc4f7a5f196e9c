import { existsSync, readdirSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import path from "node:path";
import { parse } from "@babel/parser";

export interface ModuleImport {
  specifier: string;
  /** `type`: gone after compiling. A type import still couples, so both are held against the table. */
  kind: "value" | "type";
  /** Path below src of the module it names; undefined for packages and Node's own. */
  target: string | undefined;
}
export interface Module {
  /** Below src, with forward slashes: `engines/kit/rule.ts`. */
  file: string;
  isClient: boolean;
  imports: ModuleImport[];
}
type Parsed = Omit<Module, "imports"> & { imports: Omit<ModuleImport, "target">[] };
export interface ModuleGraph {
  modules: Map<string, Module>;
  /** Imports that name a file which is not there, files that do not parse. */
  faults: string[];
}

/** Every source file below `root` that is part of the product: tests and generated code are not. */
export function readSources(root: string): Map<string, string> {
  const sources = new Map<string, string>();
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    const file = path.relative(root, path.join(entry.parentPath, entry.name)).split(path.sep).join("/");
    if (
      !entry.isFile() ||
      !/\.(ts|tsx|mjs|js)$/.test(file) ||
      /\.test\.tsx?$/.test(file) ||
      file.includes("store/generated/")
    )
      continue;
    sources.set(file, readFileSync(path.join(root, file), "utf8"));
  }
  return sources;
}

/** Parses and links the sources. `exists` tells whether a file that is no module (css, generated code) is there. */
export function buildGraph(sources: ReadonlyMap<string, string>, root: string): ModuleGraph {
  const graph: ModuleGraph = { modules: new Map(), faults: [] };
  for (const [file, source] of sources) {
    try {
      const parsed = parseModule(file, source);
      graph.modules.set(file, {
        ...parsed,
        imports: parsed.imports.map((found) => link(graph, { root, sources, file, found })),
      });
    } catch (error) {
      graph.faults.push(`${file} does not parse: ${error instanceof Error ? error.message : error}`);
    }
  }
  return graph;
}

function link(
  graph: ModuleGraph,
  context: { root: string; sources: ReadonlyMap<string, string>; file: string; found: Omit<ModuleImport, "target"> },
): ModuleImport {
  const { root, sources, file, found } = context;
  const target = resolve(file, found.specifier);
  if (target === undefined) return { ...found, target };
  if (!sources.has(target) && !existsSync(path.join(root, target))) {
    graph.faults.push(`${file} imports ${found.specifier}, which does not exist`);
  }
  return { ...found, target };
}

function resolve(file: string, specifier: string): string | undefined {
  if (specifier.startsWith("#")) return specifier.slice(1);
  if (specifier.startsWith(".")) return path.posix.normalize(path.posix.join(path.posix.dirname(file), specifier));
  return undefined;
}

/** `node:fs` for `fs`, `@scope/name` or `name` for a path inside a package. */
export function packageName(specifier: string): string {
  if (specifier.startsWith("node:")) return specifier;
  if (builtinModules.includes(specifier)) return `node:${specifier}`;
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

const parsedBefore = new Map<string, Parsed>();

/** Parsing is most of the work, and the planted cases change a file or two. */
function parseModule(file: string, source: string): Parsed {
  const key = `${file}\0${source}`;
  const parsed = parsedBefore.get(key) ?? parseAfresh(file, source);
  parsedBefore.set(key, parsed);
  return parsed;
}

interface Node {
  type: string;
  [key: string]: unknown;
}

function parseAfresh(file: string, source: string): Parsed {
  const tree = parse(source, {
    sourceType: "module",
    plugins: file.endsWith("x") ? ["typescript", "jsx"] : ["typescript"],
  });
  const imports: Omit<ModuleImport, "target">[] = [];
  walk(tree.program as unknown as Node, (node) => {
    const found = importOf(node);
    if (found) imports.push(found);
  });
  const isClient = tree.program.directives.some((directive) => directive.value.value === "use client");
  return { file, isClient, imports };
}

function importOf(node: Node): Omit<ModuleImport, "target"> | undefined {
  switch (node.type) {
    case "ImportDeclaration":
    case "ExportNamedDeclaration":
    case "ExportAllDeclaration": {
      const specifier = text(node.source);
      return specifier === undefined ? undefined : { specifier, kind: isTypeOnly(node) ? "type" : "value" };
    }
    case "ImportExpression": {
      // A computed specifier cannot be judged; `import(variable)` is only used to load files by folder.
      const specifier = text(node.source);
      return specifier === undefined ? undefined : { specifier, kind: "value" };
    }
    case "TSImportType": {
      const specifier = text(node.source) ?? text(node.argument) ?? text((node.argument as Node | undefined)?.literal);
      return specifier === undefined ? undefined : { specifier, kind: "type" };
    }
    case "CallExpression": {
      const callee = node.callee as Node;
      const specifier = text((node.arguments as unknown[])[0]);
      return callee.type === "Identifier" && callee.name === "require" && specifier !== undefined
        ? { specifier, kind: "value" }
        : undefined;
    }
    default:
      return undefined;
  }
}

function isTypeOnly(node: Node): boolean {
  if (node.importKind === "type" || node.exportKind === "type") return true;
  const specifiers = (node.specifiers as Node[] | undefined) ?? [];
  return (
    specifiers.length > 0 && specifiers.every((entry) => entry.importKind === "type" || entry.exportKind === "type")
  );
}

function text(node: unknown): string | undefined {
  const literal = node as Node | null | undefined;
  return literal?.type === "StringLiteral" && typeof literal.value === "string" ? literal.value : undefined;
}

function walk(node: Node, visit: (node: Node) => void): void {
  visit(node);
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (child && typeof child === "object" && typeof (child as Node).type === "string") walk(child as Node, visit);
    }
  }
}

/** Every circle of modules, as the list of files on it. Imports of types alone are left out: they are gone at run time. */
export function findCycles(graph: ModuleGraph): string[][] {
  const state = new Map<string, "open" | "done">();
  const trail: string[] = [];
  const cycles: string[][] = [];
  const visit = (file: string) => {
    state.set(file, "open");
    trail.push(file);
    for (const { target, kind } of graph.modules.get(file)?.imports ?? []) {
      if (kind === "type" || target === undefined || !graph.modules.has(target)) continue;
      if (state.get(target) === "open") cycles.push([...trail.slice(trail.indexOf(target)), target]);
      else if (!state.has(target)) visit(target);
    }
    trail.pop();
    state.set(file, "done");
  };
  for (const file of graph.modules.keys()) if (!state.has(file)) visit(file);
  return cycles;
}
