"use client";
import { createContext, type ReactNode, useContext } from "react";
import { type Role, roleIncludes } from "#domain/role.ts";
import type { FrameSummary } from "#queries/count/frame-summary.ts";
import { useView } from "../data/use-view.ts";

export interface Person {
  name: string;
  role: Role;
}

const PersonContext = createContext<Person>({ name: "", role: "viewer" });

export function PersonProvider({ person, children }: { person: Person; children: ReactNode }) {
  return <PersonContext value={person}>{children}</PersonContext>;
}

/** Who is signed in. */
export function usePerson(): Person {
  return useContext(PersonContext);
}

/** True when the signed-in person may do what `needed` allows. Hides controls only; the server checks again. */
export function useMay(needed: Role): boolean {
  return roleIncludes(usePerson().role, needed);
}

/** The figures around every page, live. Undefined until they are known. */
export function useFrame(): FrameSummary | undefined {
  return useView<FrameSummary>({ view: "frame" }, { topics: ["containers", "notices", "advisories"] }).data;
}
