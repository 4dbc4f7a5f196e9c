"use client";
import { Select, Textarea, TextInput } from "@mantine/core";
import type { ReactNode } from "react";
import { Tag } from "../marks/tag.tsx";
import styles from "./policy.module.css";
import { type PolicyField, type PolicyTexts, policyGroups, policyValueText } from "./policy-fields.ts";

/** What holds where nothing is set here. */
export interface Inherited {
  value: unknown;
  from: "site" | "benchmark";
}

interface Props {
  texts: PolicyTexts;
  change: (texts: PolicyTexts) => void;
  isAdmin: boolean;
  inherited: (key: string) => Inherited;
  fault: (key: string) => string | undefined;
  /** Stands below a field, for example how many hosts say otherwise. */
  note?: (key: string) => ReactNode;
}

const fromWords = { site: "From the site", benchmark: "Benchmark" } as const;

/** Every expectation by topic. What is not set here shows the value that holds, and where it comes from. */
export function PolicyFieldset({ texts, change, isAdmin, inherited, fault, note }: Props) {
  return (
    <div className={styles.groups}>
      {policyGroups.map((group) => (
        <fieldset key={group.title} className={styles.group}>
          <legend>{group.title}</legend>
          {group.fields.map((field) => (
            <Expectation
              key={field.key}
              field={field}
              text={texts[field.key] ?? null}
              isAdmin={isAdmin}
              inherited={inherited(field.key)}
              fault={fault(field.key)}
              change={(text) => change({ ...texts, [field.key]: text })}
            >
              {note?.(field.key)}
            </Expectation>
          ))}
        </fieldset>
      ))}
    </div>
  );
}

interface ExpectationProps {
  field: PolicyField;
  text: string | null;
  isAdmin: boolean;
  inherited: Inherited;
  fault: string | undefined;
  change: (text: string | null) => void;
  children: ReactNode;
}

function Expectation({ field, text, isAdmin, inherited, fault, change, children }: ExpectationProps) {
  const id = `expect-${field.key}`;
  const isSet = text !== null;
  return (
    <div className={styles.field} data-set={isSet || undefined}>
      <div className={styles.fieldHead}>
        <label htmlFor={isSet ? id : undefined}>{field.label}</label>
        {isSet ? <Tag tone="line">Set here</Tag> : <span className="bw-sub">{fromWords[inherited.from]}</span>}
        {isAdmin && (
          <button
            type="button"
            className="bw-link-button"
            aria-label={isSet ? `Do not set ${field.label}` : `Set ${field.label}`}
            onClick={() => change(isSet ? null : startText(field, inherited.value))}
          >
            {isSet ? "Do not set" : "Set"}
          </button>
        )}
      </div>
      <p className="bw-sub">{field.hint}</p>
      {isSet ? (
        <FieldInput id={id} field={field} text={text} isAdmin={isAdmin} fault={fault} change={change} />
      ) : (
        <p className={styles.inherited}>{policyValueText(inherited.value)}</p>
      )}
      {children}
    </div>
  );
}

/** A field that is set starts with the value that held until now. */
function startText(field: PolicyField, value: unknown): string {
  if (Array.isArray(value)) return value.map(String).join(field.kind === "ports" ? ", " : "\n");
  return value === undefined || value === null ? "" : String(value);
}

interface InputProps {
  id: string;
  field: PolicyField;
  text: string;
  isAdmin: boolean;
  fault: string | undefined;
  change: (text: string) => void;
}

function FieldInput({ id, field, text, isAdmin, fault, change }: InputProps) {
  const common = { id, readOnly: !isAdmin, error: fault };
  if (field.kind === "switch") {
    return (
      <Select
        {...common}
        data={[
          { value: "true", label: "Yes" },
          { value: "false", label: "No" },
        ]}
        allowDeselect={false}
        value={text}
        onChange={(next) => change(next ?? "false")}
      />
    );
  }
  if (field.kind === "list") {
    return (
      <Textarea
        {...common}
        placeholder="None. One per line"
        autosize
        minRows={1}
        maxRows={12}
        spellCheck={false}
        value={text}
        onChange={(event) => change(event.currentTarget.value)}
      />
    );
  }
  return (
    <TextInput
      {...common}
      placeholder={field.kind === "ports" ? "None. For example 443, 8080" : ""}
      inputMode={field.kind === "number" ? "numeric" : "text"}
      value={field.kind === "ports" ? text.replaceAll("\n", ", ") : text}
      onChange={(event) => change(event.currentTarget.value)}
    />
  );
}
