"use client";
import { TextInput } from "@mantine/core";
import styles from "./connect.module.css";
import { missingAddress, type RegistryDraft } from "./registry-draft.ts";
import { WizardFoot } from "./wizard.tsx";

interface Props {
  draft: RegistryDraft;
  change: (changes: Partial<RegistryDraft>) => void;
  /** Given when the wizard was resumed: starts it over. */
  restart?: () => void;
}

const kinds = [
  { value: "acr", title: "Azure Container Registry", text: "Azure's registry, with its tokens, events and webhooks" },
  { value: "oci", title: "Another registry", text: "Docker Distribution, Harbor or any other that speaks OCI" },
] as const;

export function ChooseStep({ draft, change, restart }: Props) {
  return (
    <form
      className={styles.body}
      onSubmit={(event) => {
        event.preventDefault();
        if (missingAddress(draft) === null) change({ step: 2, tokenRealmHost: null });
      }}
    >
      <div>
        <h1>Which registry?</h1>
        <p className={styles.lead}>Breakwater reads it. It never pushes, retags or deletes.</p>
      </div>
      {restart && (
        <p className="bw-second">
          This goes on where you left it.{" "}
          <button type="button" className="bw-link-button" onClick={restart}>
            Start over
          </button>
        </p>
      )}
      <fieldset className={styles.choices} style={{ border: 0, margin: 0, padding: 0 }}>
        <legend className="bw-hidden">Kind of registry</legend>
        {kinds.map((kind) => (
          <label key={kind.value} className={styles.choice}>
            <input
              type="radio"
              name="kind"
              value={kind.value}
              checked={draft.kind === kind.value}
              onChange={() => change({ kind: kind.value })}
            />
            <b>{kind.title}</b>
            <small>{kind.text}</small>
          </label>
        ))}
      </fieldset>
      <TextInput
        size="md"
        label={draft.kind === "acr" ? "Login server" : "Address"}
        description={
          draft.kind === "acr"
            ? "On the overview page of the registry in the Azure portal"
            : "Host name, with port when it is not 443. Leave out repository and path"
        }
        placeholder={draft.kind === "acr" ? "shopregistry.azurecr.io" : "registry.example.net:5000"}
        autoComplete="off"
        spellCheck={false}
        value={draft.url}
        onChange={(event) => change({ url: event.currentTarget.value })}
      />
      <WizardFoot next={{ label: "Next" }} why={missingAddress(draft)} />
    </form>
  );
}
