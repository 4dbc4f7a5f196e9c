"use client";
import Link from "next/link";
import { type ReactNode, useCallback, useEffect, useRef } from "react";
import { Icon } from "../icon.tsx";
import styles from "./page.module.css";

/** A list with an optional panel beside it. The panel shrinks the list; below 1200 px it covers it. */
export function WithSidePanel({ panel, children }: { panel: ReactNode | null; children: ReactNode }) {
  // The same tree with and without a panel: a list that is made anew would lose its focus and its place.
  return (
    <div className={panel ? styles.split : undefined} style={{ minWidth: 0 }}>
      <div style={{ minWidth: 0 }}>{children}</div>
      {panel}
    </div>
  );
}

interface SidePanelProps {
  title: string;
  /** Marks above the title. */
  marks?: ReactNode;
  subtitle?: ReactNode;
  /** The page this panel is a preview of. */
  fullPage: string;
  close: () => void;
  foot?: ReactNode;
  children: ReactNode;
}

/**
 * A preview of a page beside the list it was opened from. Escape closes it and gives the focus back to the open row; Enter
 * on that row leads in here.
 */
export function SidePanel({ title, marks, subtitle, fullPage, close, foot, children }: SidePanelProps) {
  const panel = useRef<HTMLElement>(null);
  const leave = useCallback(() => {
    focusOpenRow();
    close();
  }, [close]);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key === "Escape" && !event.defaultPrevented && !isElsewhere(event.target)) leave();
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [leave]);
  return (
    <aside ref={panel} className={styles.side} aria-label={title} tabIndex={-1} data-side-panel="">
      <div className={styles.sideHead}>
        <div className={styles.sideTools}>
          {marks ?? <span />}
          <Link href={fullPage} className="bw-icon-button" aria-label="Open full page" title="Open full page">
            <Icon name="external" />
          </Link>
          <button type="button" className="bw-icon-button" aria-label="Close panel" title="Close" onClick={leave}>
            <Icon name="cross" />
          </button>
        </div>
        <h2 style={{ fontSize: 15, lineHeight: "24px", fontWeight: 600 }}>{title}</h2>
        {subtitle && <p className="bw-second">{subtitle}</p>}
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scroll box without focus cannot be scrolled by keyboard */}
      <section className={styles.sideBody} tabIndex={0} aria-label="Details">
        {children}
      </section>
      {foot && <div className={styles.sideFoot}>{foot}</div>}
    </aside>
  );
}

/** True for what answers to Escape itself: a dialog or menu on top, or text being typed. */
function isElsewhere(target: EventTarget | null): boolean {
  return (
    target instanceof Element &&
    target.closest("[role=dialog], [role=menu], [role=listbox], textarea, select, input:not([type=checkbox])") !== null
  );
}

function focusOpenRow(): void {
  document.querySelector<HTMLElement>("tr[data-row][data-active]")?.focus({ preventScroll: true });
}
