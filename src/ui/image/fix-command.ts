import { packageKind } from "#domain/package-kind.ts";
import type { FixStep, ImageFixPlan, PackageUpgrade } from "#queries/image/image-fix-plan.ts";
import { plural } from "../text/format-number.ts";

/** What to run for one step, ready to paste into a Dockerfile or shell, and what it does. */
export interface FixCommand {
  title: string;
  note: string;
  command: string;
}

/** The command of a step. Versions come from advisories, so everything that is not plainly a version or name is quoted. */
export function fixCommand(step: FixStep, plan: Pick<ImageFixPlan, "base" | "target">): FixCommand {
  const [first] = step.upgrades;
  if (step.kind === "base" || !first) {
    const name = plan.base?.name;
    return {
      title: "Rebuild on the new base",
      note: name ? `${name}, Dockerfile unchanged` : "Your Dockerfile stays as it is",
      command: `docker build --pull -t ${quote(plan.target)} .`,
    };
  }
  return { title: `${first.name} to ${first.target}`, note: originOf(first), command: upgradeCommand(first) };
}

/** Where a package came from, in few words: "your layer 7", "from base". */
export function originOf(upgrade: Pick<PackageUpgrade, "isBase" | "layer" | "type">): string {
  const [kind] = packageKind(upgrade.type).noun;
  if (upgrade.layer === null) return kind;
  if (upgrade.isBase === null) return `${kind}, layer ${upgrade.layer}`;
  return upgrade.isBase ? `${kind} from the base` : `${kind}, your layer ${upgrade.layer}`;
}

/** The whole plan as text, one numbered step per command. */
export function planText(plan: ImageFixPlan): string {
  const steps = plan.steps.map((step, index) => {
    const { title, command } = fixCommand(step, plan);
    return `${index + 1}. ${title} (closes ${step.counts.total})\n   ${command}`;
  });
  return [
    `Fix plan for ${plan.target}: ${plural(plan.steps.length, "step closes", "steps close")} ${plan.closed} of ${plural(plan.open, "finding")}.`,
    ...steps,
  ].join("\n");
}

function upgradeCommand(upgrade: PackageUpgrade): string {
  return packageKind(upgrade.type).upgradeCommand({ ...upgrade, quote });
}

function quote(text: string): string {
  return /^[\w@%+=:,./~-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
