"use client";
import { Checkbox, Textarea, TextInput } from "@mantine/core";
import Link from "next/link";
import { links } from "#domain/links.ts";
import type { Change } from "../data/use-change.ts";
import { plural } from "../text/format-number.ts";
import styles from "./connect.module.css";
import type { Enrolment } from "./connect-host-view.tsx";
import { type HostDraft, missingOf } from "./host-draft.ts";
import { HostPromises } from "./host-promises.tsx";
import { ThisMachines } from "./this-machine.tsx";
import { WizardFoot } from "./wizard.tsx";

interface Props {
  draft: HostDraft;
  change: (changes: Partial<HostDraft>) => void;
  create: Change<void, Enrolment>;
  /** Enrolment tokens that still work. */
  tokens: number;
}

const kinds = [
  { value: "one", title: "One host", text: "A line to paste. Its token works once, within 1 hour" },
  { value: "fleet", title: "A fleet", text: "cloud-init, Ansible or an image. One token for many hosts" },
] as const;

/** One host or many, and how far the token reaches. */
export function HostChooseStep({ draft, change, create, tokens }: Props) {
  const text = (name: "name" | "uses" | "hours") => ({
    size: "md" as const,
    value: draft[name],
    autoComplete: "off",
    onChange: (event: { currentTarget: { value: string } }) => change({ [name]: event.currentTarget.value }),
  });
  const addressFault = create.problem?.errors.find(({ pointer }) => pointer.startsWith("/allowedAddresses"))?.detail;
  return (
    <form
      className={styles.body}
      onSubmit={(event) => {
        event.preventDefault();
        if (missingOf(draft) === null) create.run();
      }}
    >
      <div>
        <h1>Which Docker hosts?</h1>
        <p className={styles.lead}>An agent on the host reads its configuration and reports it. It changes nothing.</p>
      </div>
      <ThisMachines />
      <h2 className={styles.lesser}>Another machine</h2>
      <fieldset className={styles.choices} style={{ border: 0, margin: 0, padding: 0 }}>
        <legend className="bw-hidden">How many hosts</legend>
        {kinds.map((kind) => (
          <label key={kind.value} className={styles.choice}>
            <input
              type="radio"
              name="kind"
              value={kind.value}
              checked={draft.kind === kind.value}
              onChange={() => change({ kind: kind.value })}
            />
            <b>{kind.title}</b>
            <small>{kind.text}</small>
          </label>
        ))}
      </fieldset>
      {draft.kind === "fleet" && (
        <div className={styles.fields}>
          <TextInput
            label="Name"
            description="How the token is called in lists"
            placeholder="Build agents"
            {...text("name")}
          />
          <div className={styles.pair}>
            <TextInput label="Hosts at most" inputMode="numeric" {...text("uses")} />
            <TextInput label="Works for, hours" inputMode="numeric" {...text("hours")} />
          </div>
          <Textarea
            size="md"
            label="Only from these addresses"
            description="One address or range per line. Empty allows every address"
            placeholder="10.20.0.0/16"
            autosize
            minRows={2}
            spellCheck={false}
            value={draft.addresses}
            error={addressFault}
            onChange={(event) => change({ addresses: event.currentTarget.value })}
          />
          <Checkbox
            label="New hosts wait until an admin approves them"
            checked={draft.needsApproval}
            onChange={(event) => change({ needsApproval: event.currentTarget.checked })}
          />
        </div>
      )}
      <HostPromises />
      {tokens > 0 && (
        <p className="bw-muted">
          {plural(tokens, "enrolment token")} still {tokens === 1 ? "works" : "work"}.{" "}
          <Link href={links.settings("tokens")}>Look at the tokens</Link>
        </p>
      )}
      <WizardFoot
        next={{
          label: draft.kind === "one" ? "Show the line to paste" : "Make the token",
          isRunning: create.isRunning,
        }}
        why={missingOf(draft)}
        fault={create.problem?.detail ?? null}
      />
    </form>
  );
}
