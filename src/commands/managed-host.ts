import { z } from "zod";
import { AppError } from "#domain/app-error.ts";
import { findHost, type HostRow } from "#store/host/host.ts";
import type { Transaction } from "#store/transaction.ts";

export const HostId = z.object({ hostId: z.uuid() });

/** The host a command is about, locked for its transaction. Throws `not-found` when it was removed or never was. */
export async function managedHost(tx: Transaction, hostId: string): Promise<HostRow> {
  const host = await findHost(hostId, tx, { lock: true });
  if (!host) throw new AppError("not-found", "This host does not exist or was removed.");
  return host;
}

/** The host as an audit row names it. */
export const hostTarget = (host: HostRow) => ({ kind: "host", id: host.id, name: host.name });
