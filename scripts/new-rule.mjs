// `npm run new:rule -- <engine> [<section>] <slug>` writes the stub of a rule and adds it to the index of its engine.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { enginesWithRules, generateRuleIndexes, indexPath } from "./generate-rules.mjs";

/**
 * Writes the stub and the index; answers the file's path. Throws an Error with what to type instead. `root` is the folder of
 * engines, for tests.
 */
export function writeNewRule(args, root) {
  const [engine = "", ...rest] = args;
  const engines = enginesWithRules(root);
  if (!engines.includes(engine)) throw new Error(usage(`Engines: ${engines.join(", ")}`));
  const folder = path.dirname(indexPath(engine, root));
  const sections = readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? [entry.name] : [],
  );
  const [section, slug] = sections.length > 0 ? rest : ["", ...rest];
  if (sections.length > 0 && !sections.includes(section)) throw new Error(usage(`Sections: ${sections.join(", ")}`));
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(slug ?? ""))
    throw new Error(usage("A slug is like container-runs-as-root"));
  const file = path.join(folder, section, `${slug}.ts`);
  if (existsSync(file)) throw new Error(`${path.relative(process.cwd(), file)} exists already.`);
  writeFileSync(file, stub({ slug, engineFolder: path.join(folder, ".."), above: section ? "../../" : "../" }));
  generateRuleIndexes(root);
  return file;
}

const usage = (known) => `Usage: npm run new:rule -- <engine> [<section>] <slug>\n${known}`;

/** An engine's own first factory makes the rule; an engine without factories writes a plain rule of the kit. */
function stub({ slug, engineFolder, above }) {
  const own = path.join(engineFolder, "define-rule.ts");
  const factory = existsSync(own) && /export function (define\w+)/.exec(readFileSync(own, "utf8"))?.[1];
  const imports = factory
    ? `import { ${factory} } from "${above}define-rule.ts";\n`
    : `import type { Rule } from "${above}../kit/rule.ts";\n`;
  const open = factory ? `export default ${factory}({` : "const rule: Rule<Record<string, unknown>, unknown> = {";
  const close = factory ? "});\n" : "};\n\nexport default rule;\n";
  return `import { unknown } from "${above}../kit/outcome.ts";
${imports}
${open}
  id: "${slug}",
  title: "",
  failedTitle: "",
  references: [{ framework: "", control: "" }],
${factory ? "" : '  scope: "host",\n'}  severity: "medium",
  severityReason: "",
  rationale: "",
  needs: [],
  remediation: (item) => \`\${item}\`,
  assess: () => unknown("Everything", "Write this rule."),
  examples: () => ({ healthy: [], unhealthy: [] }),
${close}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const file = writeNewRule(process.argv.slice(2));
    console.log(`Wrote ${path.relative(process.cwd(), file)}. Fill it in; the tests say what is missing.`);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 2;
  }
}
