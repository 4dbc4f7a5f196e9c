import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { currentSession } from "#app/session.ts";
import { ChangePasswordForm } from "#ui/auth/change-password-form.tsx";

export const metadata: Metadata = { title: "Change password" };

export default async function ChangePasswordPage() {
  const session = await currentSession();
  if (!session) redirect("/login");
  return <ChangePasswordForm email={session.email} isOneTime={session.mustChangePassword} />;
}
