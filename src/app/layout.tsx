import type { Metadata } from "next";
import { headers } from "next/headers";
import type { ReactNode } from "react";

export const metadata: Metadata = { title: { default: "Breakwater", template: "%s · Breakwater" } };

/** Reads the request, so that every page is rendered per request: a nonce policy allows no prerendered page. */
export default async function RootLayout({ children }: { children: ReactNode }) {
  await headers();
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  );
}
