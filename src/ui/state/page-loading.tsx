"use client";
import { Page } from "../shell/page.tsx";
import { LoadingBars } from "./loading-bars.tsx";
import { LoadingNote } from "./loading-note.tsx";

/**
 * Keeps the frame of a page while its data is on the way. For lists only: an answer that streams has said 200 before it
 * knows whether the thing exists and whether this person may see it, so pages of one thing and settings wait instead.
 */
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
