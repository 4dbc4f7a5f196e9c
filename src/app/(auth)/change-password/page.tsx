import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { currentSession } from "#app/session.ts";
import { safeReturnTo } from "#domain/return-to.ts";
import { ChangePasswordForm } from "#ui/auth/change-password-form.tsx";

export const metadata: Metadata = { title: "Change password" };

interface ChangePasswordPageProps {
  searchParams: Promise<{ returnTo?: string | string[] }>;
}

export default async function ChangePasswordPage({ searchParams }: ChangePasswordPageProps) {
  const returnTo = safeReturnTo((await searchParams).returnTo);
  const session = await currentSession();
  if (!session) redirect(`/login?returnTo=${encodeURIComponent(returnTo)}`);
  return <ChangePasswordForm email={session.email} isOneTime={session.mustChangePassword} returnTo={returnTo} />;
}
