"use client";
import { TextInput } from "@mantine/core";
import { useState } from "react";
import type { RegistryDetail } from "#queries/registry/registry-detail.ts";
import { faultOf } from "../data/problem.ts";
import { useChange } from "../data/use-change.ts";
import styles from "./registry.module.css";
import { SaveLine } from "./save-line.tsx";

/** Name, owner and environment. */
export function DetailsForm({ registry, isAdmin }: { registry: RegistryDetail; isAdmin: boolean }) {
  const [form, setForm] = useState({
    name: registry.name,
    owner: registry.owner ?? "",
    environment: registry.environment ?? "",
  });
  const save = useChange(() => ({
    method: "PATCH",
    path: `/api/v1/registries/${registry.id}`,
    body: { name: form.name, owner: form.owner.trim() || null, environment: form.environment.trim() || null },
  }));
  const isChanged =
    form.name !== registry.name ||
    form.owner !== (registry.owner ?? "") ||
    form.environment !== (registry.environment ?? "");
  const field = (name: keyof typeof form) => ({
    value: form[name],
    readOnly: !isAdmin,
    error: faultOf(save.problem, `/${name}`),
    onChange: (event: { currentTarget: { value: string } }) => setForm({ ...form, [name]: event.currentTarget.value }),
  });
  return (
    <section>
      <h2 className="bw-h2">Details</h2>
      <p>Whose registry it is and what it is for. Lists filter by both.</p>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          save.run();
        }}
      >
        <TextInput label="Name" {...field("name")} />
        <TextInput label="Owner" description="The team that answers for it" {...field("owner")} />
        <TextInput label="Environment" description="For example Production or Staging" {...field("environment")} />
        {isAdmin && <SaveLine change={save} isChanged={isChanged} />}
      </form>
    </section>
  );
}
