"use client";
import { Button, SegmentedControl } from "@mantine/core";
import { cisDockerSections } from "#domain/cis-docker-sections.ts";
import type { HostControls, HostSection } from "#queries/host/host-controls.ts";
import type { HostDetail } from "#queries/host/host-detail.ts";
import { ControlTable } from "#ui/assessment/control-table.tsx";
import { SectionList } from "#ui/assessment/section-list.tsx";
import { toProblem } from "../data/problem.ts";
import { useUrlState } from "../data/use-url-state.ts";
import { useView } from "../data/use-view.ts";
import { healthWords } from "../marks/health.tsx";
import { ChoiceFilter } from "../page/filter-bar.tsx";
import { EmptyState } from "../state/empty-state.tsx";
import { ErrorCard } from "../state/error-card.tsx";
import { FilteredEmpty } from "../state/filtered-empty.tsx";
import { LoadingBars } from "../state/loading-bars.tsx";
import { formatNumber, plural } from "../text/format-number.ts";
import styles from "./host.module.css";
import { controlsView } from "./host-params.ts";

const statuses = (["unhealthy", "unknown", "manual", "healthy", "exempt", "notApplicable"] as const).map((value) => ({
  value,
  label: healthWords[value],
}));

/** Every control of the benchmark: sections at the left, the controls of one at the right. */
export function ControlsTab({ host }: { host: HostDetail }) {
  const url = useUrlState();
  const view = useView<HostControls>(controlsView(host.id, url.params), { topics: [`host:${host.id}`] });
  const data = view.data;
  if (!data) {
    return (
      <div className="bw-pad">
        {view.error ? (
          <ErrorCard what="the controls" problem={toProblem(view.error)} retry={() => void view.refetch()} />
        ) : (
          <LoadingBars count={4} />
        )}
      </div>
    );
  }
  if (data.sections.length === 0) return <NoControls host={host} />;
  // Sections count what applies to this host; what does not is listed below with its reason.
  const applicable = data.controls.filter((control) => control.status !== "notApplicable").length;
  const section = data.sections.find((candidate) => candidate.section === data.section);
  return (
    <div className={styles.two}>
      <SectionList
        isWhole={!url.get("section")}
        sections={data.sections}
        current={data.section}
        hrefOf={(name) => url.href(toSection(name))}
      />
      <div className={styles.controls}>
        {view.error && (
          <div className="bw-pad">
            <ErrorCard what="newer controls" problem={toProblem(view.error)} retry={() => void view.refetch()} />
          </div>
        )}
        <div className={styles.controlsHead}>
          <h2 className="bw-h2" data-list-total={url.get("section") ? applicable : undefined}>
            {section ? (
              <>
                {section?.section} {cisDockerSections[section?.section ?? ""]}
              </>
            ) : (
              "All sections, worst first"
            )}
          </h2>
          <span className="bw-sub">{section ? countWords(section) : plural(data.controls.length, "control")}</span>
          <div className={styles.controlsTools}>
            <SegmentedControl
              size="xs"
              aria-label="Benchmark version"
              data={["1.8.0", "1.2.0"]}
              value={data.benchmark}
              onChange={(benchmark) =>
                url.set({ benchmark: benchmark === "1.8.0" ? undefined : benchmark, section: undefined })
              }
            />
            <ChoiceFilter
              label="Status"
              choices={statuses}
              value={url.get("status")}
              onChange={(status) => url.set({ status })}
            />
          </div>
        </div>
        {data.controls.length === 0 ? (
          <div className="bw-pad">
            <FilteredEmpty
              noun={["control", "controls"]}
              filters={1}
              hidden={section?.total ?? null}
              clear={() => url.set({ status: undefined })}
            />
          </div>
        ) : (
          <ControlTable
            host={host}
            controls={data.controls}
            openRule={url.get("control")}
            open={(control, how) =>
              url.set({ control: control?.ruleId, ...(data.section ? { section: data.section } : {}) }, how)
            }
          />
        )}
      </div>
    </div>
  );
}

const toSection = (section: string) => ({ section, control: undefined });

function countWords({ counts }: HostSection): string {
  const part = (count: number, word: string) => (count > 0 ? `${formatNumber(count)} ${word}` : null);
  return [
    part(counts.unhealthy, "unhealthy"),
    part(counts.healthy, "healthy"),
    part(counts.unknown, "unknown"),
    part(counts.manual, "by hand"),
    part(counts.exempt, "exempt"),
    part(counts.notApplicable, "not applicable"),
  ]
    .filter(Boolean)
    .join(", ");
}

function NoControls({ host }: { host: HostDetail }) {
  const url = useUrlState();
  return (
    <div className="bw-pad" style={{ paddingTop: 24 }}>
      {host.approval === "pending" ? (
        <EmptyState title="Not assessed yet">An admin has to approve this host first.</EmptyState>
      ) : (
        <EmptyState
          title="Not assessed yet"
          action={
            url.get("benchmark") ? (
              <Button onClick={() => url.set({ benchmark: undefined, section: undefined })}>Show 1.8.0</Button>
            ) : null
          }
        >
          All 118 controls are answered with the agent's first report, each with the value that was read.
        </EmptyState>
      )}
    </div>
  );
}
