"use client";
import { usePathname } from "next/navigation";
import type { ReactNode } from "react";
import { links } from "#domain/links.ts";
import type { Role } from "#domain/role.ts";
import { PageTabs } from "../page/page-tabs.tsx";
import { useMay } from "../shell/frame-context.tsx";

const pages: { page: string; label: string; needs: Role }[] = [
  { page: "users", label: "Users", needs: "admin" },
  { page: "tokens", label: "Tokens", needs: "viewer" },
  { page: "docker-hosts", label: "Docker hosts", needs: "viewer" },
  { page: "owners", label: "Owners", needs: "viewer" },
  { page: "advisories", label: "Advisories", needs: "viewer" },
  { page: "health", label: "System health", needs: "viewer" },
  { page: "audit", label: "Audit", needs: "admin" },
];

/** The tabs that all settings pages share. Only those that the signed-in person may open. */
export function SettingsTabs({ actions }: { actions?: ReactNode }) {
  const pathname = usePathname();
  const isAdmin = useMay("admin");
  const tabs = pages
    .filter(({ needs }) => needs === "viewer" || isAdmin)
    .map(({ page, label }) => ({ label, href: links.settings(page), isCurrent: pathname === links.settings(page) }));
  return <PageTabs label="Settings" tabs={tabs} actions={actions} />;
}
