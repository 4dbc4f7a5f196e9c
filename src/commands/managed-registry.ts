import { z } from "zod";
import { AppError } from "#domain/app-error.ts";
import { lockRegistry, type RegistryRow } from "#store/registry/registry.ts";
import type { Transaction } from "#store/transaction.ts";

/** The one field that every command on a connected registry has. */
export const RegistryId = z.object({ registryId: z.uuid() });

/** The registry, locked until the transaction ends. Throws `not-found` when it is not connected. */
export async function managedRegistry(tx: Transaction, registryId: string): Promise<RegistryRow> {
  const registry = await lockRegistry(tx, registryId);
  if (!registry)
    throw new AppError("not-found", "This registry is not connected. It may have been disconnected by somebody else.");
  return registry;
}

/** What the audit log and messages call it. */
export const targetOf = (registry: RegistryRow): { kind: string; id: string; name: string } => ({
  kind: "registry",
  id: registry.id,
  name: registry.name,
});
