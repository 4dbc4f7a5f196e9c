"use client";
import { Autocomplete, Button, Modal } from "@mantine/core";
import { useState } from "react";
import type { OwnerSettingsView } from "#queries/owner/owner-settings-view.ts";
import { faultOf } from "../data/problem.ts";
import { useChange } from "../data/use-change.ts";
import { useView } from "../data/use-view.ts";
import { plural } from "../text/format-number.ts";
import styles from "./owner.module.css";

/** A registry or host by its id, or a repository of a registry. */
export interface OwnerTarget {
  rootId: string;
  repositoryId?: string;
}

interface Props {
  targets: readonly OwnerTarget[];
  /** One and many: `["repository", "repositories"]`. */
  noun: [one: string, many: string];
  close: () => void;
  onSaved?: () => void;
}

/** Asks who answers for the chosen resources. For analysts. */
export function AssignOwnerDialog({ targets, noun, close, onSaved }: Props) {
  const [owner, setOwner] = useState("");
  const owners = useView<OwnerSettingsView>({ view: "owners" });
  const save = useChange(
    () => ({
      method: "POST",
      path: "/api/v1/owners/assignments",
      body: { owner: owner.trim() || null, targets },
    }),
    () => {
      onSaved?.();
      close();
    },
  );
  const hasRepositories = targets.some(({ repositoryId }) => repositoryId !== undefined);
  return (
    <Modal
      opened
      onClose={close}
      title={`Owner of ${plural(targets.length, noun[0], noun[1])}`}
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          save.run();
        }}
      >
        <Autocomplete
          label="Owner"
          description="The team that answers for it. Left empty, rules and the default decide"
          data={(owners.data?.owners ?? []).map(({ name }) => name)}
          value={owner}
          onChange={setOwner}
          error={faultOf(save.problem, "/owner")}
          data-autofocus
        />
        <p className="bw-second">
          {hasRepositories
            ? "Each repository gets a rule for its exact name. An image whose label names an owner keeps that one."
            : "A rule that names a host comes before what is set here."}
        </p>
        {save.problem && (
          <p className={styles.fault} role="alert">
            {save.problem.detail}
          </p>
        )}
        <div className={styles.foot}>
          <Button onClick={close}>Cancel</Button>
          <Button type="submit" variant="filled" loading={save.isRunning}>
            {owner.trim() ? "Set owner" : "Take owner away"}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
