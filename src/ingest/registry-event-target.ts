import { z } from "zod";
import type { RegistryEvent, RegistryEventAction, RegistryEventProvider } from "#domain/registry-event.ts";

const text = (most: number) => z.string().max(most).nullish().catch(null);

/**
 * The event form that Docker Distribution made and ACR webhooks, Event Grid and ACR CloudEvents carry on. Every field may be
 * missing: tags on pushes by digest, digests on deletes of a tag, media types on deletes and quarantine.
 */
export const TargetEvent = z.object({
  id: text(200),
  timestamp: text(64),
  action: text(64),
  target: z
    .object({ mediaType: text(255), digest: text(200), repository: text(255), tag: text(128) })
    .nullish()
    .catch(null),
  request: z
    .object({ useragent: text(1000) })
    .nullish()
    .catch(null),
  actor: z
    .object({ name: text(255) })
    .nullish()
    .catch(null),
});
export type TargetEvent = z.infer<typeof TargetEvent>;

const actions: Record<string, RegistryEventAction> = {
  push: "push",
  pull: "pull",
  mount: "blob",
  delete: "delete",
  quarantine: "quarantine",
  chart_push: "chart",
  chart_delete: "chart",
  ping: "ping",
};

/** Brings an event of this form into ours. `raw` is what is kept for people to look at. */
export function fromTarget(
  provider: RegistryEventProvider,
  event: TargetEvent,
  outer: { id?: string | null; time?: string | null; raw: unknown },
): RegistryEvent {
  const { target } = event;
  const rawAction = event.action ?? "";
  return {
    provider,
    deliveryId: outer.id ?? event.id ?? null,
    action: actionOf(rawAction, target?.mediaType ?? null, target !== null && target !== undefined),
    rawAction,
    repository: target?.repository || null,
    digest: target?.digest || null,
    tag: target?.tag || null,
    actor: event.actor?.name || null,
    userAgent: event.request?.useragent || null,
    occurredAt: parseTime(event.timestamp ?? outer.time ?? null),
    raw: outer.raw,
  };
}

function actionOf(rawAction: string, mediaType: string | null, hasTarget: boolean): RegistryEventAction {
  const action = actions[rawAction];
  if (!hasTarget) return rawAction === "" || rawAction === "ping" ? "ping" : (action ?? "other");
  if (action === "push" && mediaType && !isManifest(mediaType)) return "blob";
  return action ?? "other";
}

/** Pushes of layers and configurations are events too; only those of manifests and indexes mean an image. */
function isManifest(mediaType: string): boolean {
  return /\b(manifest|index)\b/.test(mediaType) && mediaType.includes("json");
}

/** A point in time, or null. Fractions beyond milliseconds, which ACR and Distribution send, are cut. */
export function parseTime(value: string | null): Date | null {
  const milliseconds = value ? Date.parse(value) : Number.NaN;
  return Number.isNaN(milliseconds) ? null : new Date(milliseconds);
}
