import Link from "next/link";
import { cisDockerSections } from "#domain/cis-docker-sections.ts";
import type { HostSection } from "#queries/host/host-controls.ts";
import styles from "#ui/host/host.module.css";
import { HealthMark } from "#ui/marks/health.tsx";
import { PostureBar } from "#ui/marks/posture-bar.tsx";
import { formatNumber } from "#ui/text/format-number.ts";

interface Props {
  sections: HostSection[];
  current: string | null;
  hrefOf: (section: string) => string;
  /** The page is about all sections: its figure is the sum. */
  isWhole: boolean;
}

/** Sections of the benchmark with how many of their controls are unhealthy. */
export function SectionList({ sections, current, hrefOf, isWhole }: Props) {
  const unhealthy = sections.reduce((sum, section) => sum + section.counts.unhealthy, 0);
  return (
    <nav className={styles.sections} aria-label="Sections">
      <div className={styles.sectionsHead}>
        <span>Section</span>
        <span data-list-total={isWhole ? unhealthy : undefined}>Unhealthy</span>
      </div>
      {sections.map((section) => (
        <Link
          key={section.section}
          href={hrefOf(section.section)}
          scroll={false}
          aria-current={section.section === current ? "true" : undefined}
        >
          <Section section={section} />
        </Link>
      ))}
    </nav>
  );
}

function Section({ section: { section, counts, total } }: { section: HostSection }) {
  const name = cisDockerSections[section] ?? "Others";
  const applicable = total - counts.notApplicable;
  if (applicable === 0) {
    return (
      <>
        <span className={styles.sectionLine}>
          <i>{section}</i>
          <span className="bw-muted">{name}</span>
          <HealthMark health="notApplicable" />
        </span>
        <span className={styles.sectionNote}>
          {section === "7" ? "Not in use on this host" : "Not applicable on this host"}
        </span>
      </>
    );
  }
  return (
    <>
      <span className={styles.sectionLine}>
        <i>{section}</i>
        <span className="bw-medium">{name}</span>
        <span className={counts.unhealthy > 0 ? undefined : "bw-muted"}>
          <b>{formatNumber(counts.unhealthy)}</b> <small>of {formatNumber(applicable)}</small>
        </span>
      </span>
      <PostureBar
        parts={{ unhealthy: counts.unhealthy, healthy: counts.healthy, unknown: counts.unknown + counts.manual }}
      />
    </>
  );
}
