"use client";
import { NumberInput, Switch, TagsInput } from "@mantine/core";
import { useState } from "react";
import type { RegistryDetail } from "#queries/registry/registry-detail.ts";
import { faultOf } from "../data/problem.ts";
import { useChange } from "../data/use-change.ts";
import styles from "./registry.module.css";
import { SaveLine } from "./save-line.tsx";

/** Which tags and repositories are followed, and how often the whole registry is compared. */
export function RulesForm({ registry, isAdmin }: { registry: RegistryDetail; isAdmin: boolean }) {
  const { settings } = registry;
  const [form, setForm] = useState({
    ignoreTags: settings.ignoreTags,
    repositories: settings.repositories ?? [],
    reconcileMinutes: settings.reconcileMinutes,
    retireUntagged: settings.retireUntagged,
  });
  const save = useChange(() => ({
    method: "PATCH",
    path: `/api/v1/registries/${registry.id}`,
    body: { ...form, repositories: form.repositories.length > 0 ? form.repositories : null },
  }));
  const saved = {
    ignoreTags: settings.ignoreTags,
    repositories: settings.repositories ?? [],
    reconcileMinutes: settings.reconcileMinutes,
    retireUntagged: settings.retireUntagged,
  };
  return (
    <section>
      <h2 className="bw-h2">What is scanned</h2>
      <p>Changed rules compare the registry again at once.</p>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          save.run();
        }}
      >
        <TagsInput
          label="Tags that are not followed"
          description="* stands for any characters: cache-*, pr-*"
          placeholder={form.ignoreTags.length === 0 ? "None" : ""}
          value={form.ignoreTags}
          readOnly={!isAdmin}
          error={faultOf(save.problem, "/ignoreTags")}
          onChange={(ignoreTags) => setForm({ ...form, ignoreTags })}
        />
        <TagsInput
          label="Only these repositories"
          description="Empty: all that the registry lists"
          placeholder={form.repositories.length === 0 ? "All" : ""}
          value={form.repositories}
          readOnly={!isAdmin}
          error={faultOf(save.problem, "/repositories")}
          onChange={(repositories) => setForm({ ...form, repositories })}
        />
        <NumberInput
          label="Compare every"
          description="Finds what events missed, 5 to 1440 min"
          suffix=" min"
          min={5}
          max={1440}
          value={form.reconcileMinutes}
          readOnly={!isAdmin}
          error={faultOf(save.problem, "/reconcileMinutes")}
          onChange={(value) => setForm({ ...form, reconcileMinutes: Number(value) || 15 })}
        />
        <Switch
          label="Images without a tag count as gone"
          checked={form.retireUntagged}
          disabled={!isAdmin}
          onChange={(event) => setForm({ ...form, retireUntagged: event.currentTarget.checked })}
        />
        {isAdmin && <SaveLine change={save} isChanged={JSON.stringify(form) !== JSON.stringify(saved)} />}
      </form>
    </section>
  );
}
