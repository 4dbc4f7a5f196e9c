"use client";
import { Select, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";
import type { HostDetail } from "#queries/host-detail.ts";
import { useChange } from "../data/use-change.ts";
import { SaveLine } from "../registry/save-line.tsx";
import styles from "./host.module.css";
import { type PolicyField, policyFields, policyOf, policyTexts } from "./policy-fields.ts";

/** What this host is expected to be. Empty fields follow the site, then the benchmark. */
export function PolicyForm({ host, isAdmin }: { host: HostDetail; isAdmin: boolean }) {
  const saved = policyTexts(host.policy);
  const [texts, setTexts] = useState(saved);
  const save = useChange(() => ({
    method: "PATCH",
    path: `/api/v1/hosts/${host.id}`,
    body: { policy: policyOf(texts, host.policy) },
  }));
  const fault = (key: string) =>
    save.problem?.errors.find(({ pointer }) => pointer === `/policy/${key}` || pointer.startsWith(`/policy/${key}/`))
      ?.detail;
  return (
    <section>
      <h2 className="bw-h2">Expectations</h2>
      <p>
        They decide controls. An empty field follows the site, then the benchmark. Saving assesses the last report
        again.
      </p>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          save.run();
        }}
      >
        {policyFields.map((field) => (
          <Field
            key={field.key}
            field={field}
            value={texts[field.key] ?? ""}
            isAdmin={isAdmin}
            fault={fault(field.key)}
            change={(text) => setTexts({ ...texts, [field.key]: text })}
          />
        ))}
        {isAdmin && <SaveLine change={save} isChanged={JSON.stringify(texts) !== JSON.stringify(saved)} />}
      </form>
    </section>
  );
}

interface FieldProps {
  field: PolicyField;
  value: string;
  isAdmin: boolean;
  fault: string | undefined;
  change: (text: string) => void;
}

function Field({ field, value, isAdmin, fault, change }: FieldProps) {
  const common = { label: field.label, description: field.hint, readOnly: !isAdmin, error: fault };
  if (field.kind === "switch") {
    return (
      <Select
        {...common}
        data={[
          { value: "", label: "As the site says" },
          { value: "true", label: "Yes" },
          { value: "false", label: "No" },
        ]}
        allowDeselect={false}
        value={value}
        onChange={(next) => change(next ?? "")}
      />
    );
  }
  if (field.kind === "list") {
    return (
      <Textarea
        {...common}
        placeholder="One per line"
        autosize
        minRows={1}
        spellCheck={false}
        value={value}
        onChange={(event) => change(event.currentTarget.value)}
      />
    );
  }
  return (
    <TextInput
      {...common}
      placeholder={field.kind === "ports" ? "443, 8080" : ""}
      inputMode={field.kind === "number" ? "numeric" : "text"}
      value={field.kind === "ports" ? value.replaceAll("\n", ", ") : value}
      onChange={(event) => change(event.currentTarget.value)}
    />
  );
}
