"use client";
import { usePathname } from "next/navigation";
import { links } from "#domain/links.ts";
import { usePerson } from "../shell/frame-context.tsx";
import { Page } from "../shell/page.tsx";
import { pageNeeds } from "../shell/page-needs.ts";
import { CopyButton } from "../text/copy-button.tsx";
import styles from "./state.module.css";

/** 403 inside the frame: which page, which role it needs, which one is there, and a text to send to an admin. */
export function PageForbidden() {
  const pathname = usePathname();
  const person = usePerson();
  const { name, needs } = pageNeeds(pathname);
  const request = `Please give me the role ${needs} in Breakwater. Mine is ${person.role}. I need the page ${name}, ${pathname}`;
  return (
    <Page title={`You may not see ${name}`} crumbs={[{ label: "Compute & apps", href: links.containers() }]}>
      <div className="bw-pad" style={{ paddingTop: 24 }}>
        <div className={styles.card}>
          <h1 className="bw-h2">You may not see {name}</h1>
          <p>
            It needs the role {needs}, and yours is {person.role}. Ask a Breakwater admin for it.
          </p>
          <div className={styles.actions}>
            <CopyButton label="Copy request" value={request} />
          </div>
        </div>
      </div>
    </Page>
  );
}
