"use client";
import { Button, Modal, TextInput } from "@mantine/core";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { links } from "#domain/links.ts";
import type { RegistryDetail } from "#queries/registry/registry-detail.ts";
import { useChange } from "../data/use-change.ts";
import { plural } from "../text/format-number.ts";
import styles from "./registry.module.css";

/** Disconnects after the name was typed. Says what is lost before it asks. */
export function DisconnectSection({ registry }: { registry: RegistryDetail }) {
  const [isOpen, setOpen] = useState(false);
  const [typed, setTyped] = useState("");
  const router = useRouter();
  const disconnect = useChange(
    () => ({ method: "DELETE", path: `/api/v1/registries/${registry.id}`, body: { confirmName: typed } }),
    () => router.push(links.containers()),
  );
  const isRight = typed.trim() === registry.name;
  return (
    <section>
      <h2 className="bw-h2">Disconnect</h2>
      <p>
        {plural(registry.images, "image")} leave every list and figure. History stays, the credential and the webhook
        token are forgotten.
      </p>
      <Button onClick={() => setOpen(true)}>Disconnect {registry.name}</Button>
      <Modal
        opened={isOpen}
        onClose={() => setOpen(false)}
        title={`Disconnect ${registry.name}`}
        closeButtonProps={{ "aria-label": "Close" }}
      >
        <form
          className="bw-stack"
          onSubmit={(event) => {
            event.preventDefault();
            if (isRight) disconnect.run();
          }}
        >
          <p>
            {plural(registry.images, "image")} in {plural(registry.repositories, "repository", "repositories")} leave
            the list. History stays. Pushes are no longer scanned. To come back, connect the registry again with a new
            credential.
          </p>
          <TextInput
            label={`Type ${registry.name} to confirm`}
            value={typed}
            data-autofocus
            autoComplete="off"
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
          <div className={styles.buttons} style={{ justifyContent: "flex-end" }}>
            <span
              role="status"
              className={disconnect.problem ? styles.fault : "bw-muted"}
              style={{ marginRight: "auto" }}
            >
              {disconnect.problem?.detail ?? (isRight ? "" : "The name is not typed yet")}
            </span>
            <Button onClick={() => setOpen(false)}>Keep it</Button>
            <Button type="submit" variant="filled" disabled={!isRight} loading={disconnect.isRunning}>
              Disconnect
            </Button>
          </div>
        </form>
      </Modal>
    </section>
  );
}
