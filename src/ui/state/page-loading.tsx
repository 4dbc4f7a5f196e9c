"use client";
import { Page } from "../shell/page.tsx";
import { LoadingBars } from "./loading-bars.tsx";
import { LoadingNote } from "./loading-note.tsx";

/** Keeps the frame of a page while its data is on the way. */
export function PageLoading() {
  return (
    <Page title="Loading">
      <div className="bw-pad bw-stack" style={{ maxWidth: 720, paddingTop: 24 }}>
        <LoadingBars count={6} />
        <LoadingNote word="Still loading" />
      </div>
    </Page>
  );
}
