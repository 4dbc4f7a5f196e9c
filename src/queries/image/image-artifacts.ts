import { z } from "zod";
import { type ArtifactKind, artifactKindOf } from "#domain/artifact-kind.ts";
import { DigestColumn, digestValue } from "#queries/list/columns.ts";
import { selectRows, sql } from "#store/sql.ts";
import type { ImagePlace } from "./image-place.ts";

/** A signature, attestation, SBOM or other artifact that was put beside an image. */
export interface ImageArtifact {
  kind: ArtifactKind;
  digest: string;
  /** Tags of its own, such as `sha256-….sig`. */
  tags: string[];
}

const Row = z.object({ digest: DigestColumn, type: z.string(), tags: z.array(z.string()) });

/**
 * What lies beside an image: artifacts that name it or one of its indexes as their subject, and the build attestations that those
 * indexes list for it. At most 100, by kind.
 */
export async function imageArtifacts(place: ImagePlace): Promise<ImageArtifact[]> {
  const own = sql`m.registry_id = ${place.registryId} and m.repository_id = ${place.repositoryId} and m.retired_at is null`;
  const image = digestValue(place.digest);
  const rows = await selectRows(
    Row,
    sql`with about (digest, type) as (
          select m.digest, coalesce(m.artifact_type, m.media_type) from manifest m
           where ${own} and m.kind = 'other'
             and m.subject_digest = any(manifests_of(m.registry_id, m.repository_id, ${image}))
          union
          select decode(substr(child ->> 'digest', 8), 'hex'), 'attestation' from manifest m
            cross join lateral jsonb_array_elements(m.children) as child
           where ${own} and m.kind = 'index' and m.digest = any(manifests_of(m.registry_id, m.repository_id, ${image}))
             and (child ->> 'isAttestation')::boolean and coalesce(child ->> 'subject', ${place.digest}) = ${place.digest})
        select a.digest, min(a.type) as type,
               array(select t.name from tag t where t.registry_id = ${place.registryId} and t.repository_id = ${place.repositoryId}
                  and t.digest = a.digest and t.retired_at is null order by t.name limit 5) as tags
          from about a group by a.digest order by 2, 1 limit 100`,
  );
  return rows.map(({ digest, type, tags }) => ({ kind: artifactKindOf(type), digest, tags }));
}
