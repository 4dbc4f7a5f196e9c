import Link from "next/link";
import { links } from "#domain/links.ts";
import type { RecommendationResource } from "#queries/assessment/recommendation-detail.ts";
import { ControlEvidence, type ReadItem, readItems } from "#ui/assessment/control-evidence.tsx";
import { Severity } from "../marks/severity.tsx";
import { formatNumber, plural } from "../text/format-number.ts";
import styles from "./recommendation.module.css";
import { resourceHref } from "./resource-href.ts";

/** What was read on one resource beside what was expected, or, of a repository, the images that make it so. */
export function ResourceEvidence({ resource, ruleId }: { resource: RecommendationResource; ruleId: string }) {
  const items = itemsOf(resource);
  const images = resource.items.filter((item) => item.evidence.length === 0);
  return (
    <div className={styles.evidence}>
      {items.length > 0 && (
        <ControlEvidence
          items={items}
          total={resource.findingCount}
          health={resource.status}
          readAt={resource.assessedAt}
        />
      )}
      {images.length > 0 && (
        <ul className={styles.items}>
          {images.map((image) => (
            <li key={image.title}>
              <Severity severity={image.severity} coloured={false} />
              <span>
                {image.title}
                {image.isExempt && <span className="bw-muted"> (exempt)</span>}
              </span>
            </li>
          ))}
        </ul>
      )}
      {items.length === 0 && images.length === 0 && (
        <p className="bw-second">{resource.reason ?? "Nothing was read."}</p>
      )}
      <p className="bw-small bw-muted">
        {resource.findingCount > resource.items.length &&
          `${formatNumber(resource.items.length)} of ${plural(resource.findingCount, "item")} shown. `}
        <Link href={detailHref(resource, ruleId)}>Open {resource.name}</Link>
      </p>
    </div>
  );
}

/** Failing items with their own readings; without any, what made the verdict. */
function itemsOf(resource: RecommendationResource): ReadItem[] {
  const found = resource.items.flatMap((item) => readItems(item.evidence, item));
  return found.length > 0 ? found : readItems(resource.evidence);
}

function detailHref(resource: RecommendationResource, ruleId: string): string {
  return resource.resourceId === resource.rootId
    ? links.verdict(resource.rootKind, resource.rootId, ruleId)
    : resourceHref(resource);
}
