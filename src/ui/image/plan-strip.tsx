"use client";
import Link from "next/link";
import type { ImageDetail } from "#queries/image/image-detail.ts";
import type { ImageFixPlan } from "#queries/image/image-fix-plan.ts";
import { toProblem } from "../data/problem.ts";
import { useUrlState } from "../data/use-url-state.ts";
import { useView } from "../data/use-view.ts";
import { PostureBar } from "../marks/posture-bar.tsx";
import { SeverityCounts } from "../marks/severity-counts.tsx";
import { CopyButton } from "../text/copy-button.tsx";
import { formatNumber, plural } from "../text/format-number.ts";
import { fixCommand, planText } from "./fix-command.ts";
import styles from "./image.module.css";
import { imageView } from "./image-params.ts";

/** The three best fix steps in one strip. Nothing when no open finding has a fix. */
export function PlanStrip({ image }: { image: ImageDetail }) {
  const url = useUrlState();
  const query = useView<ImageFixPlan>(imageView(image.digest, "fix-plan", url.params), {
    topics: [`image:${image.digest}`],
  });
  const plan = query.data;
  if (!plan)
    return query.error ? (
      <p className="bw-pad bw-signal">Could not load the fix plan. {toProblem(query.error).detail}</p>
    ) : null;
  if (plan.steps.length === 0) return null;
  const best = plan.steps.slice(0, 3);
  const closed = best.reduce((sum, step) => sum + step.counts.total, 0);
  const href = url.href({ tab: "fix-plan" });
  return (
    <section className={styles.plan} aria-label="Fix plan">
      <div>
        <b>
          <Link href={href} scroll={false}>
            Fix plan
          </Link>
        </b>
        <p className="bw-small bw-second" style={{ margin: "4px 0 8px" }}>
          {plural(best.length, "step closes", "steps close")} {formatNumber(closed)} of {formatNumber(plan.open)}
        </p>
        <PostureBar parts={{ unhealthy: plan.open - closed, healthy: closed }} height={6} />
      </div>
      {best.map((step, index) => {
        const { title, note } = fixCommand(step, plan);
        return (
          <Link key={title} href={href} className={styles.planStep} scroll={false}>
            <span className={styles.stepNumber}>{index + 1}</span>
            <b className="bw-cut" title={title}>
              {title}
            </b>
            <span className="bw-small bw-second bw-cut" title={note}>
              {note}
            </span>
            <SeverityCounts counts={step.counts} spread="inline" />
          </Link>
        );
      })}
      <div className={styles.planCopy}>
        <CopyButton value={planText(plan)} label="Copy plan" />
      </div>
    </section>
  );
}
