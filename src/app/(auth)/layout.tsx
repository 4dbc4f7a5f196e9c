import type { ReactNode } from "react";
import { AuthFrame } from "#ui/auth/auth-frame.tsx";

/** The calm frame of the pages before and beside the portal. */
export default function AuthLayout({ children }: { children: ReactNode }) {
  return <AuthFrame>{children}</AuthFrame>;
}
