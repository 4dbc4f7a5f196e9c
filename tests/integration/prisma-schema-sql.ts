import { readFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { PrismaPg } from "@prisma/adapter-pg";
import { bindMigrationAwareSqlAdapterFactory } from "@prisma/driver-adapter-utils";
import { z } from "zod";

const DiffResult = z.object({ stdout: z.string() });
interface SchemaEngine {
  diff(options: unknown): Promise<unknown>;
}
interface EngineBinding {
  __wbg_set_wasm(exports: unknown): void;
  SchemaEngine: Record<"new", (options: unknown, log: () => void, adapter: unknown) => Promise<SchemaEngine>>;
}

/**
 * The SQL with which Prisma's own schema engine would create prisma/schema.prisma in an empty database. The engine is the
 * official one as WebAssembly, because the native one would have to be fetched; `url` is any database, it is not changed.
 */
export async function prismaSchemaSql(url: string): Promise<string> {
  const folder = path.resolve(import.meta.dirname, "../../node_modules/@prisma/schema-engine-wasm");
  // The package's entry loads its .wasm in a way that only bundlers know, so the two halves are put together here.
  const binding: EngineBinding = await import(pathToFileURL(path.join(folder, "schema_engine_bg.js")).href);
  Object.assign(globalThis, {
    PRISMA_WASM_PANIC_REGISTRY: { set_message: (message: string) => console.error(message) },
  });
  const bytes = readFileSync(path.join(folder, "schema_engine_bg.wasm"));
  const { instance } = await WebAssembly.instantiate(bytes, {
    "./schema_engine_bg.js": binding as unknown as WebAssembly.ModuleImports,
  });
  binding.__wbg_set_wasm(instance.exports);
  const start = instance.exports.__wbindgen_start;
  if (typeof start === "function") start();

  const content = readFileSync(path.resolve(import.meta.dirname, "../../prisma/schema.prisma"), "utf8");
  const adapter = bindMigrationAwareSqlAdapterFactory(new PrismaPg({ connectionString: url }));
  const engine = await binding.SchemaEngine.new({ datamodels: [["schema.prisma", content]] }, () => {}, adapter);
  const result = await engine.diff({
    from: { tag: "empty" },
    to: { tag: "schemaDatamodel", files: [{ path: "schema.prisma", content }] },
    script: true,
    shadowDatabaseUrl: null,
    exitCode: null,
    filters: { externalTables: [], externalEnums: [] },
  });
  return DiffResult.parse(result).stdout;
}
