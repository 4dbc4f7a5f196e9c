"use client";
import { Button, Modal, NativeSelect, NumberInput, Radio, Stack, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import type { Role } from "#domain/role.ts";
import type { TokenKind } from "#domain/token-kind.ts";
import { faultOf } from "../data/problem.ts";
import { useChange } from "../data/use-change.ts";
import { useMay, usePerson } from "../shell/frame-context.tsx";
import { RoleChoice } from "./role-choice.tsx";
import { ScopeFields } from "./scope-fields.tsx";
import styles from "./settings.module.css";
import { ShownOnce } from "./shown-once.tsx";
import { tokenKindWords } from "./token-kind-words.ts";

// Agent and webhook tokens are made where a host enrols or a registry is connected.
const offered: TokenKind[] = ["api", "enrol", "sensor"];

interface Made {
  token: string;
}

/** Choose what the token is for, name and limit it, see it once. */
export function CreateTokenDialog({ close }: { close: () => void }) {
  const change = useChange<Record<string, unknown>, Made>((body) => ({ method: "POST", path: "/api/v1/tokens", body }));
  return (
    <Modal
      opened
      onClose={close}
      title="Make a token"
      closeButtonProps={{ "aria-label": "Close" }}
      closeOnClickOutside={!change.result}
    >
      {change.result ? (
        <ShownOnce name="token" secret={change.result.token} done={close}>
          Put it where the sender reads its secrets, and send it as{" "}
          <span className="bw-mono">Authorization: Bearer</span>.
        </ShownOnce>
      ) : (
        <TokenForm change={change} close={close} />
      )}
    </Modal>
  );
}

interface TokenFormProps {
  change: ReturnType<typeof useChange<Record<string, unknown>, Made>>;
  close: () => void;
}

function TokenForm({ change, close }: TokenFormProps) {
  const isAdmin = useMay("admin");
  const { role: ownRole } = usePerson();
  const [kind, setKind] = useState<TokenKind>("api");
  const [role, setRole] = useState<Role>("viewer");
  const { problem } = change;
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    change.run(wishes(new FormData(event.currentTarget), kind, role));
  };
  return (
    <form className={styles.form} onSubmit={submit} noValidate>
      {isAdmin && (
        <Radio.Group
          label="What is it for?"
          value={kind}
          onChange={(next) => setKind(offered.find((value) => value === next) ?? "api")}
        >
          <Stack gap={8} mt={4}>
            {offered.map((value) => (
              <Radio
                key={value}
                value={value}
                size="xs"
                label={tokenKindWords[value].label}
                description={tokenKindWords[value].meaning}
              />
            ))}
          </Stack>
        </Radio.Group>
      )}
      <TextInput
        size="md"
        label="Name"
        name="name"
        data-autofocus
        description="Where it is used: “nightly export”."
        error={faultOf(problem, "/name")}
      />
      {kind === "api" && (
        <RoleChoice
          label="What may it do?"
          value={role}
          onChange={setRole}
          upTo={ownRole}
          error={faultOf(problem, "/role")}
        />
      )}
      {kind === "enrol" && (
        <NumberInput
          size="md"
          label="How many hosts"
          name="uses"
          defaultValue={1}
          min={1}
          max={10_000}
          allowDecimal={false}
          description="Each host takes one use."
          error={faultOf(problem, "/usesLeft")}
        />
      )}
      {kind === "sensor" && <ScopeFields problem={problem} />}
      <NativeSelect
        size="md"
        label="Ends after"
        name="days"
        defaultValue={kind === "enrol" ? "1" : "90"}
        key={kind === "enrol" ? "short" : "long"}
        data={[
          { value: "1", label: "1 day" },
          { value: "30", label: "30 days" },
          { value: "90", label: "90 days" },
          { value: "365", label: "1 year" },
          ...(isAdmin ? [{ value: "never", label: "Never" }] : []),
        ]}
        error={faultOf(problem, "/expiresInDays")}
      />
      <TextInput
        size="md"
        label="Only from these addresses"
        name="addresses"
        placeholder="10.0.0.0/8, 2001:db8::1"
        spellCheck={false}
        description="Addresses or ranges, split by commas. Empty: from anywhere."
        error={problem?.errors.find((fault) => fault.pointer.startsWith("/allowedAddresses"))?.detail}
      />
      {problem && (
        <p className={styles.fault} role="alert">
          {problem.detail}
        </p>
      )}
      <div className={styles.foot}>
        <Button onClick={close}>Cancel</Button>
        <Button type="submit" variant="filled" loading={change.isRunning}>
          Make and show it
        </Button>
      </div>
    </form>
  );
}

function wishes(form: FormData, kind: TokenKind, role: Role): Record<string, unknown> {
  const text = (name: string) => String(form.get(name) ?? "").trim();
  const days = text("days");
  return {
    kind,
    name: text("name"),
    expiresInDays: days === "never" ? null : Number(days),
    allowedAddresses: text("addresses")
      .split(/[\s,]+/)
      .filter(Boolean),
    ...(kind === "api" ? { role } : {}),
    ...(kind === "enrol" ? { usesLeft: Number(text("uses")) } : {}),
    ...(kind === "sensor" ? { scopeKind: text("scopeKind") || undefined, scopeId: text("scopeId") || undefined } : {}),
  };
}
