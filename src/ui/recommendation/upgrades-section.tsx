"use client";
import Link from "next/link";
import { links } from "#domain/links.ts";
import { OWNER_MINE, OWNER_NONE } from "#domain/owner.ts";
import type { RecommendationUpgrades } from "#queries/assessment/recommendation-upgrades.ts";
import { toProblem } from "../data/problem.ts";
import { useView } from "../data/use-view.ts";
import { Severity } from "../marks/severity.tsx";
import { Kev } from "../marks/tag.tsx";
import { SheetSection } from "../page/sheet.tsx";
import { ErrorCard } from "../state/error-card.tsx";
import { LoadingBars } from "../state/loading-bars.tsx";
import { formatNumber, plural } from "../text/format-number.ts";
import styles from "./recommendation.module.css";
import { recommendationUpgradesView } from "./recommendation-params.ts";

/** The upgrades that close most in the repositories of one owner, or of everybody. */
export function UpgradesSection({ id, params }: { id: string; params: Record<string, string> }) {
  const view = useView<RecommendationUpgrades>(recommendationUpgradesView(id, params), {
    topics: ["recommendations", "vulnerabilities"],
  });
  const owner = wordsOf(params.owner);
  return (
    <SheetSection span={12} title="Upgrade these packages" reading={view.data && readingOf(view.data, owner)}>
      {!view.data && view.error && (
        <ErrorCard what="the upgrades" problem={toProblem(view.error)} retry={() => void view.refetch()} />
      )}
      {!view.data && !view.error && <LoadingBars count={4} />}
      {view.data && view.data.upgrades.length > 0 && <Upgrades upgrades={view.data.upgrades} />}
    </SheetSection>
  );
}

function wordsOf(owner: string | undefined): string {
  if (!owner) return "";
  if (owner === OWNER_MINE) return "my ";
  return owner === OWNER_NONE ? "nobody's " : `${owner}'s `;
}

function readingOf(data: RecommendationUpgrades, owner: string): string {
  if (data.upgrades.length === 0) return "No open finding of these repositories has a fix yet.";
  const scope =
    data.looked < data.unhealthy
      ? `the ${formatNumber(data.looked)} worst of ${plural(data.unhealthy, "unhealthy repository", "unhealthy repositories")}`
      : plural(data.looked, "unhealthy repository", "unhealthy repositories");
  return `What closes most in the tagged images of ${owner}${scope}. Choose an owner below to narrow it.`;
}

function Upgrades({ upgrades }: { upgrades: RecommendationUpgrades["upgrades"] }) {
  return (
    <table className={styles.upgrades}>
      <thead>
        <tr>
          <th>Package</th>
          <th>Upgrade to</th>
          <th>Worst</th>
          <th data-align="right">Vulnerabilities</th>
          <th data-align="right">Images</th>
        </tr>
      </thead>
      <tbody>
        {upgrades.map((upgrade) => (
          <tr key={`${upgrade.packageName} ${upgrade.fixedVersion}`}>
            <td className="bw-medium">
              <Link href={`${links.vulnerabilities()}?package=${encodeURIComponent(upgrade.packageName)}`}>
                {upgrade.packageName}
              </Link>
            </td>
            <td className="bw-mono">{upgrade.fixedVersion}</td>
            <td>
              <span className="bw-row-tight">
                <Severity severity={upgrade.severity} />
                {upgrade.kev && <Kev />}
              </span>
            </td>
            <td data-align="right">{formatNumber(upgrade.vulnerabilities)}</td>
            <td data-align="right">
              {formatNumber(upgrade.images)}{" "}
              <span className="bw-muted">in {plural(upgrade.repositories, "repository", "repositories")}</span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
