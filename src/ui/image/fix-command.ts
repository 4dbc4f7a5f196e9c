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

/**
 * The whole plan as one instruction for a Dockerfile: the rebuild on a newer base as a comment on top, then one RUN line per
 * package manager with everything that it has to upgrade. Empty when the plan has no step.
 */
export function combinedFix(plan: ImageFixPlan): string {
  const isRebased = plan.steps.some((step) => step.kind === "base");
  const upgrades = plan.steps.filter((step) => step.kind === "package").flatMap((step) => step.upgrades);
  const byType = [...Map.groupBy(upgrades, (upgrade) => upgrade.type)];
  return [
    ...(isRebased ? [`# Rebuild on the newest base: docker build --pull -t ${quote(plan.target)} .`] : []),
    ...byType.map(([type, list]) => `RUN ${managerCommand(type, list)}`),
  ].join("\n");
}

/** One command for all upgrades of a package manager. */
function managerCommand(type: PackageUpgrade["type"], upgrades: PackageUpgrade[]): string {
  const kind = packageKind(type);
  const [first] = upgrades;
  if (kind.isSystem && first) {
    const packages = [
      ...new Map(upgrades.flatMap((upgrade) => upgrade.packages).map((pkg) => [pkg.name, pkg])).values(),
    ];
    return kind.upgradeCommand({ ...first, packages, quote });
  }
  // Libraries are named one by one, "npm install a@1" and "npm install b@2": what both start with is said once.
  const commands = [...new Set(upgrades.map(upgradeCommand))].map((command) => command.split(" "));
  const [start = []] = commands;
  const isOneCommand = commands.every((words) => words.length === 3 && words[0] === start[0] && words[1] === start[1]);
  return isOneCommand
    ? [...start.slice(0, 2), ...commands.map((words) => words[2])].join(" ")
    : commands.map((words) => words.join(" ")).join(" && ");
}

function upgradeCommand(upgrade: PackageUpgrade): string {
  return packageKind(upgrade.type).upgradeCommand({ ...upgrade, quote });
}

function quote(text: string): string {
  return /^[\w@%+=:,./~-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
