"use client";
import { Button, PasswordInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { passwordLength } from "#domain/account-input.ts";
import { faultOf, type Problem, sendChange, toProblem } from "../data/problem.ts";
import styles from "./auth.module.css";
import { FormFault } from "./form-fault.tsx";

interface ChangePasswordFormProps {
  email: string;
  isOneTime: boolean;
  /** The page that was asked for; the server has checked that it is ours. */
  returnTo: string;
}

/** One's own password. With a one-time password this is the first thing to do. */
export function ChangePasswordForm({ email, isOneTime, returnTo }: ChangePasswordFormProps) {
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isRunning, setRunning] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setRunning(true);
    setProblem(null);
    try {
      await sendChange("POST", "/api/v1/me/password", {
        currentPassword: form.get("current"),
        newPassword: form.get("new"),
      });
      window.location.assign(returnTo);
    } catch (error) {
      setProblem(toProblem(error));
      setRunning(false);
    }
  };
  return (
    <>
      <h1>{isOneTime ? "Choose your password" : "Change your password"}</h1>
      <p className={styles.lead}>
        {isOneTime
          ? `You signed in with a one-time password. Replace it to go on${returnTo === "/" ? "" : " to the page you asked for"}.`
          : "Your other sessions end when you change it."}
      </p>
      <form className={styles.form} onSubmit={submit} noValidate>
        <input type="hidden" name="username" autoComplete="username" value={email} readOnly />
        <PasswordInput
          size="md"
          label={isOneTime ? "One-time password" : "Current password"}
          name="current"
          autoComplete="current-password"
          autoFocus
          required
          withAsterisk={false}
          error={faultOf(problem, "/currentPassword")}
          visibilityToggleButtonProps={{ "aria-label": "Show or hide the current password" }}
        />
        <PasswordInput
          size="md"
          label="New password"
          name="new"
          description={`At least ${passwordLength.min} characters. Any characters, pasting is fine.`}
          autoComplete="new-password"
          required
          withAsterisk={false}
          error={faultOf(problem, "/newPassword")}
          visibilityToggleButtonProps={{ "aria-label": "Show or hide the new password" }}
        />
        <FormFault problem={problem} />
        <Button type="submit" variant="filled" size="lg" fullWidth loading={isRunning}>
          Change password
        </Button>
      </form>
      {!isOneTime && (
        <p className={styles.foot}>
          <a href={returnTo}>Back without changing it</a>
        </p>
      )}
    </>
  );
}
