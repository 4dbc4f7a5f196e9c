import { z } from "zod";

/** Roots are what a person connects; everything else hangs below one of them. */
export const rootKinds = ["registry", "cluster", "host"] as const;
export const RootKind = z.enum(rootKinds);
export type RootKind = z.infer<typeof RootKind>;

/** A record with an answer for every kind of root. */
export function forEachRootKind<Answer>(answer: (kind: RootKind) => Answer): Record<RootKind, Answer> {
  // Object.fromEntries forgets that the keys are all kinds.
  return Object.fromEntries(rootKinds.map((kind) => [kind, answer(kind)])) as Record<RootKind, Answer>;
}

/** What a rule can be held against: the roots themselves, and what lies in them. */
export const resourceKinds = [...rootKinds, "repository", "image"] as const;
export const ResourceKind = z.enum(resourceKinds);
export type ResourceKind = z.infer<typeof ResourceKind>;

/** The resource that verdicts are about. Of a root `resourceId` is its own id, of an image its digest, of a repository its id. */
export interface Subject {
  rootId: string;
  kind: ResourceKind;
  resourceId: string;
}

/**
 * How well we can see a root right now. `connected` is the quiet normal; the others are shown in the signal colour
 * with a reason: `connecting` first data on its way, `degraded` some of it, `noRight` refused, `unreachable` no answer,
 * `paused` by a person.
 */
export const connectionStates = ["connecting", "connected", "degraded", "noRight", "unreachable", "paused"] as const;
export const ConnectionState = z.enum(connectionStates);
export type ConnectionState = z.infer<typeof ConnectionState>;

export const registryKinds = ["acr", "oci", "demo"] as const;
export const RegistryKind = z.enum(registryKinds);
export type RegistryKind = z.infer<typeof RegistryKind>;
