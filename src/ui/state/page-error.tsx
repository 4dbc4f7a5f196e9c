"use client";
import { Button } from "@mantine/core";
import { Icon } from "../icon.tsx";
import { Page } from "../shell/page.tsx";
import { EmptyState } from "./empty-state.tsx";

interface PageErrorProps {
  /** What the log knows this failure by. */
  reference: string | undefined;
  retry: () => void;
}

/** A page that could not be made at all. */
export function PageError({ reference, retry }: PageErrorProps) {
  return (
    <Page title="Not loaded">
      <div className="bw-pad" style={{ paddingTop: 24 }} role="alert">
        <EmptyState
          title="Could not load this page"
          action={
            <Button onClick={retry} leftSection={<Icon name="refresh" />}>
              Try again
            </Button>
          }
        >
          The server could not read what it needs, most likely because the database did not answer. Nothing was changed.
          {reference && <span className="bw-muted"> Ref {reference}.</span>}
        </EmptyState>
      </div>
    </Page>
  );
}
