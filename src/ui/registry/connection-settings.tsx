"use client";
import { PasswordInput, TextInput } from "@mantine/core";
import { useState } from "react";
import type { RegistryRights } from "#domain/registry-rights.ts";
import type { RegistryDetail } from "#queries/registry/registry-detail.ts";
import { faultOf } from "../data/problem.ts";
import { useChange } from "../data/use-change.ts";
import { RelativeTime } from "../text/relative-time.tsx";
import styles from "./registry.module.css";
import { RightsList } from "./rights-list.tsx";
import { SaveLine } from "./save-line.tsx";

/** The rights that were found, and a form that replaces the credential after testing the new one. */
export function ConnectionSettings({ registry, isAdmin }: { registry: RegistryDetail; isAdmin: boolean }) {
  return (
    <section id="connection">
      <h2 className="bw-h2">Connection</h2>
      <p>
        {registry.rights ? (
          <>
            Rights tested <RelativeTime at={registry.rights.testedAt} ago />
            {registry.rights.triedOn && `, pull on ${registry.rights.triedOn}`}.
          </>
        ) : (
          "Rights were not tested yet."
        )}
      </p>
      <div className="bw-stack">
        {registry.rights && <RightsList rights={registry.rights} />}
        {isAdmin && !registry.isDemo && registry.authKind !== "anonymous" && <CredentialForm registry={registry} />}
      </div>
    </section>
  );
}

function CredentialForm({ registry }: { registry: RegistryDetail }) {
  const [form, setForm] = useState({ username: registry.username ?? "", password: "" });
  const rotate = useChange<void, { rights: RegistryRights }>(
    () => ({
      method: "POST",
      path: `/api/v1/registries/${registry.id}/secret`,
      body: { what: "credential", ...form },
    }),
    () => setForm((current) => ({ ...current, password: "" })),
  );
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        rotate.run();
      }}
    >
      <h3 className="bw-h3">Replace the credential</h3>
      <TextInput
        label="User name"
        autoComplete="off"
        value={form.username}
        error={faultOf(rotate.problem, "/username")}
        onChange={(event) => setForm({ ...form, username: event.currentTarget.value })}
      />
      <PasswordInput
        label="New password or token"
        description="It is tested first. The old one stays when the test fails."
        autoComplete="new-password"
        value={form.password}
        error={faultOf(rotate.problem, "/password")}
        onChange={(event) => setForm({ ...form, password: event.currentTarget.value })}
      />
      <SaveLine change={rotate} isChanged={form.password !== ""} label="Test and replace" />
    </form>
  );
}
