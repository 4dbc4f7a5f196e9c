"use client";
export { PortalError as default } from "#ui/state/portal-error.tsx";
