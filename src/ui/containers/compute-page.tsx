"use client";
import { Button } from "@mantine/core";
import Link from "next/link";
import { usePathname } from "next/navigation";
import type { ReactNode } from "react";
import { links } from "#domain/links.ts";
import { Icon } from "../icon.tsx";
import { PageTabs } from "../page/page-tabs.tsx";
import { useFrame, useMay } from "../shell/frame-context.tsx";
import { Freshness } from "../shell/freshness.tsx";
import { Page } from "../shell/page.tsx";

interface ComputePageProps {
  /** When the page's data was read, ISO; null while it is not known. */
  readAt: string | null;
  /** How many rows Containers and Coverage hold, as far as this page knows. */
  counts?: { containers?: number; coverage?: number };
  children: ReactNode;
}

/** The frame that Overview, Containers and Coverage share. */
export function ComputePage({ readAt, counts, children }: ComputePageProps) {
  const pathname = usePathname();
  const frame = useFrame();
  const isAdmin = useMay("admin");
  const tab = (label: string, href: string, count?: number) => ({
    label,
    href,
    isCurrent: pathname === href,
    ...(count === undefined ? {} : { count }),
  });
  return (
    <Page
      title="Compute & apps"
      freshness={<Freshness at={readAt} advisoriesAt={frame?.advisories.newestDataAt ?? null} />}
    >
      <PageTabs
        label="Compute & apps"
        tabs={[
          tab("Overview", links.overview()),
          tab("Containers", links.containers(), counts?.containers ?? frame?.resources),
          tab("Coverage", links.coverage(), counts?.coverage),
        ]}
        actions={
          isAdmin && (
            <Button component={Link} href="/connect" variant="filled" leftSection={<Icon name="plus" />}>
              Connect
            </Button>
          )
        }
      />
      {children}
    </Page>
  );
}
