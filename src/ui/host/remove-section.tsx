"use client";
import { Button, Modal, TextInput } from "@mantine/core";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { links } from "#domain/links.ts";
import type { HostDetail } from "#queries/host/host-detail.ts";
import { useChange } from "../data/use-change.ts";
import { plural } from "../text/format-number.ts";
import styles from "./host.module.css";

/** Removes a host after its name was typed. Says what is lost before it asks. */
export function RemoveSection({ host }: { host: HostDetail }) {
  const [isOpen, setOpen] = useState(false);
  const [typed, setTyped] = useState("");
  const router = useRouter();
  const remove = useChange(
    () => ({ method: "DELETE", path: `/api/v1/hosts/${host.id}` }),
    () => router.push(`${links.containers()}?type=host`),
  );
  // Further engines hang on the agent of the first.
  const others = host.parentHostId === null ? host.otherEngines.length : 0;
  const isRight = typed.trim() === host.name;
  return (
    <section>
      <h2 className="bw-h2">Remove</h2>
      <p>
        The host leaves every list and figure and its agent's token stops working at once. History and audit stay.
        {others > 0 && ` ${plural(others, "further engine")} of this machine ${others === 1 ? "goes" : "go"} with it.`}
        {host.parentHostId !== null &&
          " The machine's other engines stay. This one comes back only when the machine is enrolled again."}
      </p>
      <Button onClick={() => setOpen(true)}>Remove {host.name}</Button>
      <Modal
        opened={isOpen}
        onClose={() => setOpen(false)}
        title={`Remove ${host.name}`}
        closeButtonProps={{ "aria-label": "Close" }}
      >
        <form
          className="bw-stack"
          onSubmit={(event) => {
            event.preventDefault();
            if (isRight) remove.run();
          }}
        >
          <p>
            {plural((host.containersRunning ?? 0) + (host.containersStopped ?? 0), "container")} and{" "}
            {plural(host.imagesTotal ?? 0, "image")} of this host leave the pages, and so do its confirmations and
            expectations.{" "}
            {host.parentHostId === null
              ? "The agent on the host goes on asking and is refused: stop it there with systemctl disable --now breakwater-agent. To come back, enrol the host again."
              : "The agent goes on with the machine's other engines."}
          </p>
          <TextInput
            label={`Type ${host.name} to confirm`}
            value={typed}
            data-autofocus
            autoComplete="off"
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
          <div className="bw-row bw-wrap">
            <span role="status" className={remove.problem ? styles.fault : "bw-muted"} style={{ marginRight: "auto" }}>
              {remove.problem?.detail ?? (isRight ? "" : "The name is not typed yet")}
            </span>
            <Button onClick={() => setOpen(false)}>Keep it</Button>
            <Button type="submit" variant="filled" disabled={!isRight} loading={remove.isRunning}>
              Remove
            </Button>
          </div>
        </form>
      </Modal>
    </section>
  );
}
