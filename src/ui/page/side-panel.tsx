"use client";
import Link from "next/link";
import { type ReactNode, useEffect, useRef } from "react";
import { Icon } from "../icon.tsx";
import styles from "./page.module.css";

/** A list with an optional panel beside it. The panel shrinks the list; below 1200 px it covers it. */
export function WithSidePanel({ panel, children }: { panel: ReactNode | null; children: ReactNode }) {
  if (!panel) return <div style={{ minWidth: 0 }}>{children}</div>;
  return (
    <div className={styles.split}>
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

/** A preview of a page beside the list it was opened from. Escape closes it. */
export function SidePanel({ title, marks, subtitle, fullPage, close, foot, children }: SidePanelProps) {
  const panel = useRef<HTMLElement>(null);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key === "Escape" && !event.defaultPrevented) close();
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [close]);
  return (
    <aside ref={panel} className={styles.side} aria-label={title}>
      <div className={styles.sideHead}>
        <div className={styles.sideTools}>
          {marks ?? <span />}
          <Link href={fullPage} className="bw-icon-button" aria-label="Open full page" title="Open full page">
            <Icon name="external" />
          </Link>
          <button type="button" className="bw-icon-button" aria-label="Close panel" title="Close" onClick={close}>
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
