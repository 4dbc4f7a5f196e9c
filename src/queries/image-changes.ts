import { z } from "zod";
import { AppError } from "#domain/app-error.ts";
import { Digest } from "#domain/digest.ts";
import { requireRole } from "#domain/require-role.ts";
import type { Actor } from "#domain/role.ts";
import { Severity } from "#domain/severity.ts";
import { selectFirst, selectRows, sql } from "#store/sql.ts";
import { BigIntColumn, DigestColumn, digestValue, IsoColumn } from "./columns.ts";
import { type ImagePlace, imagePlace, ImagePlaceParams } from "./image-place.ts";

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
  against: { digest: string; tag: string | null; pushedAt: string | null; isAssessed: boolean } | null;
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
  const [introduced, fixed, packages] = await Promise.all([
    findingsOnlyIn(place, before.digest, place.digest),
    findingsOnlyIn(place, place.digest, before.digest),
    packageChanges(place, before.digest),
  ]);
  return { against: before, choices, introduced, fixed, packages };
}

const AgainstRow = z
  .object({ digest: DigestColumn, tag: z.string().nullable(), pushed_at: IsoColumn.nullable(), is_assessed: z.boolean() })
  .transform((row) => ({ digest: row.digest, tag: row.tag, pushedAt: row.pushed_at, isAssessed: row.is_assessed }));

/** The image of the same platform that the newest push of this one replaced. */
function previousPlace(place: ImagePlace) {
  const own = [digestValue(place.digest), place.parentDigest ? digestValue(place.parentDigest) : null];
  return selectFirst(
    AgainstRow,
    sql`select p.digest, u.tag, p.last_pushed_at as pushed_at, i.scanned_at is not null as is_assessed
          from push u
          join placement p on p.registry_id = u.registry_id and p.repository_id = u.repository_id
               and (p.digest = u.previous_digest or p.parent_digest = u.previous_digest) and p.platform = ${place.platform}
          join image i on i.registry_id = p.registry_id and i.digest = p.digest
         where u.registry_id = ${place.registryId} and u.repository_id = ${place.repositoryId}
           and u.digest = any(${own.filter((digest) => digest !== null)}::bytea[])
           and p.digest <> ${digestValue(place.digest)}
         order by u.pushed_at desc, u.id desc limit 1`,
  );
}

async function chosenPlace(place: ImagePlace, digest: string) {
  const chosen = await selectFirst(
    AgainstRow,
    sql`select p.digest, null as tag, p.last_pushed_at as pushed_at, i.scanned_at is not null as is_assessed
          from placement p join image i on i.registry_id = p.registry_id and i.digest = p.digest
         where p.registry_id = ${place.registryId} and p.repository_id = ${place.repositoryId}
           and p.digest = ${digestValue(digest)}
         limit 1`,
  );
  if (!chosen) throw new AppError("not-found", `${place.repository} holds no image with digest ${digest} to compare with.`);
  return chosen;
}

async function loadChoices(place: ImagePlace): Promise<ImageChanges["choices"]> {
  const rows = await selectRows(
    z.object({ digest: DigestColumn, pushed_at: IsoColumn, tags: z.array(z.string()) }),
    sql`select p.digest, p.last_pushed_at as pushed_at,
               array(select t.name from tag t where t.registry_id = p.registry_id and t.repository_id = p.repository_id
                        and t.digest in (p.digest, p.parent_digest) and t.retired_at is null order by t.name limit 5) as tags
          from placement p
         where p.registry_id = ${place.registryId} and p.repository_id = ${place.repositoryId}
           and p.platform = ${place.platform} and p.digest <> ${digestValue(place.digest)}
         order by p.last_pushed_at desc, p.digest limit 50`,
  );
  return rows.map((row) => ({ digest: row.digest, tags: row.tags, pushedAt: row.pushed_at }));
}

function findingsOnlyIn(place: ImagePlace, without: string, within: string): Promise<FindingChange[]> {
  const findings = (digest: string) => sql`
    select f.vulnerability_id, f.package_version_id, f.severity, f.severity_rank, f.fixed_version, pv.type, pv.name, pv.version
      from placement_finding f join package_version pv on pv.id = f.package_version_id
     where f.registry_id = ${place.registryId} and f.repository_id = ${place.repositoryId}
       and f.digest = ${digestValue(digest)} and f.platform = ${place.platform} and f.state = 'open'`;
  return selectRows(
    Change,
    sql`with gone as materialized (${findings(without)})
        select v.key, v.title, n.severity, v.kev_added_at is not null as kev, n.package_version_id as "packageVersionId",
               n.name as "packageName", n.type as "packageType", n.version, n.fixed_version as "fixedVersion"
          from (${findings(within)}) n
          join vulnerability v on v.id = n.vulnerability_id
         where not exists (select 1 from gone g where g.vulnerability_id = n.vulnerability_id and g.type = n.type and g.name = n.name)
         order by kev desc, n.severity_rank desc, v.key, n.name, n.package_version_id
         limit 2000`,
  );
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
