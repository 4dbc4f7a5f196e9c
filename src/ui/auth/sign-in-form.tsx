"use client";
import { Button, PasswordInput, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { faultOf, type Problem, sendChange, toProblem } from "../data/problem.ts";
import styles from "./auth.module.css";
import { FormFault } from "./form-fault.tsx";

/** E-mail and password. Opens `returnTo`, which the server has checked to be a page of ours. */
export function SignInForm({ returnTo }: { returnTo: string }) {
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isRunning, setRunning] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setRunning(true);
    setProblem(null);
    try {
      await sendChange("POST", "/api/auth/sign-in/email", { email: form.get("email"), password: form.get("password") });
      window.location.assign(returnTo);
    } catch (error) {
      setProblem(toProblem(error));
      setRunning(false);
    }
  };
  return (
    <>
      <h1>Sign in</h1>
      {returnTo !== "/" && <p className={styles.lead}>Then you go on to the page you asked for.</p>}
      <form className={styles.form} onSubmit={submit} noValidate>
        <TextInput
          size="md"
          label="E-mail"
          name="email"
          type="email"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          autoFocus
          required
          withAsterisk={false}
          error={faultOf(problem, "/email")}
        />
        <PasswordInput
          size="md"
          label="Password"
          name="password"
          autoComplete="current-password"
          required
          withAsterisk={false}
          error={faultOf(problem, "/password")}
          visibilityToggleButtonProps={{ "aria-label": "Show or hide the password" }}
        />
        <FormFault problem={problem} />
        <Button type="submit" variant="filled" size="lg" fullWidth loading={isRunning}>
          Sign in
        </Button>
      </form>
      <p className={styles.foot}>
        No account, or the password is lost? Ask a Breakwater admin for a one-time password.
      </p>
    </>
  );
}
