"use client";
import { Button, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import type { Role } from "#domain/role.ts";
import { faultOf } from "../data/problem.ts";
import { useChange } from "../data/use-change.ts";
import { RoleChoice } from "./role-choice.tsx";
import styles from "./settings.module.css";
import { ShownOnce } from "./shown-once.tsx";

interface NewPerson {
  name: string;
  email: string;
  role: Role;
}

/** Adds a person and shows the one-time password, once. */
export function CreateUserForm({ close }: { close: () => void }) {
  const [role, setRole] = useState<Role>("viewer");
  const [person, setPerson] = useState<NewPerson | null>(null);
  const change = useChange<NewPerson, { oneTimePassword: string }>(
    (body) => ({ method: "POST", path: "/api/v1/users", body }),
    (_result, input) => setPerson(input),
  );
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    change.run({ name: String(form.get("name")), email: String(form.get("email")), role });
  };
  if (change.result && person) {
    return (
      <ShownOnce name="one-time password" secret={change.result.oneTimePassword} done={close}>
        Give this to {person.name} in a way others cannot read, with this site's address and the e-mail {person.email}.
        It works for 7 days and must be changed at the first sign-in.
      </ShownOnce>
    );
  }
  const { problem } = change;
  return (
    <form className={styles.form} onSubmit={submit} noValidate>
      <TextInput
        size="md"
        label="Name"
        name="name"
        autoComplete="off"
        data-autofocus
        withAsterisk={false}
        error={faultOf(problem, "/name")}
      />
      <TextInput
        size="md"
        label="E-mail"
        name="email"
        type="email"
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        description="Used to sign in. Breakwater sends no e-mail: you hand over the one-time password."
        error={faultOf(problem, "/email")}
      />
      <RoleChoice label="Role" value={role} onChange={setRole} error={faultOf(problem, "/role")} />
      {problem && (
        <p className={styles.fault} role="alert">
          {problem.detail}
        </p>
      )}
      <div className={styles.foot}>
        <Button onClick={close}>Cancel</Button>
        <Button type="submit" variant="filled" loading={change.isRunning}>
          Add and show the password
        </Button>
      </div>
    </form>
  );
}
