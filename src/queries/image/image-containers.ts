import { z } from "zod";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { digestValue, IsoColumn } from "#queries/list/columns.ts";
import { selectFirst, selectRows, sql } from "#store/sql.ts";
import { ImagePlaceParams, imagePlace } from "./image-place.ts";
import { containersOf, type RunnableImage, runningCount } from "./running-images.ts";

export const MOST_CONTAINERS = 200;

export const RunningContainer = z.object({
  hostId: z.string(),
  hostName: z.string(),
  owner: z.string().nullable(),
  environment: z.string().nullable(),
  containerId: z.string(),
  name: z.string(),
  imageRef: z.string().nullable(),
  state: z.string(),
  firstSeenAt: IsoColumn,
  lastSeenAt: IsoColumn,
});
export type RunningContainer = z.infer<typeof RunningContainer>;

/** Containers of one image or of several, on connected Docker hosts. */
export interface RunningContainers {
  /** The first 200, running ones first, by host and name. */
  containers: RunningContainer[];
  /** Null = no host has reported, so it is not known where anything runs. */
  counts: { containers: number; running: number; hosts: number } | null;
}

/** Where an image runs: containers of connected hosts that were made from it, whatever registry they pulled it from. */
export async function imageContainers(actor: Actor, input: unknown): Promise<RunningContainers> {
  requireRole(actor, "viewer");
  const place = await imagePlace(ImagePlaceParams.parse(input));
  const image = await selectFirst(
    z.object({ digest: z.instanceof(Uint8Array), configDigest: z.instanceof(Uint8Array).nullable() }),
    sql`select digest, config_digest as "configDigest" from image
         where registry_id = ${place.registryId} and digest = ${digestValue(place.digest)}`,
  );
  return runningContainers(image ? [image] : []);
}

/** The containers of these images, and how many there are. */
export async function runningContainers(images: readonly RunnableImage[]): Promise<RunningContainers> {
  const [counts, containers] = await Promise.all([
    runningCount(images),
    selectRows(
      RunningContainer,
      sql`select c.host_id as "hostId", h.name as "hostName", rs.owner, rs.environment, c.container_id as "containerId", c.name,
                 c.image_ref as "imageRef", c.state, c.first_seen_at as "firstSeenAt", c.last_seen_at as "lastSeenAt"
            from (select c.*, h.name as host_name ${containersOf(images)}) c
            join host h on h.id = c.host_id left join resource_summary rs on rs.root_id = c.host_id
           order by c.state = 'running' desc, h.name, c.name, c.container_id limit ${MOST_CONTAINERS}`,
    ),
  ]);
  return { containers: counts === null ? [] : containers, counts };
}
