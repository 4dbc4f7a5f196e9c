import { z } from "zod";
import type { RegistryEvent } from "#domain/registry-event.ts";
import { parseTime } from "./registry-event-target.ts";

const text = (most: number) => z.string().max(most).nullish().catch(null);
const Package = z.object({
  name: z.string().max(255),
  ecosystem: text(50),
  package_type: text(50),
  owner: z
    .object({ login: text(100) })
    .nullish()
    .catch(null),
  updated_at: text(64),
  package_version: z
    .object({
      version: text(200),
      updated_at: text(64),
      container_metadata: z
        .object({
          tag: z
            .object({ name: text(128), digest: text(200) })
            .nullish()
            .catch(null),
        })
        .nullish()
        .catch(null),
    })
    .nullish()
    .catch(null),
});

/** True for the `registry_package` and `package` events of GitHub. */
export function isGhcrBody(
  body: object,
): body is { action?: unknown; registry_package?: unknown; package?: unknown; sender?: unknown } {
  return "registry_package" in body || ("package" in body && "action" in body);
}

/** A package event of GitHub's container registry; other package kinds are `other`. The version is the manifest's digest. */
export function fromGhcr(body: {
  action?: unknown;
  registry_package?: unknown;
  package?: unknown;
  sender?: unknown;
}): RegistryEvent {
  const parsed = Package.safeParse(body.registry_package ?? body.package);
  const item = parsed.data;
  const version = item?.package_version;
  const isContainer = [item?.ecosystem, item?.package_type].some((kind) => /^(docker|container)$/i.test(kind ?? ""));
  const isPush = body.action === "published" || body.action === "updated";
  const tag = version?.container_metadata?.tag;
  const sender = z.object({ login: z.string().max(100) }).safeParse(body.sender);
  return {
    provider: "ghcr",
    deliveryId: null,
    action: isContainer && isPush ? "push" : "other",
    rawAction: String(body.action ?? "").slice(0, 64),
    repository: item ? `${item.owner?.login ?? ""}/${item.name}`.toLowerCase() : null,
    digest: version?.version?.startsWith("sha256:") ? version.version : (tag?.digest ?? null),
    tag: tag?.name || null,
    actor: sender.data?.login ?? null,
    userAgent: null,
    occurredAt: parseTime(version?.updated_at ?? item?.updated_at ?? null),
    raw: null,
  };
}
