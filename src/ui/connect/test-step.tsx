"use client";
import { Button, TextInput } from "@mantine/core";
import type { RegistryRight, RegistryRights } from "#domain/registry-rights.ts";
import type { Change } from "../data/use-change.ts";
import { Icon } from "../icon.tsx";
import { Signal } from "../marks/signal.tsx";
import { lackingRights, RightsList } from "../registry/rights-list.tsx";
import { LoadingNote } from "../state/loading-note.tsx";
import { plural } from "../text/format-number.ts";
import { sentences } from "../words/sentence.ts";
import styles from "./connect.module.css";
import type { Connected } from "./done-step.tsx";
import type { RegistryDraft } from "./registry-draft.ts";
import { WizardFoot } from "./wizard.tsx";

interface Props {
  draft: RegistryDraft;
  change: (changes: Partial<RegistryDraft>) => void;
  test: Change<void, RegistryRights>;
  connect: Change<void, Connected>;
}

export function TestStep({ draft, change, test, connect }: Props) {
  const rights = test.isRunning ? undefined : test.result;
  const lacking = rights ? lackingRights(rights) : [];
  const realm = rights?.tokenRealmHost ?? null;
  const mustConfirm = realm !== null && realm !== draft.tokenRealmHost && lacking.length > 0;
  const isUsable = rights !== undefined && lacking.length === 0;
  return (
    <form
      className={styles.body}
      onSubmit={(event) => {
        event.preventDefault();
        if (isUsable) connect.run();
      }}
    >
      <div>
        <h1>{isUsable ? "The connection works" : "Testing the connection"}</h1>
        <p className={styles.lead}>
          Each right is tried on its own{rights?.triedOn ? `, the pull rights on ${rights.triedOn}` : ""}.
        </p>
      </div>
      {test.isRunning && (
        <div aria-live="polite">
          <Signal signal="waiting">Trying each right</Signal>
          <LoadingNote word="Still testing" />
        </div>
      )}
      {test.problem && (
        <div className={styles.confirm} role="alert">
          <b>The test could not run</b>
          <p>{sentences(test.problem.errors.map((fault) => fault.detail)) || test.problem.detail}</p>
        </div>
      )}
      {rights && <RightsList rights={rights} />}
      {mustConfirm && (
        <div className={styles.confirm}>
          <p>
            The registry issues its tokens at <b>{realm}</b>. The user name and password are sent there only after you
            confirm that this host belongs to it.
          </p>
          <Button
            onClick={() => {
              change({ tokenRealmHost: realm });
              setTimeout(() => test.run(), 0);
            }}
          >
            {realm} belongs to it, test again
          </Button>
        </div>
      )}
      {isUsable && <Details draft={draft} change={change} />}
      <div className="bw-row">
        {!test.isRunning && (
          <Button onClick={() => test.run()} leftSection={<Icon name="refresh" />}>
            Test again
          </Button>
        )}
      </div>
      <WizardFoot
        back={() => change({ step: 2 })}
        next={{ label: "Connect", isRunning: connect.isRunning }}
        why={whyNot({
          isRunning: test.isRunning,
          isUsable,
          lacking,
          hasProblem: test.problem !== null,
          hasRights: rights !== undefined,
        })}
        fault={connect.problem?.detail ?? null}
      />
    </form>
  );
}

interface Situation {
  isRunning: boolean;
  isUsable: boolean;
  lacking: RegistryRight[];
  hasProblem: boolean;
  hasRights: boolean;
}

function whyNot({ isRunning, isUsable, lacking, hasProblem, hasRights }: Situation): string | null {
  if (isRunning) return "Wait for the test to end";
  if (hasProblem) return "Go back, correct what is named above and test again";
  if (isUsable) return null;
  if (!hasRights) return "Test the connection first";
  // What could not be tried at all is no right that anybody could grant.
  const [first] = lacking;
  if (first?.state === "failed") {
    return first.name === "reach"
      ? "The registry was not reached. Correct what is named above, then test again"
      : "The test stopped at what is named above. Correct it, then test again";
  }
  const denied = lacking.filter((right) => right.state === "denied").length;
  return `${plural(denied, "right is", "rights are")} missing. Grant what is named above, then test again`;
}

function Details({ draft, change }: Pick<Props, "draft" | "change">) {
  const host = draft.url.trim().replace(/^https?:\/\//, "");
  return (
    <div className={styles.fields}>
      <TextInput
        size="md"
        label="Name"
        description="As it appears in lists"
        placeholder={host}
        value={draft.name}
        onChange={(event) => change({ name: event.currentTarget.value })}
      />
      <div className={styles.pair}>
        <TextInput
          size="md"
          label="Owner"
          description="The team that answers for it. May stay empty"
          value={draft.owner}
          onChange={(event) => change({ owner: event.currentTarget.value })}
        />
        <TextInput
          size="md"
          label="Environment"
          description="For example Production. May stay empty"
          value={draft.environment}
          onChange={(event) => change({ environment: event.currentTarget.value })}
        />
      </div>
    </div>
  );
}
