"use client";
import { Fragment, useEffect, useRef } from "react";
import type { HostControl } from "#queries/host/host-controls.ts";
import type { HostDetail } from "#queries/host/host-detail.ts";
import styles from "#ui/host/host.module.css";
import { Icon } from "#ui/icon.tsx";
import { Health } from "#ui/marks/health.tsx";
import { Severity } from "#ui/marks/severity.tsx";
import { useRowKeys } from "#ui/table/use-row-keys.ts";
import { ControlDetail } from "./control-detail.tsx";

interface Props {
  host: HostDetail;
  controls: HostControl[];
  /** Rule whose control is open. */
  openRule: string | undefined;
  open: (control: HostControl | null, how?: { replace?: boolean }) => void;
}

/** The controls of a section; one of them open in place. */
export function ControlTable({ host, controls, openRule, open }: Props) {
  const body = useRowKeys({
    moved: (key) => {
      const control = controls.find(({ ruleId }) => ruleId === key);
      if (openRule && control) open(control, { replace: true });
    },
  });
  return (
    <table className={styles.table} aria-label="Controls">
      <colgroup>
        <col style={{ width: 36 }} />
        <col style={{ width: 50 }} />
        <col style={{ width: "38%" }} />
        <col />
        <col style={{ width: 134 }} />
        <col style={{ width: 110 }} />
      </colgroup>
      <thead>
        <tr>
          <th>
            <span className="bw-hidden">Open</span>
          </th>
          <th>No.</th>
          <th>Control</th>
          <th>What the agent read</th>
          <th>Status</th>
          <th>Severity</th>
        </tr>
      </thead>
      <tbody ref={body}>
        {controls.map((control) => (
          <Fragment key={control.ruleId}>
            <ControlRow
              control={control}
              isOpen={control.ruleId === openRule}
              toggle={() => open(control.ruleId === openRule ? null : control)}
            />
            {control.ruleId === openRule && (
              <tr className={styles.detailRow}>
                <td colSpan={6}>
                  <ControlDetail host={host} control={control} />
                </td>
              </tr>
            )}
          </Fragment>
        ))}
      </tbody>
    </table>
  );
}

function ControlRow({ control, isOpen, toggle }: { control: HostControl; isOpen: boolean; toggle: () => void }) {
  const row = useRef<HTMLTableRowElement>(null);
  const first = useRef(isOpen);
  useEffect(() => {
    // A link to a control lands on it, however far down it stands.
    if (!first.current) return;
    const frame = requestAnimationFrame(() => row.current?.scrollIntoView({ block: "center" }));
    return () => cancelAnimationFrame(frame);
  }, []);
  const isFailing = control.status === "unhealthy";
  const asks = isFailing || control.status === "unknown" || control.status === "manual";
  return (
    <tr
      ref={row}
      className={styles.controlRow}
      data-open={isOpen || undefined}
      data-control={control.control}
      data-row={control.ruleId}
      data-active={isOpen || undefined}
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.target !== event.currentTarget) return;
        if (event.key === "Enter" || (event.key === "Escape" && isOpen)) toggle();
      }}
      onClick={() => {
        if (!window.getSelection()?.toString()) toggle();
      }}
    >
      <td>
        <button
          type="button"
          className={styles.toggle}
          aria-expanded={isOpen}
          aria-label={`${control.control} ${control.title}`}
          onClick={(event) => {
            event.stopPropagation();
            toggle();
          }}
        >
          <Icon name={isOpen ? "chevronDown" : "chevronRight"} size={14} />
        </button>
      </td>
      <td className="bw-muted">{control.control}</td>
      <td className={isFailing ? "bw-medium" : "bw-second"} title={control.title}>
        {control.title}
      </td>
      <td className="bw-second" title={control.reason ?? undefined}>
        {control.reason}
      </td>
      <td>
        <Health health={control.status} />
      </td>
      <td>{asks && <Severity severity={control.severity} coloured={false} />}</td>
    </tr>
  );
}
