"use client";
import { useState } from "react";
import type { RegistryRights } from "#domain/registry-rights.ts";
import { useChange } from "../data/use-change.ts";
import { Page } from "../shell/page.tsx";
import { AuthoriseStep } from "./authorise-step.tsx";
import { ChooseStep } from "./choose-step.tsx";
import { type Connected, DoneStep } from "./done-step.tsx";
import { toConnection, useRegistryDraft } from "./registry-draft.ts";
import { TestStep } from "./test-step.tsx";
import { Wizard } from "./wizard.tsx";

/** Connects a registry: choose → authorise → test → done. Goes on where it was left. */
export function ConnectRegistryView() {
  const { draft, change, forget, restart, isResumed } = useRegistryDraft();
  const [connected, setConnected] = useState<Connected | null>(null);
  const test = useChange<void, RegistryRights>(() => ({
    method: "POST",
    path: "/api/v1/registries/test",
    body: toConnection(draft),
  }));
  const connect = useChange<void, Connected>(
    () => ({
      method: "POST",
      path: "/api/v1/registries",
      body: {
        ...toConnection(draft),
        ...(draft.name.trim() ? { name: draft.name.trim() } : {}),
        owner: draft.owner.trim() || null,
        environment: draft.environment.trim() || null,
      },
    }),
    (result) => {
      setConnected(result);
      forget();
    },
  );
  const step = connected ? 4 : draft.step;
  const host = draft.url.trim().replace(/^https?:\/\//, "");
  return (
    <Page title="Connect a registry" crumbs={[{ label: "Connect", href: "/connect" }]}>
      <Wizard
        current={step}
        steps={[
          { name: "Choose", result: step > 1 ? host : null },
          { name: "Authorise", result: step > 2 ? authResult(draft.authKind, draft.username) : null },
          { name: "Test", result: step > 3 ? "Rights found" : null },
          { name: "Done" },
        ]}
      >
        {step === 1 && <ChooseStep draft={draft} change={change} {...(isResumed ? { restart } : {})} />}
        {step === 2 && (
          <AuthoriseStep
            draft={draft}
            change={change}
            test={() => {
              connect.reset();
              change({ step: 3 });
              test.run();
            }}
          />
        )}
        {step === 3 && <TestStep draft={draft} change={change} test={test} connect={connect} />}
        {connected && <DoneStep connected={connected} />}
      </Wizard>
    </Page>
  );
}

function authResult(authKind: string, username: string): string {
  return authKind === "anonymous" ? "Without an account" : `As ${username}`;
}
