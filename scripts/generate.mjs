// `npm run generate`: everything that is made from sources and not kept in git. `start`, `build` and `test` call it too.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { generateRouteIndex } from "./generate-route-index.mjs";
import { generateRuleIndexes } from "./generate-rules.mjs";

const root = path.resolve(import.meta.dirname, "..");
const output = path.join(root, "src", "store", "generated");
const stamp = path.join(output, ".made-from");

/** Makes the indexes of routes and rules, and the Prisma client when it is missing or older than the schema. Returns whether it had to make the client. */
export function generate({ force = false } = {}) {
  generateRouteIndex();
  generateRuleIndexes();
  const schema = path.join(root, "prisma", "schema.prisma");
  const manifest = path.join(root, "node_modules", "prisma", "package.json");
  const source = createHash("sha256")
    .update(readFileSync(schema))
    .update(JSON.parse(readFileSync(manifest, "utf8")).version)
    .digest("hex");
  const isCurrent =
    existsSync(path.join(output, "client.ts")) && existsSync(stamp) && readFileSync(stamp, "utf8") === source;
  if (isCurrent && !force) return false;
  const result = spawnSync(
    process.execPath,
    [path.join(root, "node_modules", "prisma", "build", "index.js"), "generate", "--schema", schema],
    {
      cwd: root,
      encoding: "utf8",
      // Prisma insists on a native engine that it would fetch, though this generator never runs it: any executable will do.
      env: {
        ...process.env,
        PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
        PRISMA_HIDE_UPDATE_MESSAGE: "1",
        CHECKPOINT_DISABLE: "1",
      },
    },
  );
  if (result.status !== 0)
    throw new Error(`The database client could not be generated: ${(result.stderr || result.stdout).trim()}`);
  writeFileSync(stamp, source);
  return true;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  generate({ force: true });
  console.log("Generated the database client and the indexes of routes and rules.");
}
