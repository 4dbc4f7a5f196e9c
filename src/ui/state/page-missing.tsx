"use client";
import { Button, TextInput } from "@mantine/core";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { links } from "#domain/links.ts";
import { Icon } from "../icon.tsx";
import { Page } from "../shell/page.tsx";
import { EmptyState } from "./empty-state.tsx";

/** An address that leads to nothing, or to nothing any more. */
export function PageMissing() {
  // The last part of the address is most likely the name of what was wanted.
  const words = decoded(usePathname().split("/").at(-1) ?? "");
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
          log. Look for it by name, id or digest:
        </EmptyState>
        <search style={{ display: "block", maxWidth: 420, marginTop: 12 }}>
          <form action="/search">
            <TextInput
              size="md"
              type="search"
              name="q"
              label="Search"
              placeholder="CVE, image, digest, package, host"
              defaultValue={words}
              spellCheck={false}
            />
            <Button type="submit" mt="sm" leftSection={<Icon name="search" />}>
              Search
            </Button>
          </form>
        </search>
      </div>
    </Page>
  );
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment).slice(0, 80);
  } catch {
    return "";
  }
}
