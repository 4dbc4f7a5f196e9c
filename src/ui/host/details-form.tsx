"use client";
import { TextInput } from "@mantine/core";
import { useState } from "react";
import type { HostDetail } from "#queries/host/host-detail.ts";
import { faultOf } from "../data/problem.ts";
import { useChange } from "../data/use-change.ts";
import { SaveLine } from "../registry/save-line.tsx";
import styles from "./host.module.css";

/** Name, owner and environment. */
export function DetailsForm({ host, isAdmin }: { host: HostDetail; isAdmin: boolean }) {
  const saved = { name: host.name, owner: host.owner ?? "", environment: host.environment ?? "" };
  const [form, setForm] = useState(saved);
  const save = useChange(() => ({
    method: "PATCH",
    path: `/api/v1/hosts/${host.id}`,
    body: { name: form.name, owner: form.owner.trim() || null, environment: form.environment.trim() || null },
  }));
  const isChanged = JSON.stringify(form) !== JSON.stringify(saved);
  const field = (name: keyof typeof form) => ({
    value: form[name],
    readOnly: !isAdmin,
    error: faultOf(save.problem, `/${name}`),
    onChange: (event: { currentTarget: { value: string } }) => setForm({ ...form, [name]: event.currentTarget.value }),
  });
  return (
    <section>
      <h2 className="bw-h2">Details</h2>
      <p>Whose host it is and what it is for. Lists filter by both.</p>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          save.run();
        }}
      >
        <TextInput label="Name" description={`The machine calls itself ${host.hostname}`} {...field("name")} />
        <TextInput label="Owner" description="The team that answers for it" {...field("owner")} />
        <TextInput label="Environment" description="For example Production or Build" {...field("environment")} />
        {isAdmin && <SaveLine change={save} isChanged={isChanged} />}
      </form>
    </section>
  );
}
