"use client";
import { MantineProvider } from "@mantine/core";
import { type ReactNode, useInsertionEffect } from "react";
import { cssVariablesResolver, theme } from "./theme.ts";

/** Mantine with our theme; `nonce` lets its style elements pass the content security policy. */
export function ThemeProvider({ nonce, children }: { nonce: string; children: ReactNode }) {
  // The lock of the page behind a dialog writes a style element of its own, and looks for its nonce under this name.
  useInsertionEffect(() => void Object.assign(globalThis, { __webpack_nonce__: nonce }), [nonce]);
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariablesResolver}
      defaultColorScheme="auto"
      getStyleNonce={() => nonce}
    >
      {children}
    </MantineProvider>
  );
}
