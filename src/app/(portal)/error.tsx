"use client";
// Next demands the directive in this very file; what it shows lives in ui.
export { PortalError as default } from "#ui/state/portal-error.tsx";
