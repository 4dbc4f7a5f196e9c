import { z } from "zod";
import { AppError } from "#domain/app-error.ts";
import { Digest } from "#domain/digest.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { Severity } from "#domain/severity.ts";
import { BigIntColumn, DigestColumn, digestValue, IsoColumn } from "#queries/list/columns.ts";
import { findingChanges, previousPlaces } from "#store/sql/finding-diff.ts";
import { type Statement, selectFirst, selectRows, sql } from "#store/sql.ts";
import { type ImagePlace, ImagePlaceParams, imagePlace } from "./image-place.ts";

export const ImageChangesParams = ImagePlaceParams.extend({
  /** Compare with this image of the same repository; without it with the push before. */
  against: Digest.optional().catch(undefined),
});

const Change = z.object({
  key: z.string(),
  title: z.string(),
  severity: Severity,
  kev: z.boolean(),
  packageVersionId: BigIntColumn,
  packageName: z.string(),
  packageType: z.string(),
  version: z.string(),
  fixedVersion: z.string().nullable(),
});
export type FindingChange = z.infer<typeof Change>;

/** One package whose installed versions differ. An empty list of versions = not installed there. */
export interface PackageChange {
  type: string;
  name: string;
  before: string[];
  after: string[];
}

export interface ImageChanges {
  /** The image compared with, or null when this is the first push of its tag. */
  against: { digest: string; tag: string | null; pushedAt: string; isAssessed: boolean } | null;
  /** Images of this repository and platform to choose from, newest push first. */
  choices: { digest: string; tags: string[]; pushedAt: string }[];
  introduced: FindingChange[];
  fixed: FindingChange[];
  packages: PackageChange[];
}

/**
 * What came and went between two images of one repository: an open finding counts as introduced when the other image has
 * no open finding of that vulnerability in a package of that name, so a mere version change is neither.
 */
export async function imageChanges(actor: Actor, input: unknown): Promise<ImageChanges> {
  requireRole(actor, "viewer");
  const params = ImageChangesParams.parse(input);
  const place = await imagePlace(params);
  const choices = await loadChoices(place);
  const before = params.against ? await chosenPlace(place, params.against) : await previousPlace(place);
  if (!before) return { against: null, choices, introduced: [], fixed: [], packages: [] };
  const [changes, packages] = await Promise.all([
    loadFindingChanges(place, before.placementId),
    packageChanges(place, before.digest),
  ]);
  return { against: before, choices, ...changes, packages };
}

const AgainstRow = z
  .object({
    placement_id: z.string(),
    digest: DigestColumn,
    tag: z.string().nullable(),
    pushed_at: IsoColumn,
    is_assessed: z.boolean(),
  })
  .transform((row) => ({
    placementId: row.placement_id,
    digest: row.digest,
    tag: row.tag,
    pushedAt: row.pushed_at,
    isAssessed: row.is_assessed,
  }));

/** The other image with the tag of its newest push, which may have moved on since. */
function otherPlace(place: ImagePlace, condition: Statement) {
  return selectFirst(
    AgainstRow,
    sql`select p.id as placement_id, p.digest, p.last_pushed_at as pushed_at, i.scanned_at is not null as is_assessed,
               (select u.tag from push u where u.registry_id = p.registry_id and u.repository_id = p.repository_id
                   and u.digest = any(manifests_of(p.registry_id, p.repository_id, p.digest)) order by u.pushed_at desc, u.id desc limit 1) as tag
          from placement p join image i on i.registry_id = p.registry_id and i.digest = p.digest
         where p.registry_id = ${place.registryId} and p.repository_id = ${place.repositoryId} and ${condition}
         limit 1`,
  );
}

/** The image that this one followed, by the same rule as the pushes of the repository. */
function previousPlace(place: ImagePlace) {
  const own = sql`select ${place.registryId}::uuid as registry_id, ${place.placementId}::uuid as placement_id`;
  return otherPlace(place, sql`p.id = (select previous_id from (${previousPlaces(own)}) previous)`);
}

async function chosenPlace(place: ImagePlace, digest: string) {
  const chosen = await otherPlace(place, sql`p.digest = ${digestValue(digest)} and p.platform = ${place.platform}`);
  if (!chosen)
    throw new AppError(
      "not-found",
      `${place.repository} holds no ${place.platform} image with digest ${digest} to compare with.`,
    );
  return chosen;
}

async function loadChoices(place: ImagePlace): Promise<ImageChanges["choices"]> {
  const rows = await selectRows(
    z.object({ digest: DigestColumn, pushed_at: IsoColumn, tags: z.array(z.string()) }),
    sql`select p.digest, p.last_pushed_at as pushed_at,
               array(select t.name from tag t where t.registry_id = p.registry_id and t.repository_id = p.repository_id
                        and t.digest = any(manifests_of(p.registry_id, p.repository_id, p.digest)) and t.retired_at is null order by t.name limit 5) as tags
          from placement p
         where p.registry_id = ${place.registryId} and p.repository_id = ${place.repositoryId}
           and p.platform = ${place.platform} and p.digest <> ${digestValue(place.digest)}
         order by p.last_pushed_at desc, p.digest limit 50`,
  );
  return rows.map((row) => ({ digest: row.digest, tags: row.tags, pushedAt: row.pushed_at }));
}

async function loadFindingChanges(
  place: ImagePlace,
  beforePlacementId: string,
): Promise<{ introduced: FindingChange[]; fixed: FindingChange[] }> {
  const pair = sql`select ${place.registryId}::uuid as registry_id, ${place.placementId}::uuid as placement_id, ${beforePlacementId}::uuid as previous_id`;
  const rows = await selectRows(
    Change.extend({ change: z.enum(["introduced", "fixed"]) }),
    sql`select c.change, v.key, v.title, pa.severity, v.kev_added_at is not null as kev, c.package_version_id as "packageVersionId",
               pv.name as "packageName", pv.type as "packageType", pv.version, pa.fixed_version as "fixedVersion"
          from (${findingChanges(pair)}) c
          join vulnerability v on v.id = c.vulnerability_id
          join package_version pv on pv.id = c.package_version_id
          join package_advisory pa on pa.package_version_id = c.package_version_id and pa.vulnerability_id = c.vulnerability_id
         order by kev desc, c.severity_rank desc, v.key, pv.name, c.package_version_id`,
  );
  const of = (change: "introduced" | "fixed") =>
    rows.filter((row) => row.change === change).map(({ change: _change, ...row }) => row);
  return { introduced: of("introduced"), fixed: of("fixed") };
}

async function packageChanges(place: ImagePlace, before: string): Promise<PackageChange[]> {
  const versions = (digest: string) => sql`
    select pv.type, pv.name, array_agg(distinct pv.version order by pv.version) as versions
      from image_set s
      join set_package sp on sp.registry_id = s.registry_id and sp.set_id = s.set_id
      join package_version pv on pv.id = sp.package_version_id
     where s.registry_id = ${place.registryId} and s.digest = ${digestValue(digest)}
     group by pv.type, pv.name`;
  return selectRows(
    z.object({ type: z.string(), name: z.string(), before: z.array(z.string()), after: z.array(z.string()) }),
    sql`select type, name, coalesce(b.versions, '{}') as before, coalesce(a.versions, '{}') as after
          from (${versions(before)}) b full join (${versions(place.digest)}) a using (type, name)
         where a.versions is distinct from b.versions
         order by type, name limit 5000`,
  );
}
