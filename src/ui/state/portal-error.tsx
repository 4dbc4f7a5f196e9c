"use client";
import { PageError } from "./page-error.tsx";

interface PortalErrorProps {
  error: Error & { digest?: string };
  reset: () => void;
}

/** Error boundary of the signed-in pages. The frame stays, so that other pages can be reached. */
export function PortalError({ error, reset }: PortalErrorProps) {
  return <PageError reference={error.digest} retry={reset} />;
}
