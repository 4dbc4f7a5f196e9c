"use client";
import { Button, Modal, Radio, Select, Textarea } from "@mantine/core";
import { useState } from "react";
import { type ExemptionReason, type ExemptionScope, exemptionReasons } from "#domain/control-exemption.ts";
import type { HostControl } from "#queries/host/host-controls.ts";
import { faultOf } from "#ui/data/problem.ts";
import { useChange } from "#ui/data/use-change.ts";
import styles from "#ui/host/host.module.css";
import { formatNumber, plural } from "#ui/text/format-number.ts";
import { exemptionReasonWords } from "./exemption-words.ts";

const DAY_MS = 86_400_000;
const ends = [
  { value: "30", label: "In 30 days" },
  { value: "90", label: "In 90 days" },
  { value: "365", label: "In a year" },
  { value: "", label: "When somebody ends it" },
];

interface Props {
  hostId: string;
  control: HostControl;
  close: () => void;
}

/** Asks what is exempt, why and for how long, and says beforehand what no longer counts. */
export function ExemptForm({ hostId, control, close }: Props) {
  const items = [...new Set(control.findings.filter(({ isExempt }) => !isExempt).map(({ title }) => title))];
  const hasItems = items.length > 0 && items[0] !== control.title;
  const [scope, setScope] = useState<ExemptionScope>(hasItems && items.length > 1 ? "item" : "host");
  const [item, setItem] = useState(items[0] ?? "");
  const [reason, setReason] = useState<ExemptionReason>("accepted-risk");
  const [days, setDays] = useState("90");
  const [note, setNote] = useState("");
  const save = useChange(
    () => ({
      method: "POST",
      path: `/api/v1/hosts/${hostId}/exemptions`,
      body: {
        ruleId: control.ruleId,
        scope,
        ...(scope === "item" ? { item } : {}),
        reason,
        note,
        expiresAt: days === "" ? null : new Date(Date.now() + Number(days) * DAY_MS).toISOString(),
      },
    }),
    close,
  );
  return (
    <Modal
      opened
      onClose={close}
      title={`Exempt ${control.control} ${control.title}`}
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <form
        className={styles.confirmForm}
        onSubmit={(event) => {
          event.preventDefault();
          save.run();
        }}
      >
        <Radio.Group label="What" value={scope} onChange={(value) => setScope(value as ExemptionScope)}>
          <div className={styles.choices}>
            {hasItems && <Radio value="item" label="One item of it on this host" />}
            <Radio value="host" label="The control on this host" />
            <Radio value="all" label="The control on every host, also on those that come" />
          </div>
        </Radio.Group>
        {scope === "item" && (
          <Select
            label="Item"
            data={items}
            allowDeselect={false}
            searchable={items.length > 8}
            value={item}
            onChange={(value) => setItem(value ?? "")}
            error={faultOf(save.problem, "/item")}
          />
        )}
        <Select
          label="Why"
          description={exemptionReasonWords[reason].meaning}
          data={exemptionReasons.map((value) => ({ value, label: exemptionReasonWords[value].label }))}
          allowDeselect={false}
          value={reason}
          onChange={(value) => setReason(exemptionReasons.find((known) => known === value) ?? reason)}
        />
        <Textarea
          label="Note"
          description="So that whoever reads it later can judge. Your name and the time are kept with it"
          autosize
          minRows={2}
          value={note}
          error={faultOf(save.problem, "/note")}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        <Select
          label="It ends"
          description={
            days === "" ? "Nothing brings it back to mind: an end is better" : "Then it counts again by itself"
          }
          data={ends}
          allowDeselect={false}
          value={days}
          onChange={(value) => setDays(value ?? "")}
          error={faultOf(save.problem, "/expiresAt")}
        />
        <p className="bw-second">{effectWords(control, scope, items.length)}</p>
        {save.problem && (
          <p className={styles.fault} role="alert">
            {save.problem.detail}
          </p>
        )}
        <div className="bw-row bw-wrap" style={{ justifyContent: "flex-end" }}>
          <Button onClick={close}>Cancel</Button>
          <Button type="submit" variant="filled" disabled={!note.trim()} loading={save.isRunning}>
            Exempt
          </Button>
        </div>
      </form>
    </Modal>
  );
}

/** What no longer counts, in one sentence. */
function effectWords(control: HostControl, scope: ExemptionScope, open: number): string {
  if (scope === "item")
    return open > 1
      ? `Takes 1 of ${formatNumber(open)} items out of the control, which still fails by the others.`
      : "Takes the only item out of the control, which then counts as exempt.";
  const items = control.findingCount > 0 ? ` with ${plural(control.findingCount, "item")}` : "";
  if (scope === "host") return `Takes the control${items} out of the figures of this host.`;
  return control.otherHosts > 0
    ? `Takes the control out of the figures of this host and of ${plural(control.otherHosts, "other host")} that fail it now.`
    : "Takes the control out of the figures of this host; no other host fails it now.";
}
