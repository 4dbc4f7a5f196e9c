import { z } from "zod";
import type { RegistryEvent, RegistryEventAction } from "#domain/registry-event.ts";

const text = (most: number) => z.string().max(most).nullish().catch(null);

/** Harbor's default payload, and the data of its CloudEvents format. */
export const HarborBody = z.object({
  type: z.string().max(100),
  occur_at: z.number().nullish().catch(null),
  operator: text(255),
  event_data: z.object({
    resources: z
      .array(z.object({ digest: text(200), tag: text(200) }))
      .max(200)
      .nullish()
      .catch(null),
    repository: z
      .object({ repo_full_name: text(255) })
      .nullish()
      .catch(null),
  }),
});
type HarborBody = z.infer<typeof HarborBody>;

const actions: Record<string, RegistryEventAction> = {
  PUSH_ARTIFACT: "push",
  PULL_ARTIFACT: "pull",
  DELETE_ARTIFACT: "delete",
  "harbor.artifact.pushed": "push",
  "harbor.artifact.pulled": "pull",
  "harbor.artifact.deleted": "delete",
};

/** One event per artifact of the payload. Harbor writes the digest into `tag` when a push had none. */
export function fromHarbor(
  body: Partial<HarborBody> & Pick<HarborBody, "type"> & { event_data: unknown },
  raw: unknown,
): RegistryEvent[] {
  const data = HarborBody.shape.event_data.safeParse(body.event_data);
  const resources = data.data?.resources ?? [];
  const occurredAt = body.occur_at ? new Date(body.occur_at * 1000) : null;
  return (resources.length > 0 ? resources : [{ digest: null, tag: null }]).map((resource) => ({
    provider: "harbor",
    // Harbor's default payload has no id: the content is the key.
    deliveryId: null,
    action: actions[body.type] ?? "other",
    rawAction: body.type,
    repository: data.data?.repository?.repo_full_name ?? null,
    digest: resource.digest ?? null,
    tag: resource.tag && !resource.tag.startsWith("sha256:") ? resource.tag : null,
    actor: body.operator ?? null,
    userAgent: null,
    occurredAt: occurredAt && !Number.isNaN(occurredAt.getTime()) ? occurredAt : null,
    raw: resources.length > 1 ? { ...(raw as object), resource } : raw,
  }));
}
