import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { currentSession } from "#app/session.ts";
import { safeReturnTo } from "#domain/return-to.ts";
import { hasAccounts } from "#queries/account/setup-state.ts";
import { NotSetUp } from "#ui/auth/not-set-up.tsx";
import { SignInForm } from "#ui/auth/sign-in-form.tsx";

export const metadata: Metadata = { title: "Sign in" };

export default async function LoginPage({ searchParams }: { searchParams: Promise<{ returnTo?: string | string[] }> }) {
  const returnTo = safeReturnTo((await searchParams).returnTo);
  const session = await currentSession();
  if (session)
    redirect(session.mustChangePassword ? `/change-password?returnTo=${encodeURIComponent(returnTo)}` : returnTo);
  return (await hasAccounts()) ? <SignInForm returnTo={returnTo} /> : <NotSetUp />;
}
