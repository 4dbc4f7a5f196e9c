"use client";
import Link from "next/link";
import { links } from "#domain/links.ts";
import type { ContainerControl, HostContainerDetail } from "#queries/host/host-container.ts";
import { ControlEvidence, readItems } from "#ui/assessment/control-evidence.tsx";
import { FixList } from "#ui/assessment/fix-list.tsx";
import { Icon } from "../icon.tsx";
import { Health } from "../marks/health.tsx";
import { Severity } from "../marks/severity.tsx";
import { EmptyState } from "../state/empty-state.tsx";
import styles from "./host.module.css";

interface Props {
  container: HostContainerDetail;
  openRule: string | undefined;
  open: (ruleId: string | null) => void;
}

const rank: Record<ContainerControl["status"], number> = {
  unhealthy: 0,
  unknown: 1,
  manual: 2,
  exempt: 2.5,
  healthy: 3,
  notApplicable: 4,
};

/** What the benchmark says of this container, failing controls first. */
export function ContainerControls({ container, openRule, open }: Props) {
  const controls = [...container.controls].sort((left, right) => rank[left.status] - rank[right.status]);
  return (
    <section aria-label="Controls">
      <h2 className="bw-h2">CIS Docker, running containers</h2>
      {controls.length === 0 ? (
        <EmptyState title="No controls">
          {container.goneAt ? "A container that is gone is not assessed." : "This host has not been assessed yet."}
        </EmptyState>
      ) : (
        <ul className={styles.checks}>
          {controls.map((control) => (
            <Check
              key={control.ruleId}
              container={container}
              control={control}
              isOpen={control.ruleId === openRule}
              toggle={() => open(control.ruleId === openRule ? null : control.ruleId)}
            />
          ))}
        </ul>
      )}
    </section>
  );
}

interface CheckProps {
  container: HostContainerDetail;
  control: ContainerControl;
  isOpen: boolean;
  toggle: () => void;
}

function Check({ container, control, isOpen, toggle }: CheckProps) {
  const items = readItems(control.evidence);
  const isFailing = control.status === "unhealthy";
  return (
    <li>
      <button type="button" className={styles.check} aria-expanded={isOpen} onClick={toggle}>
        <Icon name={isOpen ? "chevronDown" : "chevronRight"} size={14} />
        <span className="bw-muted">{control.control}</span>
        <span className={isFailing ? "bw-medium" : "bw-second"}>{control.title}</span>
        <Health health={control.status} />
        <span>{isFailing && <Severity severity={control.severity} />}</span>
      </button>
      {isOpen && (
        <div className={styles.checkDetail}>
          {items.length > 0 ? (
            <ControlEvidence items={items} total={items.length} health={control.status} readAt={container.lastSeenAt} />
          ) : (
            <p className="bw-second">
              {control.status === "healthy"
                ? "The control does not name this container among its failing ones."
                : "There is no value of this container to show."}
            </p>
          )}
          {isFailing && control.remediation && <FixList fixes={[control.remediation]} control={control.control} />}
          <Link href={`${links.host(container.hostId)}?control=${encodeURIComponent(control.ruleId)}`}>
            This control on the whole host
          </Link>
        </div>
      )}
    </li>
  );
}
