"use client";
import { Button, Checkbox, PasswordInput, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { passwordLength } from "#domain/account-input.ts";
import { links } from "#domain/links.ts";
import { faultOf, type Problem, sendChange, toProblem } from "../data/problem.ts";
import styles from "./auth.module.css";
import { FormFault } from "./form-fault.tsx";

/** The first admin: made with the one-time link, signed in at once, with the demo if wanted. */
export function SetupForm({ token }: { token: string }) {
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isRunning, setRunning] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? "");
    const [email, password] = [text("email"), text("password")];
    setRunning(true);
    setProblem(null);
    try {
      await sendChange("POST", "/api/v1/setup", { token, name: text("name"), email, password });
      await sendChange("POST", "/api/auth/sign-in/email", { email, password });
    } catch (error) {
      setProblem(toProblem(error));
      setRunning(false);
      return;
    }
    // A demo that cannot start must not keep anybody out: the next page offers it again.
    const isDemo =
      form.has("demo") &&
      (await sendChange("POST", "/api/v1/demo").then(
        () => true,
        () => false,
      ));
    window.location.assign(isDemo ? links.containers() : links.welcome());
  };
  return (
    <>
      <h1>Set up Breakwater</h1>
      <p className={styles.lead}>Make the first account. It is an admin and can invite others.</p>
      <form className={styles.form} onSubmit={submit} noValidate>
        <TextInput
          size="md"
          label="Name"
          name="name"
          autoComplete="name"
          autoFocus
          required
          withAsterisk={false}
          error={faultOf(problem, "/name")}
        />
        <TextInput
          size="md"
          label="E-mail"
          name="email"
          type="email"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          withAsterisk={false}
          error={faultOf(problem, "/email")}
        />
        <PasswordInput
          size="md"
          label="Password"
          name="password"
          description={`At least ${passwordLength.min} characters. Any characters, pasting is fine.`}
          autoComplete="new-password"
          required
          withAsterisk={false}
          error={faultOf(problem, "/password")}
          visibilityToggleButtonProps={{ "aria-label": "Show or hide the password" }}
        />
        <div className={styles.demo}>
          <Checkbox
            name="demo"
            label="Run the demo"
            description="Pushes made-up images to a small registry inside Breakwater and scans them. Marked as demo everywhere, one click removes every trace."
          />
        </div>
        <FormFault problem={problem} />
        <Button type="submit" variant="filled" size="lg" fullWidth loading={isRunning}>
          Make the account and sign in
        </Button>
      </form>
    </>
  );
}
