// Writes src/app/openapi/route-index.ts: every route module by name, because a bundler cannot read folders at run time.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const app = path.resolve(import.meta.dirname, "..", "src", "app");
const file = path.join(app, "openapi", "route-index.ts");

/** The text that the index must have now. */
export function routeIndex() {
  const routes = readdirSync(app, { recursive: true, encoding: "utf8" })
    .map((name) => name.split(path.sep).join("/"))
    .filter((name) => path.posix.basename(name) === "route.ts" && !name.startsWith("api/v1/openapi.json/"))
    .sort();
  const imports = routes.map((name, index) => `import * as route${index} from "../${name}";`);
  const entries = routes.map(
    (name, index) =>
      `  { path: "/${path.posix.dirname(name).replaceAll(/\([^)]*\)\//g, "")}", module: route${index} },`,
  );
  return `// Made by npm run generate. Do not edit.\nimport type { RouteModule } from "./build-document.ts";\n${imports.join("\n")}\n\n/** Every route of the product but the document itself. */\nexport const routeIndex: readonly RouteModule[] = [\n${entries.join("\n")}\n];\n`;
}

/** Writes the index when it differs. Returns whether it had to. */
export function generateRouteIndex() {
  const text = routeIndex();
  let old = "";
  try {
    old = readFileSync(file, "utf8");
  } catch {
    // Not made yet.
  }
  if (old === text) return false;
  writeFileSync(file, text);
  return true;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) generateRouteIndex();
