"use client";
import { Page } from "../shell/page.tsx";
import { Sources } from "./sources.tsx";

/** Chooses what to connect. */
export function ConnectView() {
  return (
    <Page title="Connect">
      <div className="bw-pad" style={{ maxWidth: 1080, paddingTop: 24 }}>
        <p className="bw-second" style={{ marginBottom: 16 }}>
          Breakwater reads what is there. It changes nothing without you, and every wizard keeps its place for 7 days.
        </p>
        <Sources />
      </div>
    </Page>
  );
}
