"use client";
import Link from "next/link";
import { packageKind } from "#domain/package-kind.ts";
import type { ImageDetail } from "#queries/image/image-detail.ts";
import type { FixStep, ImageFixPlan, PackageUpgrade } from "#queries/image/image-fix-plan.ts";
import { toProblem } from "../data/problem.ts";
import { useUrlState } from "../data/use-url-state.ts";
import { useView } from "../data/use-view.ts";
import { SeverityCounts } from "../marks/severity-counts.tsx";
import { Kev } from "../marks/tag.tsx";
import { EmptyState } from "../state/empty-state.tsx";
import { ErrorCard } from "../state/error-card.tsx";
import { LoadingBars } from "../state/loading-bars.tsx";
import { CodeBlock } from "../text/code-block.tsx";
import { formatNumber, plural } from "../text/format-number.ts";
import { combinedFix, fixCommand, originOf } from "./fix-command.ts";
import styles from "./image.module.css";
import { imageView, noFilters } from "./image-params.ts";

/** Every step of the plan with its command and what it closes; at the end what no step closes. */
export function FixPlanTab({ image }: { image: ImageDetail }) {
  const url = useUrlState();
  const query = useView<ImageFixPlan>(imageView(image.digest, "fix-plan", url.params), {
    topics: [`image:${image.digest}`],
  });
  const plan = query.data;
  if (!plan) {
    return (
      <div className="bw-pad">
        {query.error ? (
          <ErrorCard what="the fix plan" problem={toProblem(query.error)} retry={() => void query.refetch()} />
        ) : (
          <LoadingBars count={6} />
        )}
      </div>
    );
  }
  if (!image.assessment.hasEarlierResult) {
    return (
      <div className="bw-pad">
        <EmptyState title="Not known">A plan needs a scan of the image first.</EmptyState>
      </div>
    );
  }
  if (plan.steps.length === 0) {
    return (
      <div className="bw-pad">
        <EmptyState title={plan.open === 0 ? "Nothing open" : "Nothing to upgrade yet"}>
          {plan.open === 0
            ? "No open finding, so there is nothing to fix."
            : `None of the ${plural(plan.open, "open finding")} has a fixed version yet.`}
        </EmptyState>
      </div>
    );
  }
  return (
    <>
      <div className={styles.section}>
        <p>
          {plural(plan.steps.length, "step closes", "steps close")} {formatNumber(plan.closed)} of{" "}
          {formatNumber(plan.open)} open findings, best first.{" "}
          {plan.unfixable > 0 && (
            <>
              <Link href={url.href({ ...noFilters, fixable: "no" })}>{formatNumber(plan.unfixable)} without a fix</Link>{" "}
              stay.
            </>
          )}
        </p>
      </div>
      <section className={styles.section} aria-label="All steps as one instruction">
        <h2 className="bw-h2">All of it in your Dockerfile</h2>
        <CodeBlock code={combinedFix(plan)} name="instruction for the whole plan" wraps />
      </section>
      <ol className={styles.steps}>
        {plan.steps.map((step, index) => (
          <PlanStep key={stepKey(step)} step={step} number={index + 1} plan={plan} />
        ))}
      </ol>
    </>
  );
}

const stepKey = (step: FixStep) =>
  step.kind === "base"
    ? "base"
    : step.upgrades.map((upgrade) => `${upgrade.type} ${upgrade.name} ${upgrade.installed}`).join();

function PlanStep({ step, number, plan }: { step: FixStep; number: number; plan: ImageFixPlan }) {
  const { title, note, command } = fixCommand(step, plan);
  return (
    <li className={styles.step}>
      <span className={styles.stepNumber}>{number}</span>
      <div className={styles.group}>
        <b>{title}</b>
        <span className="bw-second">{note}</span>
        {step.counts.kev > 0 && <Kev />}
        <span className="bw-row">
          <span className="bw-muted">closes {formatNumber(step.counts.total)}</span>
          <SeverityCounts counts={step.counts} spread="inline" />
        </span>
      </div>
      <CodeBlock code={command} name={`command of step ${number}`} wraps />
      <Upgrades upgrades={step.upgrades} />
    </li>
  );
}

function Upgrades({ upgrades }: { upgrades: PackageUpgrade[] }) {
  if (upgrades.length === 1 && upgrades[0]) return <UpgradeLine upgrade={upgrades[0]} isAlone />;
  return (
    <details>
      <summary>
        Upgrades {plural(upgrades.length, "package")}:{" "}
        {upgrades
          .slice(0, 4)
          .map((upgrade) => upgrade.name)
          .join(", ")}
        {upgrades.length > 4 && ` and ${upgrades.length - 4} more`}
      </summary>
      <ul>
        {upgrades.map((upgrade) => (
          <li key={`${upgrade.type} ${upgrade.name} ${upgrade.installed}`}>
            <UpgradeLine upgrade={upgrade} />
          </li>
        ))}
      </ul>
    </details>
  );
}

/** `isAlone`: the title of its step says already what it is and where it comes from. */
function UpgradeLine({ upgrade, isAlone = false }: { upgrade: PackageUpgrade; isAlone?: boolean }) {
  const url = useUrlState();
  return (
    <span className={styles.group}>
      <span className={`${styles.versions} bw-mono`}>
        {upgrade.name} {upgrade.installed} → <span className={styles.fixed}>{upgrade.target}</span>
      </span>
      <span className="bw-small bw-muted bw-cut" title={upgrade.path ?? ""}>
        {[!isAlone && originOf(upgrade), !packageKind(upgrade.type).isSystem && upgrade.path]
          .filter(Boolean)
          .join(", ")}
      </span>
      {upgrade.packages.length === 1 && upgrade.packages[0] ? (
        <Link href={url.href({ ...noFilters, package: upgrade.packages[0].id, fixable: "yes" })}>
          {plural(upgrade.counts.total, "finding")}
        </Link>
      ) : (
        <span className="bw-muted">
          {plural(upgrade.counts.total, "finding")} in {upgrade.packages.map((pkg) => pkg.name).join(", ")}
        </span>
      )}
    </span>
  );
}
