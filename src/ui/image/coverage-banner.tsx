import { notAssessed } from "#domain/coverage-statement.ts";
import { PackageType, packageKind } from "#domain/package-kind.ts";
import type { ImageDetail } from "#queries/image/image-detail.ts";
import { plural } from "../text/format-number.ts";
import { Banner } from "./banner.tsx";

/** What is in the image and was not assessed. Nothing when all that was seen was, or when nothing is known about it. */
export function CoverageBanner({ image: { assessment } }: { image: ImageDetail }) {
  // Kinds that only lack a source of advisories have a banner of their own, with the way to mend it.
  const entries = notAssessed(assessment.coverage ?? []).filter((entry) => entry.ecosystem === null);
  if (!assessment.hasEarlierResult || entries.length === 0) return null;
  return (
    <Banner icon="waiting" title="Not everything in this image could be assessed.">
      {entries.map(({ label }) => label).join(", ")}: seen, but nothing is known of{" "}
      {entries.length === 1 ? "its" : "their"} flaws.
      <details>
        <summary>Show {plural(entries.length, "kind")} with the reason</summary>
        <ul>
          {entries.map(({ label, count, noun, reason, examples }) => (
            <li key={`${label}${reason}`}>
              {label}
              {count !== null && `, ${plural(count, noun[0], noun[1])}`}: {reason}.
              {examples.map((example) => (
                <span key={example} className="bw-mono bw-small bw-muted">
                  {" "}
                  {example}
                </span>
              ))}
            </li>
          ))}
        </ul>
      </details>
    </Banner>
  );
}

/** True when the image's system packages were read and belong to no distribution with advisories. */
export function hasUnknownDistribution({ assessment: { coverage, osState } }: ImageDetail): boolean {
  if (osState !== "unknown-distribution") return false;
  if (coverage === null) return true;
  return coverage.some(({ kind }) => {
    const type = PackageType.safeParse(kind);
    return type.success && packageKind(type.data).isSystem;
  });
}
