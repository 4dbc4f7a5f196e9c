"use client";
import Link from "next/link";
import { Fragment, type ReactNode } from "react";
import { FrameNotices } from "./frame-notices.tsx";
import styles from "./shell.module.css";
import { TopBar } from "./top-bar.tsx";

export interface Crumb {
  label: string;
  href: string;
}

interface PageProps {
  /** Top level: the page's h1. Detail: the last crumb; the h1 then stands in `PageHead`. */
  title: string;
  /** The way here. Given on detail pages only. */
  crumbs?: Crumb[];
  /** How fresh the page's data is: `<Freshness …/>`. */
  freshness?: ReactNode;
  children: ReactNode;
}

/** One page right of the rail: sticky top bar, then its content. Every page renders exactly one. */
export function Page({ title, crumbs, freshness, children }: PageProps) {
  return (
    <div className={styles.main}>
      <TopBar freshness={freshness}>
        {crumbs ? <Crumbs crumbs={crumbs} title={title} /> : <h1 className={styles.title}>{title}</h1>}
      </TopBar>
      <main id="content" tabIndex={-1} style={{ outline: "none", flex: 1, minWidth: 0 }}>
        <FrameNotices />
        {children}
      </main>
    </div>
  );
}

function Crumbs({ crumbs, title }: { crumbs: Crumb[]; title: string }) {
  return (
    <nav aria-label="Breadcrumb" style={{ minWidth: 0 }}>
      <ol className={styles.crumbs}>
        {crumbs.map((crumb) => (
          <Fragment key={crumb.href}>
            <li>
              <Link href={crumb.href}>{crumb.label}</Link>
              <span aria-hidden="true">/</span>
            </li>
          </Fragment>
        ))}
        <li>
          <span aria-current="page" title={title}>
            {title}
          </span>
        </li>
      </ol>
    </nav>
  );
}
