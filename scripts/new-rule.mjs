// `npm run new:rule -- <section> <slug>` writes the stub of a Docker control and adds it to the index.
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { indexPath, renderIndex } from "./generate-rules.mjs";

const [section, slug] = process.argv.slice(2);
const root = path.dirname(indexPath);
const sections = readdirSync(root, { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? [entry.name] : [],
);
if (!section || !slug || !sections.includes(section) || !/^docker-[a-z0-9-]+$/.test(slug)) {
  console.error(`Usage: npm run new:rule -- <section> docker-<slug>\nSections: ${sections.join(", ")}`);
  process.exit(2);
}
const file = path.join(root, section, `${slug}.ts`);
if (existsSync(file)) {
  console.error(`${path.relative(process.cwd(), file)} exists already.`);
  process.exit(2);
}
writeFileSync(
  file,
  `import { healthy, unhealthy } from "../../../kit/outcome.ts";
import { defineHostRule } from "../../define-rule.ts";
import { example } from "../../example.ts";

/** CIS Docker 1.8.0, control TODO. */
export default defineHostRule({
  id: "${slug}",
  title: "",
  controls: { "1.8.0": "", "1.7.0": null, "1.6.0": null, "1.2.0": null },
  level: 1,
  severity: "medium",
  severityReason: "",
  rationale: "",
  needs: [],
  remediation: (item) => \`\${item}\`,
  assess: ({ facts }) => {
    const reading = { item: "", path: "", pointer: "", actual: String(facts.info?.Driver), expected: "" };
    return facts.info ? healthy("", [reading]) : unhealthy("", [reading]);
  },
  examples: { healthy: [example()], unhealthy: [] },
});
`,
);
writeFileSync(indexPath, renderIndex());
console.log(`Wrote ${path.relative(process.cwd(), file)}. Fill it in; the tests say what is missing.`);
