"use client";
import { Button } from "@mantine/core";
import Link from "next/link";
import { useState } from "react";
import { links } from "#domain/links.ts";
import type { HostControl, HostControlExemption } from "#queries/host/host-controls.ts";
import { useChange } from "#ui/data/use-change.ts";
import { ExemptDialog } from "#ui/exemption/exempt-dialog.tsx";
import { exemptionSentence } from "#ui/exemption/exemption-words.ts";
import { ruleScopes } from "#ui/exemption/scope-choice.ts";
import styles from "#ui/host/host.module.css";
import { Icon } from "#ui/icon.tsx";
import { healthWords } from "#ui/marks/health.tsx";
import { useMay } from "#ui/shell/frame-context.tsx";

interface Props {
  hostId: string;
  control: HostControl;
}

/** Exemptions in force of an open control, with the way to end them, and the way to make one. */
export function ExemptSection({ hostId, control }: Props) {
  const isAnalyst = useMay("analyst");
  const [isOpen, setOpen] = useState(false);
  const canExempt = isAnalyst && ["unhealthy", "unknown", "manual"].includes(control.status);
  if (control.exemptions.length === 0 && !canExempt) return null;
  return (
    <>
      {control.exemptions.length > 0 && (
        <section className={styles.confirm} aria-label="Exemptions">
          {control.status === "exempt" && (
            <p className="bw-second">
              The evidence says {healthWords[control.verdict].toLowerCase()}. It does not count while this holds.{" "}
              <Link href={`${links.exemptions()}?subject=${encodeURIComponent(control.ruleId)}`}>
                All exemptions of this control
              </Link>
            </p>
          )}
          {control.exemptions.map((exemption) => (
            <Exemption key={exemption.id} exemption={exemption} isAnalyst={isAnalyst} />
          ))}
        </section>
      )}
      {canExempt && (
        <div>
          <Button size="xs" leftSection={<Icon name="exempt" size={14} />} onClick={() => setOpen(true)}>
            Exempt
          </Button>
        </div>
      )}
      {isOpen && (
        <ExemptDialog
          title={`${control.control} ${control.title}`}
          scopes={ruleScopes(control.ruleId, { rootId: hostId, noun: "host", items: openItems(control) })}
          close={() => setOpen(false)}
        />
      )}
    </>
  );
}

/** Failing items that nothing covers, unless the control itself is its only one. */
function openItems({ findings, title: control }: HostControl): string[] {
  const titles = [...new Set(findings.filter(({ isExempt }) => !isExempt).map(({ title }) => title))];
  return titles.length === 1 && titles[0] === control ? [] : titles;
}

function Exemption({ exemption, isAnalyst }: { exemption: HostControlExemption; isAnalyst: boolean }) {
  const end = useChange(() => ({ method: "DELETE", path: `/api/v1/exemptions/${exemption.id}` }));
  return (
    <div className={styles.exemption}>
      <div>
        <p>
          <b>{exemptionSentence(exemption)}</b>
        </p>
        <p className="bw-second">{exemption.note}</p>
        {end.problem && (
          <p className={styles.fault} role="alert">
            {end.problem.detail}
          </p>
        )}
      </div>
      {isAnalyst && (
        <Button size="xs" loading={end.isRunning} onClick={() => end.run()}>
          End exemption
        </Button>
      )}
    </div>
  );
}
