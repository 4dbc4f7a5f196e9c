"use client";
import Link from "next/link";
import type { Role } from "#domain/role.ts";
import { CopyButton } from "../text/copy-button.tsx";
import styles from "./auth.module.css";

/** 403: what is missing and whom to ask, with a text to send. */
export function ForbiddenCard({ role }: { role: Role }) {
  const page = typeof window === "undefined" ? "" : window.location.pathname;
  return (
    <>
      <h1>You may not see this page</h1>
      <p className={styles.lead}>
        Your role is {role}, and this page needs a higher one. Ask a Breakwater admin for it.
      </p>
      <div className={styles.form}>
        <CopyButton
          label="Copy request"
          value={`Please give me a higher role in Breakwater. Mine is ${role}. I need the page ${page}`}
        />
      </div>
      <p className={styles.foot}>
        <Link href="/">Back to the start page</Link>
      </p>
    </>
  );
}
