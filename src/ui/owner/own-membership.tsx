"use client";
import { Button, TagsInput } from "@mantine/core";
import { useState } from "react";
import type { OwnerSettingsView } from "#queries/owner/owner-settings-view.ts";
import { useChange } from "../data/use-change.ts";
import styles from "./owner.module.css";

/** The owners that the signed-in person belongs to: what "Mine" shows in lists. */
export function OwnMembership({ data }: { data: OwnerSettingsView }) {
  const [mine, setMine] = useState(data.mine);
  const save = useChange(() => ({ method: "PUT", path: "/api/v1/me/owners", body: { owners: mine } }));
  const isChanged = JSON.stringify(mine) !== JSON.stringify(data.mine);
  return (
    <section className={styles.section} aria-label="Mine">
      <h2 className="bw-h2">Mine</h2>
      <TagsInput
        label="You belong to"
        description="The filter Mine shows what these answer for. It grants nothing"
        data={data.owners.map(({ name }) => name)}
        value={mine}
        onChange={setMine}
      />
      {save.problem && (
        <p className={styles.fault} role="alert">
          {save.problem.detail}
        </p>
      )}
      <div>
        <Button disabled={!isChanged} loading={save.isRunning} onClick={() => save.run()}>
          Save mine
        </Button>
      </div>
    </section>
  );
}
