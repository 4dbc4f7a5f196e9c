import type { Metadata } from "next";
import { hasAccounts } from "#queries/account/setup-state.ts";
import { AlreadySetUp } from "#ui/auth/already-set-up.tsx";
import { NotSetUp } from "#ui/auth/not-set-up.tsx";
import { SetupForm } from "#ui/auth/setup-form.tsx";

export const metadata: Metadata = { title: "Set up" };

export default async function SetupPage({ searchParams }: { searchParams: Promise<{ token?: string | string[] }> }) {
  const { token } = await searchParams;
  if (await hasAccounts()) return <AlreadySetUp />;
  return typeof token === "string" && token !== "" ? <SetupForm token={token} /> : <NotSetUp />;
}
