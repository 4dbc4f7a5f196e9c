"use client";
import type { ReactNode } from "react";
import { type Person, PersonProvider } from "./frame-context.tsx";
import { KeyboardHelp } from "./keyboard-help.tsx";
import { NavigationProgress } from "./navigation-progress.tsx";
import { Rail } from "./rail.tsx";
import styles from "./shell.module.css";

/** The frame of every signed-in page: rail at the left, the page's own `Page` at the right. */
export function AppFrame({ person, children }: { person: Person; children: ReactNode }) {
  return (
    <PersonProvider person={person}>
      <NavigationProgress />
      <a href="#content" className={styles.skip}>
        Skip to content
      </a>
      <div className={styles.app}>
        <Rail />
        {children}
      </div>
      <KeyboardHelp />
    </PersonProvider>
  );
}
