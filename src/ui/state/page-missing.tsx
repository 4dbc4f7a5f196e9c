"use client";
import { Button } from "@mantine/core";
import Link from "next/link";
import { links } from "#domain/links.ts";
import { Page } from "../shell/page.tsx";
import { EmptyState } from "./empty-state.tsx";

/** An address that leads to nothing, or to nothing any more. */
export function PageMissing() {
  return (
    <Page title="Not found">
      <div className="bw-pad" style={{ paddingTop: 24 }}>
        <EmptyState
          title="Nothing is at this address"
          action={
            <Button component={Link} href={links.containers()}>
              All resources
            </Button>
          }
        >
          What it named was disconnected or deleted, or the address has a typing error. What is gone stays in the audit
          log.
        </EmptyState>
      </div>
    </Page>
  );
}
