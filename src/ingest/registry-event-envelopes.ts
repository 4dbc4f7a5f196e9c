import { z } from "zod";
import { AppError } from "#domain/app-error.ts";
import type { RegistryEvent } from "#domain/registry-event.ts";
import { fromGhcr, isGhcrBody } from "./registry-event-ghcr.ts";
import { fromHarbor, HarborBody } from "./registry-event-harbor.ts";
import { fromTarget, parseTime, TargetEvent } from "./registry-event-target.ts";

/** A body read: events to store, or the one question that is answered on the spot. */
export type ParsedBody = { kind: "events"; events: RegistryEvent[] } | { kind: "handshake"; validationCode: string };

/** What fits into a body of 1 MiB from any sender we know of. */
const MOST_EVENTS = 5000;
const text = (most: number) => z.string().max(most).nullish().catch(null);

const EventGridEvent = z.object({
  id: text(200),
  eventType: z.string().max(200),
  eventTime: text(64),
  subject: text(600),
  data: z.record(z.string(), z.unknown()).nullish().catch(null),
});
const CloudEvent = z.object({
  id: text(200),
  specversion: z.string(),
  type: z.string().max(200),
  time: text(64),
  subject: text(600),
  data: z.record(z.string(), z.unknown()).nullish().catch(null),
});

/**
 * Reads a delivery by its content, not by its content type: Distribution sends vendor types, ACR what the admin configured.
 * What nobody knows becomes one event of the provider `unknown`. Throws `too-large` when there are more events than one delivery
 * may hold: none is taken then, so that none is lost in silence.
 */
export function parseEnvelope(body: unknown, headers: Headers): ParsedBody {
  if (body === undefined || body === null) return events([ping(body)]);
  const binary = binaryCloudEvent(body, headers);
  if (binary) return events([fromCloudEvent(binary, body)]);
  const entries = Array.isArray(body) ? body : [body];
  requireFew(entries.length);
  const code = validationCode(entries);
  if (code) return { kind: "handshake", validationCode: code };
  return events(entries.flatMap(fromEntry));
}

function requireFew(count: number): void {
  if (count > MOST_EVENTS)
    throw new AppError(
      "too-large",
      `A delivery may hold ${MOST_EVENTS} events and this has ${count}. Nothing of it was stored: send it in parts.`,
    );
}

function fromEntry(entry: unknown): RegistryEvent[] {
  if (typeof entry !== "object" || entry === null) return [unknownEvent(entry)];
  if ("events" in entry && Array.isArray(entry.events)) {
    requireFew(entry.events.length);
    return entry.events.map(fromDistribution);
  }
  const grid = EventGridEvent.safeParse(entry);
  if (grid.success) return [fromEventGrid(grid.data, entry)];
  const cloud = CloudEvent.safeParse(entry);
  if (cloud.success) return [fromCloudEvent(cloud.data, entry)];
  const harbor = HarborBody.safeParse(entry);
  if (harbor.success) return fromHarbor(harbor.data, entry);
  if (isGhcrBody(entry)) return [fromGhcr(entry)];
  if ("zen" in entry && "hook" in entry) return [ping(entry)];
  const target = TargetEvent.safeParse(entry);
  const isAcr = target.success && ("target" in entry || "action" in entry || Object.keys(entry).length === 0);
  return [isAcr ? fromTarget("acr", target.data, { raw: entry }) : unknownEvent(entry)];
}

function fromDistribution(event: unknown): RegistryEvent {
  const target = TargetEvent.safeParse(event);
  return target.success ? fromTarget("distribution", target.data, { raw: event }) : unknownEvent(event);
}

function fromEventGrid(event: z.infer<typeof EventGridEvent>, raw: unknown): RegistryEvent {
  if (!event.eventType.startsWith("Microsoft.ContainerRegistry."))
    return { ...unknownEvent(raw), provider: "event-grid", deliveryId: event.id ?? null, rawAction: event.eventType };
  const target = TargetEvent.safeParse(event.data ?? {});
  return fromTarget("event-grid", target.data ?? TargetEvent.parse({}), {
    id: event.id ?? null,
    time: event.eventTime ?? null,
    raw,
  });
}

function fromCloudEvent(event: z.infer<typeof CloudEvent>, raw: unknown): RegistryEvent {
  if (event.type.startsWith("harbor.")) {
    const [first] = fromHarbor({ type: event.type, event_data: event.data ?? {} }, raw);
    return { ...(first ?? unknownEvent(raw)), deliveryId: event.id ?? null, occurredAt: parseTime(event.time ?? null) };
  }
  if (!event.type.startsWith("Microsoft.ContainerRegistry."))
    return { ...unknownEvent(raw), provider: "cloud-events", deliveryId: event.id ?? null, rawAction: event.type };
  const target = TargetEvent.safeParse(event.data ?? {});
  return fromTarget("cloud-events", target.data ?? TargetEvent.parse({}), {
    id: event.id ?? null,
    time: event.time ?? null,
    raw,
  });
}

/** CloudEvents in binary mode carry their attributes as `ce-` headers and only the data as body. */
function binaryCloudEvent(body: unknown, headers: Headers): z.infer<typeof CloudEvent> | null {
  if (!headers.get("ce-type")) return null;
  const attributes = {
    id: headers.get("ce-id"),
    specversion: headers.get("ce-specversion") ?? "",
    type: headers.get("ce-type"),
    time: headers.get("ce-time"),
    subject: headers.get("ce-subject"),
    data: body,
  };
  return CloudEvent.safeParse(attributes).data ?? null;
}

/** The code of an Event Grid subscription handshake. Its validation address is never fetched. */
function validationCode(entries: unknown[]): string | null {
  const Validation = z.object({
    eventType: z.literal("Microsoft.EventGrid.SubscriptionValidationEvent"),
    data: z.object({ validationCode: z.string().min(1).max(500) }),
  });
  for (const entry of entries) {
    const parsed = Validation.safeParse(entry);
    if (parsed.success) return parsed.data.data.validationCode;
  }
  return null;
}

function events(list: RegistryEvent[]): ParsedBody {
  return { kind: "events", events: list };
}

function ping(raw: unknown): RegistryEvent {
  return { ...unknownEvent(raw), action: "ping", rawAction: "ping" };
}

function unknownEvent(raw: unknown): RegistryEvent {
  return {
    provider: "unknown",
    deliveryId: null,
    action: "other",
    rawAction: "",
    repository: null,
    digest: null,
    tag: null,
    actor: null,
    userAgent: null,
    occurredAt: null,
    raw,
  };
}
