"use client";
import { useEffect, useState } from "react";

export interface RegistryDraft {
  step: 1 | 2 | 3;
  kind: "acr" | "oci";
  url: string;
  authKind: "password" | "repositoryToken" | "anonymous";
  username: string;
  /** Never leaves the memory of this page: a resumed wizard asks for it again. */
  password: string;
  repositories: string[];
  caPem: string;
  plainHttp: boolean;
  tokenRealmHost: string | null;
  name: string;
  owner: string;
  environment: string;
}

const KEY = "breakwater-connect-registry";
const KEPT_MS = 7 * 86_400_000;

export const emptyDraft: RegistryDraft = {
  step: 1,
  kind: "acr",
  url: "",
  authKind: "password",
  username: "",
  password: "",
  repositories: [],
  caPem: "",
  plainHttp: false,
  tokenRealmHost: null,
  name: "",
  owner: "",
  environment: "",
};

/**
 * What has been entered so far. It is kept in this browser for 7 days, without the password, so that a wizard that was left
 * half way goes on where it stopped.
 */
export function useRegistryDraft() {
  const [draft, setDraft] = useState(emptyDraft);
  const [isResumed, setResumed] = useState(false);
  useEffect(() => {
    const kept = readKept();
    const named = new URLSearchParams(window.location.search).get("url");
    // A link that names a registry starts with it, whatever was left half done.
    if (named && kept?.url !== named) {
      setDraft({ ...emptyDraft, url: named.slice(0, 255) });
      return;
    }
    if (!kept) return;
    // Without the password a test cannot run, so the person goes on where it is entered.
    setDraft({ ...kept, step: kept.step === 1 ? 1 : 2 });
    setResumed(true);
  }, []);
  const change = (changes: Partial<RegistryDraft>) =>
    setDraft((current) => {
      const next = { ...current, ...changes };
      keep(next);
      return next;
    });
  const forget = () => {
    drop();
    setResumed(false);
  };
  const restart = () => {
    forget();
    setDraft(emptyDraft);
  };
  return { draft, change, forget, restart, isResumed };
}

function readKept(): RegistryDraft | null {
  try {
    const kept: unknown = JSON.parse(window.localStorage.getItem(KEY) ?? "null");
    if (typeof kept !== "object" || kept === null || !("at" in kept) || !("draft" in kept)) return null;
    if (typeof kept.at !== "number" || Date.now() - kept.at > KEPT_MS) return null;
    return { ...emptyDraft, ...(kept.draft as Partial<RegistryDraft>), password: "" };
  } catch {
    return null;
  }
}

function keep(draft: RegistryDraft): void {
  const { password: _, ...rest } = draft;
  try {
    window.localStorage.setItem(KEY, JSON.stringify({ at: Date.now(), draft: rest }));
  } catch {
    // Storage may be forbidden; the wizard then lasts until the page is left.
  }
}

function drop(): void {
  try {
    window.localStorage.removeItem(KEY);
  } catch {
    // Nothing was kept.
  }
}

/** The draft as the API takes it. */
export function toConnection(draft: RegistryDraft) {
  const hasAccount = draft.authKind !== "anonymous";
  return {
    kind: draft.kind,
    url: draft.url.trim(),
    authKind: draft.authKind,
    ...(hasAccount ? { username: draft.username.trim(), password: draft.password } : {}),
    tokenRealmHost: draft.tokenRealmHost,
    caPem: draft.caPem.trim() || null,
    plainHttp: draft.plainHttp,
    repositories: draft.repositories.length > 0 ? draft.repositories : null,
  };
}

/** Why the wizard cannot go on from step 1, or null. */
export function missingAddress(draft: RegistryDraft): string | null {
  return draft.url.trim() === "" ? "Enter the registry's address to go on" : null;
}

/** Why the wizard cannot go on from step 2, or null. */
export function missingCredential(draft: RegistryDraft): string | null {
  if (draft.authKind === "anonymous") return null;
  if (draft.username.trim() === "") return "Enter the user name to go on";
  if (draft.password === "") return "Enter the password to go on. It is never kept in the browser";
  if (draft.authKind === "repositoryToken" && draft.repositories.length === 0) {
    return "Name at least one repository: a repository-scoped token cannot list the registry";
  }
  return null;
}
