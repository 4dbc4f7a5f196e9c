"use client";
import { Button, Checkbox, Modal, Radio, Select, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";
import { type ExemptionReason, exemptionReasons, type ReopenCause, reopenCauses } from "#domain/exemption.ts";
import { faultOf } from "../data/problem.ts";
import { useChange } from "../data/use-change.ts";
import styles from "./exemption.module.css";
import { ExemptionPreview } from "./exemption-preview.tsx";
import { exemptionReasonWords, reopenWords } from "./exemption-words.ts";
import type { ScopeChoice } from "./scope-choice.ts";

const DAY_MS = 86_400_000;
const ends = [
  { value: "30", label: "In 30 days" },
  { value: "90", label: "In 90 days" },
  { value: "365", label: "In a year" },
  { value: "date", label: "On a day" },
  { value: "", label: "When somebody ends it" },
];
/** More answers than these are a list to choose from, not a row of buttons. */
const MOST_RADIOS = 6;

interface Props {
  /** "CVE-2024-3094", "5.5 Privileged containers are not used", "3 vulnerabilities". */
  title: string;
  /** Where it may hold; the first is chosen at the start. */
  scopes: readonly ScopeChoice[];
  close: () => void;
  /** Called once it is saved. */
  onSaved?: () => void;
}

/** Asks where something is exempt, why and for how long, and says beforehand what no longer counts. For analysts. */
export function ExemptDialog({ title, scopes, close, onSaved }: Props) {
  const [where, setWhere] = useState(scopes[0]?.value ?? "");
  const [reason, setReason] = useState<ExemptionReason>("accepted-risk");
  const [end, setEnd] = useState("90");
  const [day, setDay] = useState("");
  const [note, setNote] = useState("");
  const [reopenOn, setReopenOn] = useState<ReopenCause[]>(["exploited", "severity"]);
  const targets = scopes.find(({ value }) => value === where)?.targets ?? [];
  const isRule = targets.some(({ subject }) => subject.kind === "rule");
  const save = useChange(
    () => {
      const [first, ...also] = targets;
      return {
        method: "POST",
        path: "/api/v1/exemptions",
        body: { ...first, also, reason, note, expiresAt: endOf(end, day), reopenOn: isRule ? [] : reopenOn },
      };
    },
    () => {
      onSaved?.();
      close();
    },
  );
  return (
    <Modal opened onClose={close} title={`Exempt ${title}`} closeButtonProps={{ "aria-label": "Close" }}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          save.run();
        }}
      >
        <Where scopes={scopes} value={where} choose={setWhere} />
        <Select
          label="Why"
          description={exemptionReasonWords[reason].meaning}
          data={exemptionReasons
            .filter((value) => !isRule || value !== "not-reachable")
            .map((value) => ({ value, label: exemptionReasonWords[value].label }))}
          allowDeselect={false}
          value={reason}
          onChange={(value) => setReason(exemptionReasons.find((known) => known === value) ?? reason)}
          error={faultOf(save.problem, "/reason")}
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
        <Ends end={end} day={day} setEnd={setEnd} setDay={setDay} fault={faultOf(save.problem, "/expiresAt")} />
        {!isRule && (
          <Checkbox.Group
            label="It ends before that when"
            value={reopenOn}
            onChange={(chosen) => setReopenOn(reopenCauses.filter((cause) => chosen.includes(cause)))}
          >
            <div className={styles.choices}>
              {reopenCauses.map((cause) => (
                <Checkbox key={cause} value={cause} label={reopenWords[cause]} />
              ))}
            </div>
          </Checkbox.Group>
        )}
        <ExemptionPreview targets={targets} />
        {save.problem && (
          <p className={styles.fault} role="alert">
            {save.problem.detail}
          </p>
        )}
        <div className={styles.foot}>
          <Button onClick={close}>Cancel</Button>
          <Button
            type="submit"
            variant="filled"
            disabled={!note.trim() || (end === "date" && !day)}
            loading={save.isRunning}
          >
            Exempt
          </Button>
        </div>
      </form>
    </Modal>
  );
}

function Where({
  scopes,
  value,
  choose,
}: {
  scopes: readonly ScopeChoice[];
  value: string;
  choose: (value: string) => void;
}) {
  if (scopes.length <= 1) return scopes[0] ? <p className="bw-second">{scopes[0].label}</p> : null;
  if (scopes.length > MOST_RADIOS) {
    return (
      <Select
        label="Where"
        data={scopes.map((scope) => ({ value: scope.value, label: scope.label }))}
        allowDeselect={false}
        searchable
        value={value}
        onChange={(chosen) => choose(chosen ?? value)}
      />
    );
  }
  return (
    <Radio.Group label="Where" value={value} onChange={choose}>
      <div className={styles.choices}>
        {scopes.map((scope) => (
          <Radio key={scope.value} value={scope.value} label={scope.label} description={scope.meaning} />
        ))}
      </div>
    </Radio.Group>
  );
}

interface EndsProps {
  end: string;
  day: string;
  setEnd: (end: string) => void;
  setDay: (day: string) => void;
  fault: string | undefined;
}

function Ends({ end, day, setEnd, setDay, fault }: EndsProps) {
  return (
    <>
      <Select
        label="It ends"
        description={end === "" ? "Nothing brings it back to mind: an end is better" : "Then it counts again by itself"}
        data={ends}
        allowDeselect={false}
        value={end}
        onChange={(value) => setEnd(value ?? "")}
        error={fault}
      />
      {end === "date" && (
        <TextInput
          type="date"
          label="Day"
          description="It counts again when this day begins, in UTC"
          value={day}
          onChange={(event) => setDay(event.currentTarget.value)}
        />
      )}
    </>
  );
}

function endOf(end: string, day: string): string | null {
  if (end === "") return null;
  if (end === "date") return `${day}T00:00:00Z`;
  return new Date(Date.now() + Number(end) * DAY_MS).toISOString();
}
