import type { DeliveryOutcome, RegistryEvent } from "#domain/registry-event.ts";
import { newId, sha256 } from "#store/ids.ts";
import { type Executor, execute, sql } from "#store/sql.ts";

const BODY_CAP = 8192;

/** Key of a delivery: the sender's id where it has one, else its content. Equal in every redelivery. */
export function deliveryKey(event: RegistryEvent): Uint8Array {
  return sha256(
    event.deliveryId
      ? `${event.provider}\u0000${event.deliveryId}\u0000${event.repository}\u0000${event.tag}\u0000${event.digest}`
      : `${event.provider}\u0000${JSON.stringify([event.rawAction, event.repository, event.tag, event.digest, event.occurredAt, event.raw])}`,
  );
}

/** Notes that a delivery came in. False when it had come before. */
export async function markDeliverySeen(executor: Executor, registryId: string, key: Uint8Array): Promise<boolean> {
  const added = await execute(
    sql`insert into delivery_seen (registry_id, delivery_key) values (${registryId}, ${key}) on conflict do nothing`,
    executor,
  );
  return added === 1;
}

/** Stores a delivery for the Events tab. */
export async function insertDelivery(
  executor: Executor,
  registryId: string,
  delivery: { event: RegistryEvent; key: Uint8Array; outcome: DeliveryOutcome; detail: string | null },
): Promise<void> {
  const { event } = delivery;
  const body = JSON.stringify(event.raw ?? null);
  await execute(
    sql`insert into delivery (registry_id, id, delivery_key, provider, action, repository, digest, tag, actor, user_agent, occurred_at, outcome, detail, body)
        values (${registryId}, ${newId()}, ${delivery.key}, ${event.provider}, ${event.rawAction.slice(0, 100) || event.action}, ${event.repository},
          ${event.digest}, ${event.tag}, ${event.actor}, ${event.userAgent?.slice(0, 300) ?? null}, ${event.occurredAt}, ${delivery.outcome},
          ${delivery.detail}, ${body.length <= BODY_CAP ? body : null})`,
    executor,
  );
}
