"use client";
import { Button, Textarea } from "@mantine/core";
import { useState } from "react";
import type { HostControl } from "#queries/host/host-controls.ts";
import { faultOf } from "#ui/data/problem.ts";
import { useChange } from "#ui/data/use-change.ts";
import styles from "#ui/host/host.module.css";
import { useMay } from "#ui/shell/frame-context.tsx";
import { formatMinute } from "#ui/text/relative-time.tsx";

interface Props {
  hostId: string;
  control: HostControl;
  /** What to look at before confirming. */
  advice: string | null;
}

/** A control that evidence cannot answer: who confirmed it and when, and the form to do so. */
export function ConfirmForm({ hostId, control, advice }: Props) {
  const isAnalyst = useMay("analyst");
  const [note, setNote] = useState("");
  const isConfirmed = control.confirmedAt !== null && control.status === "healthy";
  const confirm = useChange<boolean>(
    (confirmed) => ({
      method: "POST",
      path: "/api/v1/confirmations",
      body: { ruleId: control.ruleId, rootId: hostId, confirmed, note },
    }),
    () => setNote(""),
  );
  return (
    <section className={styles.confirm} aria-label="Confirmation">
      <h3 className={styles.label}>{isConfirmed ? "Confirmed by a person" : "A person has to confirm this"}</h3>
      {control.confirmedAt && (
        <p>
          <b>{control.confirmedBy ?? "Somebody"}</b>, {formatMinute(control.confirmedAt)}
          {control.status === "manual" && " (no longer counts)"}: {control.confirmedNote}
        </p>
      )}
      {!isConfirmed && advice && <p className="bw-second">{advice}</p>}
      {isAnalyst ? (
        <form
          className={styles.confirmForm}
          onSubmit={(event) => {
            event.preventDefault();
            confirm.run(!isConfirmed);
          }}
        >
          <Textarea
            label="Note"
            description="What was checked, or where the evidence is"
            autosize
            minRows={2}
            value={note}
            error={faultOf(confirm.problem, "/note")}
            onChange={(event) => setNote(event.currentTarget.value)}
          />
          <div className="bw-row bw-wrap">
            <Button
              type="submit"
              variant={isConfirmed ? "default" : "filled"}
              disabled={!note.trim()}
              loading={confirm.isRunning}
            >
              {isConfirmed ? "Withdraw" : "Confirm"}
            </Button>
            <span role="status" className={confirm.problem ? styles.fault : "bw-muted"}>
              {confirm.problem?.detail ??
                (note.trim()
                  ? ""
                  : confirm.result !== undefined
                    ? "Recorded, the last report is assessed again"
                    : "Write a note first. Your name and the time are kept with it")}
            </span>
          </div>
        </form>
      ) : (
        <p className="bw-muted">An analyst or admin confirms it.</p>
      )}
    </section>
  );
}
