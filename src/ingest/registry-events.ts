import { AppError } from "#domain/app-error.ts";
import { Digest } from "#domain/digest.ts";
import { links } from "#domain/links.ts";
import type { DeliveryOutcome, RegistryEvent } from "#domain/registry-event.ts";
import { RepositoryName, TagName } from "#domain/registry-settings.ts";
import { recordChange } from "#store/change.ts";
import { knowsManifest } from "#store/image/manifest.ts";
import { enqueue } from "#store/queue/queue.ts";
import { deliveryKey, insertDelivery, markDeliverySeen } from "#store/registry/delivery.ts";
import { findRegistry, noteRegistryData } from "#store/registry/registry.ts";
import { repositoryIdOf } from "#store/registry/repository.ts";
import { type Transaction, transaction } from "#store/transaction.ts";
import { authenticateToken } from "./authenticate-token.ts";
import { readCappedJson } from "./read-capped-body.ts";
import { parseEnvelope } from "./registry-event-envelopes.ts";

const BODY_CAP = 1_048_576;

export type IngestAnswer =
  | { status: 202; body: { queued: number; ignored: number; duplicates: number; unknown: number; href: string } }
  | { status: 200; body: { validationResponse: string } };

/**
 * Takes a delivery of a registry: proves its token, stores every event once and, in the same transaction, the job that looks
 * at it. Unknown kinds are stored and counted. Throws AppError 401, 413, 400.
 */
export async function ingestRegistryEvents(registryId: string, request: Request): Promise<IngestAnswer> {
  await authenticateToken(request.headers, "webhook", { kind: "registry", id: registryId });
  const body = await readCappedJson(request, { maxBytes: BODY_CAP });
  const parsed = parseEnvelope(body, request.headers);
  if (parsed.kind === "handshake") return { status: 200, body: { validationResponse: parsed.validationCode } };
  const counts = await transaction((tx) => storeEvents(tx, registryId, parsed.events));
  return { status: 202, body: { ...counts, href: links.registry(registryId) } };
}

interface Counts {
  queued: number;
  ignored: number;
  duplicates: number;
  unknown: number;
}

async function storeEvents(tx: Transaction, registryId: string, events: RegistryEvent[]): Promise<Counts> {
  const registry = await findRegistry(registryId, tx);
  if (!registry) throw new AppError("gone", "This registry is no longer connected.");
  const counts: Counts = { queued: 0, ignored: 0, duplicates: 0, unknown: 0 };
  await noteRegistryData(tx, registryId, "event");
  let stored = 0;
  for (const event of events) {
    // Pulls and layers outnumber everything else and say nothing; our own reads are among them.
    if (event.action === "pull" || event.action === "blob") {
      counts.ignored += 1;
      continue;
    }
    const key = deliveryKey(event);
    if (!(await markDeliverySeen(tx, registryId, key))) {
      counts.duplicates += 1;
      continue;
    }
    const { outcome, detail } =
      registry.state === "paused"
        ? { outcome: "paused" as const, detail: "The registry is paused; it is compared when it is resumed." }
        : await act(tx, registryId, event);
    await insertDelivery(tx, registryId, { event, key, outcome, detail });
    counts[outcome === "queued" || outcome === "unknown" ? outcome : "ignored"] += 1;
    stored += 1;
  }
  if (stored > 0) await recordChange(tx, `registry:${registryId}`);
  return counts;
}

interface Decision {
  outcome: DeliveryOutcome;
  detail: string | null;
}

async function act(tx: Transaction, registryId: string, event: RegistryEvent): Promise<Decision> {
  if (event.provider === "unknown" && event.action !== "ping")
    return { outcome: "unknown", detail: "No registry that Breakwater knows sends this." };
  switch (event.action) {
    case "ping":
      return { outcome: "ping", detail: null };
    case "chart":
      return { outcome: "ignored", detail: "Helm charts are not scanned." };
    case "other":
      return { outcome: "unknown", detail: `Breakwater does nothing on ${event.rawAction || "this event"}.` };
    case "push":
    case "quarantine":
      return queueRead(tx, registryId, event);
    case "delete":
      return queueVerify(tx, registryId, event);
    default:
      return { outcome: "ignored", detail: null };
  }
}

async function queueRead(tx: Transaction, registryId: string, event: RegistryEvent): Promise<Decision> {
  const fault = faultOf(event);
  const reference = event.digest ?? event.tag;
  if (fault || !event.repository || !reference)
    return { outcome: "invalid", detail: fault ?? "The event names no digest and no tag." };
  const payload = {
    registryId,
    repository: event.repository,
    reference,
    tag: event.tag,
    source: "webhook" as const,
    actor: event.actor,
    occurredAt: event.occurredAt?.toISOString() ?? null,
  };
  // Several deliveries of one push make one job: who sent it and when is not part of the key.
  await enqueue("read-manifest", payload, {
    executor: tx,
    priority: "push",
    key: `${registryId} ${event.repository} ${reference} ${event.tag ?? ""}`,
  });
  return { outcome: "queued", detail: null };
}

async function queueVerify(tx: Transaction, registryId: string, event: RegistryEvent): Promise<Decision> {
  const fault = faultOf(event);
  if (fault || !event.repository) return { outcome: "invalid", detail: fault ?? "The event names no repository." };
  const repository = { registryId, id: repositoryIdOf(registryId, event.repository) };
  // A deleted layer looks like a deleted manifest; only the inventory can tell.
  if (event.digest && !event.tag && !(await knowsManifest(tx, repository, event.digest)))
    return { outcome: "ignored", detail: "Not a manifest that is known here." };
  const payload = { registryId, repository: event.repository, digest: event.digest, tag: event.tag };
  await enqueue("verify-delete", payload, { executor: tx, priority: "push" });
  return { outcome: "queued", detail: null };
}

function faultOf(event: RegistryEvent): string | null {
  if (!RepositoryName.safeParse(event.repository).success) return "The repository name is missing or not one.";
  if (event.digest && !Digest.safeParse(event.digest).success) return "The digest is not a sha256 digest.";
  if (event.tag && !TagName.safeParse(event.tag).success) return "The tag is not a tag name.";
  return null;
}

/**
 * The handshake of CloudEvents webhooks (OPTIONS, web hook spec §4.1): the origin that asks is the one allowed. It changes
 * nothing and tells nothing; events still need the token.
 */
export function cloudEventsHandshake(headers: Headers): Record<string, string> {
  const origin = headers.get("webhook-request-origin") ?? "";
  if (!/^[\w.*-]{1,255}$/.test(origin))
    throw new AppError("bad-request", "WebHook-Request-Origin is missing or not a host name.");
  return { "webhook-allowed-origin": origin, "webhook-allowed-rate": "120", allow: "POST, OPTIONS" };
}
