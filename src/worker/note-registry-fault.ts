import { missingRight } from "#connectors/registry/missing-right.ts";
import { faultReason } from "#connectors/registry/registry-fault.ts";
import type { RegistryRightName } from "#domain/registry-rights.ts";
import type { ConnectionState } from "#domain/resource.ts";
import { pool } from "#store/client.ts";
import { type RegistryRow, setConnectionState } from "#store/registry/registry.ts";

/** The state and the words for a fault of a registry; null when the fault says nothing about the connection. */
export function connectionAfterFault(
  registry: Pick<RegistryRow, "kind" | "authKind">,
  error: unknown,
  about: { right: RegistryRightName; repository: string | null },
): { state: ConnectionState; reason: string } | null {
  const reason = faultReason(error);
  if (reason === null || reason === "notFound" || !(error instanceof Error)) return null;
  if (reason === "noRight") {
    const missing = missingRight(about.right, { ...registry, repository: about.repository });
    return { state: "noRight", reason: missing ? `${error.message} Missing: ${missing}.` : error.message };
  }
  if (reason === "unauthenticated" || reason === "realm") return { state: "noRight", reason: error.message };
  return { state: reason === "unreachable" ? "unreachable" : "degraded", reason: error.message };
}

/** Shows a fault that a job met on the registry. Only refusals: a single broken image or time-out is the job's own. */
export async function noteRegistryFault(
  registry: RegistryRow,
  error: unknown,
  about: { right: RegistryRightName; repository: string | null },
): Promise<void> {
  const after = connectionAfterFault(registry, error, about);
  if (after?.state !== "noRight") return;
  // The comparison decides whether everything is refused; one refusal alone makes the picture partial.
  await setConnectionState(pool(), registry.id, { state: "degraded", reason: after.reason });
}
