"use client";
import { Button, Modal } from "@mantine/core";
import type { ReactNode } from "react";
import type { Problem } from "../data/problem.ts";
import styles from "./settings.module.css";

interface ConfirmProps {
  /** Names the verb and the object: "Disable ann@example.com". */
  title: string;
  isOpen: boolean;
  close: () => void;
  /** The verb on the button. */
  action: string;
  onConfirm: () => void;
  isRunning: boolean;
  problem: Problem | null;
  /** What is lost and what stays. */
  children: ReactNode;
}

/** Asks before something is lost. The focus starts on Cancel, so that Enter alone loses nothing. */
export function Confirm({ title, isOpen, close, action, onConfirm, isRunning, problem, children }: ConfirmProps) {
  return (
    <Modal opened={isOpen} onClose={close} title={title} closeButtonProps={{ "aria-label": "Close" }}>
      <div className={styles.form}>
        <div className="bw-second">{children}</div>
        {problem && (
          <p className={styles.fault} role="alert">
            {problem.detail}
          </p>
        )}
        <div className={styles.foot}>
          <Button onClick={close} data-autofocus>
            Cancel
          </Button>
          <Button variant="filled" onClick={onConfirm} loading={isRunning}>
            {action}
          </Button>
        </div>
      </div>
    </Modal>
  );
}
