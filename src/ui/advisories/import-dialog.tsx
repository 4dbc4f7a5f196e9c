"use client";
import { Button, Modal, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { faultOf } from "../data/problem.ts";
import { useChange } from "../data/use-change.ts";
import { formatBytes } from "../text/format-number.ts";
import styles from "./advisories.module.css";
import { type Upload, uploadFile } from "./upload-file.ts";

/** Imports advisories from an address or a file. The import then shows in the list, where it goes on without this dialog. */
export function ImportDialog({ isOpen, close }: { isOpen: boolean; close: () => void }) {
  return (
    <Modal
      opened={isOpen}
      onClose={close}
      title="Import advisories"
      closeButtonProps={{ "aria-label": "Close" }}
      size={520}
    >
      <div className={styles.form}>
        <FromAddress close={close} />
        <FromFile close={close} />
      </div>
    </Modal>
  );
}

function FromAddress({ close }: { close: () => void }) {
  const [url, setUrl] = useState("");
  const change = useChange(
    () => ({ method: "POST", path: "/api/v1/advisories/imports", body: { url: url.trim() } }),
    close,
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.run();
  };
  return (
    <form onSubmit={submit} className={styles.form}>
      <TextInput
        label="Address"
        description="An OSV zip or NDJSON, Alpine secdb, Debian tracker, KEV or EPSS file that this server can reach."
        placeholder="https://mirror.example.com/osv/Debian.zip"
        value={url}
        onChange={(event) => setUrl(event.currentTarget.value)}
        error={change.problem ? (faultOf(change.problem, "/url") ?? change.problem.detail) : undefined}
        data-autofocus
      />
      <div className={styles.foot}>
        <Button type="submit" variant="filled" loading={change.isRunning} disabled={!url.trim()}>
          Import from the address
        </Button>
      </div>
    </form>
  );
}

function FromFile({ close }: { close: () => void }) {
  const client = useQueryClient();
  const [file, setFile] = useState<File | null>(null);
  const [upload, setUpload] = useState<Upload | null>(null);
  const start = () => {
    if (!file) return;
    uploadFile(`/api/v1/advisories/upload?name=${encodeURIComponent(file.name)}`, file, (next) => {
      setUpload(next);
      if (next.state !== "done") return;
      void client.invalidateQueries({ queryKey: ["view"] });
      setUpload(null);
      setFile(null);
      close();
    });
  };
  const share = upload && upload.total > 0 ? Math.round((upload.sent / upload.total) * 100) : 0;
  return (
    <div className={styles.form}>
      <label className={styles.file}>
        <span className="bw-medium">File</span>
        <span className="bw-small bw-muted">For sites without internet. Up to 1 GB, plain, gzip or zip.</span>
        <input
          type="file"
          accept=".json,.ndjson,.gz,.zip,.csv"
          onChange={(event) => {
            setFile(event.currentTarget.files?.[0] ?? null);
            setUpload(null);
          }}
        />
      </label>
      {upload?.state === "sending" && (
        <div role="status">
          <div className={styles.progress}>
            <span style={{ width: `${share}%` }} />
          </div>
          <span className="bw-small bw-second">
            {formatBytes(upload.sent)} of {formatBytes(upload.total)}
          </span>
        </div>
      )}
      {upload?.state === "failed" && (
        <p className="bw-signal" role="alert">
          {upload.reason}
        </p>
      )}
      <div className={styles.foot}>
        <Button onClick={start} disabled={!file || upload?.state === "sending"}>
          Upload and import
        </Button>
      </div>
    </div>
  );
}
