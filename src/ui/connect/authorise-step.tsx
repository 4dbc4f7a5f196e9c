"use client";
import { PasswordInput, Switch, TagsInput, Textarea, TextInput } from "@mantine/core";
import { Icon } from "../icon.tsx";
import { CodeBlock } from "../text/code-block.tsx";
import styles from "./connect.module.css";
import { missingCredential, type RegistryDraft } from "./registry-draft.ts";
import { WizardFoot } from "./wizard.tsx";

interface Props {
  draft: RegistryDraft;
  change: (changes: Partial<RegistryDraft>) => void;
  /** Goes to step 3 and runs the test. */
  test: () => void;
}

const signIns = [
  { value: "password", title: "User name and password", text: "An account that may read" },
  { value: "repositoryToken", title: "Repository-scoped token", text: "Reads only the repositories you name" },
  { value: "anonymous", title: "Without an account", text: "The registry lets anybody read" },
] as const;

export function AuthoriseStep({ draft, change, test }: Props) {
  const why = missingCredential(draft);
  return (
    <form
      className={styles.body}
      onSubmit={(event) => {
        event.preventDefault();
        if (why === null) test();
      }}
    >
      <div>
        <h1>How may Breakwater sign in?</h1>
        <p className={styles.lead}>The credential is stored encrypted and is never shown again.</p>
      </div>
      <LeastRights draft={draft} />
      <fieldset className={styles.choices} style={{ border: 0, margin: 0, padding: 0 }}>
        <legend className="bw-hidden">Way of signing in</legend>
        {signIns.map((signIn) => (
          <label key={signIn.value} className={styles.choice}>
            <input
              type="radio"
              name="authKind"
              value={signIn.value}
              checked={draft.authKind === signIn.value}
              onChange={() => change({ authKind: signIn.value, tokenRealmHost: null })}
            />
            <b>{signIn.title}</b>
            <small>
              {signIn.value === "password" && draft.kind === "acr"
                ? "A service principal, an admin user or an account"
                : signIn.text}
            </small>
          </label>
        ))}
      </fieldset>
      <Credential draft={draft} change={change} />
      <details>
        <summary className="bw-link-button">Own certificate authority, or no TLS</summary>
        <div className={styles.fields} style={{ marginTop: 12 }}>
          <Textarea
            label="Certificate of your authority"
            description="PEM, when the registry's certificate is not from a public one"
            autosize
            minRows={3}
            maxRows={8}
            value={draft.caPem}
            onChange={(event) => change({ caPem: event.currentTarget.value })}
          />
          <Switch
            label="Allow an unencrypted connection"
            description="Passwords and images travel in the clear"
            checked={draft.plainHttp}
            onChange={(event) => change({ plainHttp: event.currentTarget.checked })}
          />
        </div>
      </details>
      <WizardFoot back={() => change({ step: 1 })} next={{ label: "Test the connection" }} why={why} />
    </form>
  );
}

function Credential({ draft, change }: Pick<Props, "draft" | "change">) {
  if (draft.authKind === "anonymous") return null;
  const isToken = draft.authKind === "repositoryToken";
  return (
    <div className={styles.fields}>
      <div className={styles.pair}>
        <TextInput
          size="md"
          label={isToken ? "Token name" : "User name"}
          autoComplete="off"
          spellCheck={false}
          value={draft.username}
          onChange={(event) => change({ username: event.currentTarget.value })}
        />
        <PasswordInput
          size="md"
          label={isToken ? "Token password" : draft.kind === "acr" ? "Password or client secret" : "Password"}
          autoComplete="new-password"
          value={draft.password}
          onChange={(event) => change({ password: event.currentTarget.value })}
        />
      </div>
      {isToken && (
        <TagsInput
          size="md"
          label="Repositories"
          description="Press Enter after each. Such a token cannot list the registry"
          placeholder={draft.repositories.length === 0 ? "shop/checkout-api" : ""}
          value={draft.repositories}
          onChange={(repositories) => change({ repositories })}
        />
      )}
    </div>
  );
}

function LeastRights({ draft }: { draft: RegistryDraft }) {
  const name =
    draft.url
      .trim()
      .replace(/^https?:\/\//, "")
      .split(".")[0] || "<registry>";
  return (
    <div className={styles.needs}>
      <b className="bw-medium">The least it needs</b>
      <ul>
        <li>
          <Icon name="check" size={14} />
          {draft.kind === "acr"
            ? "AcrPull on the registry, to list repositories and pull"
            : "Read on the catalog, on tags and on images"}
        </li>
        <li>
          <Icon name="cross" size={14} />
          No right to push, delete or manage
        </li>
      </ul>
      {draft.kind === "acr" && (
        <CodeBlock
          name="command that makes such an account"
          code={[
            "az ad sp create-for-rbac --name breakwater --role AcrPull \\",
            `  --scopes "$(az acr show --name ${name} --query id --output tsv)"`,
          ].join("\n")}
        />
      )}
    </div>
  );
}
