import { z } from "zod";

/** Who sent a delivery, by the shape of its body. */
export const registryEventProviders = [
  "acr",
  "event-grid",
  "cloud-events",
  "distribution",
  "harbor",
  "ghcr",
  "unknown",
] as const;
export const RegistryEventProvider = z.enum(registryEventProviders);
export type RegistryEventProvider = z.infer<typeof RegistryEventProvider>;

/**
 * What an event says happened. `blob` and `pull` are everyday noise, `chart` is an old-style Helm chart, `other` is a known
 * sender's event about something else.
 */
export const registryEventActions = ["push", "delete", "quarantine", "pull", "blob", "chart", "ping", "other"] as const;
export const RegistryEventAction = z.enum(registryEventActions);
export type RegistryEventAction = z.infer<typeof RegistryEventAction>;

/**
 * What became of a delivery: `queued` a job looks at it, `ignored` nothing to do, `ping` a test call, `paused` the registry is
 * paused, `invalid` it names nothing usable, `unknown` a kind that Breakwater does not know.
 */
export const deliveryOutcomes = ["queued", "ignored", "ping", "paused", "invalid", "unknown"] as const;
export const DeliveryOutcome = z.enum(deliveryOutcomes);
export type DeliveryOutcome = z.infer<typeof DeliveryOutcome>;

/** One event in one form, whoever sent it. It is a hint: nothing in it is believed before the registry confirms it. */
export interface RegistryEvent {
  provider: RegistryEventProvider;
  /** The sender's own id of the event, equal in a redelivery. */
  deliveryId: string | null;
  action: RegistryEventAction;
  /** The sender's word for the action. */
  rawAction: string;
  repository: string | null;
  digest: string | null;
  tag: string | null;
  actor: string | null;
  userAgent: string | null;
  occurredAt: Date | null;
  raw: unknown;
}
