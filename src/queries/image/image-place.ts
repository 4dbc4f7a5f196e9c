import { z } from "zod";
import { AppError } from "#domain/app-error.ts";
import { Digest } from "#domain/digest.ts";
import { OwnerSource } from "#domain/owner.ts";
import { DigestColumn, digestValue, IsoColumn } from "#queries/list/columns.ts";
import { OptionalText } from "#queries/list/search-params.ts";
import { selectRows, sql } from "#store/sql.ts";

/** Which image, and in which place: a digest may lie in several repositories, each with its own exemptions. */
export const ImagePlaceParams = z.object({
  digest: Digest,
  /** `<registryId>/<repository>`; without it the newest living place. */
  at: OptionalText,
});
export type ImagePlaceParams = z.infer<typeof ImagePlaceParams>;

const PlaceRow = z.object({
  registry_id: z.string(),
  registry_name: z.string(),
  registry_state: z.string(),
  repository_id: z.string(),
  repository: z.string(),
  placement_id: z.string(),
  digest: DigestColumn,
  platform: z.string(),
  first_seen_at: IsoColumn,
  last_pushed_at: IsoColumn,
  retired_at: IsoColumn.nullable(),
  retired_reason: z.string().nullable(),
  tags: z.array(z.string()),
  is_demo: z.boolean(),
  owner: z.string().nullable(),
  owner_source: OwnerSource.nullable(),
});

/** One place of an image. */
export interface ImagePlace {
  registryId: string;
  registryName: string;
  registryState: string;
  repositoryId: string;
  repository: string;
  placementId: string;
  digest: string;
  platform: string;
  firstSeenAt: string;
  lastPushedAt: string;
  retiredAt: string | null;
  retiredReason: string | null;
  /** Tags that point here now, directly or through the index that lists this platform; versions before words like `latest`. */
  tags: string[];
  isDemo: boolean;
  owner: string | null;
  ownerSource: OwnerSource | null;
}

/** Every place of a digest, living ones first, newest push first; at most 200. */
export async function imagePlaces(digest: string): Promise<ImagePlace[]> {
  const rows = await selectRows(
    PlaceRow,
    sql`select p.registry_id, g.name as registry_name, g.state as registry_state, p.repository_id, r.name as repository,
               p.id as placement_id, p.digest, p.platform, p.first_seen_at, p.last_pushed_at,
               p.retired_at, p.retired_reason, g.is_demo, p.owner, p.owner_source,
               array(select t.name from tag t
                      where t.registry_id = p.registry_id and t.repository_id = p.repository_id
                        and t.digest = any(manifests_of(p.registry_id, p.repository_id, p.digest)) and t.retired_at is null
                      order by t.name ~ '^v?[0-9]' desc, t.moved_at desc, t.name limit 50) as tags
          from registry g
          join placement p on p.registry_id = g.id and p.digest = ${digestValue(digest)}
          join repository r on r.registry_id = p.registry_id and r.id = p.repository_id
         where g.deleted_at is null
         order by p.retired_at is not null, p.last_pushed_at desc, p.id
         limit 200`,
  );
  return rows.map(toPlace);
}

/** The place that `params` name. Throws `not-found` with what was looked for. */
export async function imagePlace(params: ImagePlaceParams): Promise<ImagePlace> {
  return pickPlace(await imagePlaces(params.digest), params);
}

/** Picks the asked place out of all places of an image. */
export function pickPlace(places: readonly ImagePlace[], params: ImagePlaceParams): ImagePlace {
  const { at } = params;
  const place = at ? places.find((candidate) => `${candidate.registryId}/${candidate.repository}` === at) : places[0];
  if (place) return place;
  if (places.length > 0) {
    throw new AppError(
      "not-found",
      `This image is not in ${at?.split("/").slice(1).join("/")}. It is in ${places[0]?.repository}.`,
    );
  }
  throw new AppError("not-found", `No connected registry holds an image with digest ${params.digest}.`);
}

function toPlace(row: z.infer<typeof PlaceRow>): ImagePlace {
  return {
    registryId: row.registry_id,
    registryName: row.registry_name,
    registryState: row.registry_state,
    repositoryId: row.repository_id,
    repository: row.repository,
    placementId: row.placement_id,
    digest: row.digest,
    platform: row.platform,
    firstSeenAt: row.first_seen_at,
    lastPushedAt: row.last_pushed_at,
    retiredAt: row.retired_at,
    retiredReason: row.retired_reason,
    tags: row.tags,
    isDemo: row.is_demo,
    owner: row.owner,
    ownerSource: row.owner_source,
  };
}
