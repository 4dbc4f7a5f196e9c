import { z } from "zod";
import { shortDigest } from "#domain/digest.ts";
import { links } from "#domain/links.ts";
import { requireRole } from "#domain/require-role.ts";
import { RootKind } from "#domain/resource.ts";
import type { Actor } from "#domain/role.ts";
import { Severity } from "#domain/severity.ts";
import { selectRows, sql } from "#store/sql.ts";
import { DigestColumn, likePattern } from "./list/columns.ts";
import { TextParam } from "./list/search-params.ts";

export const SearchParams = z.object({
  q: TextParam.optional()
    .catch(undefined)
    .transform((text) => text ?? ""),
});

const perGroup = 8;

export interface SearchHit {
  title: string;
  detail: string;
  href: string;
  severity: Severity | null;
}

export interface SearchGroup {
  kind: "vulnerability" | "package" | "image" | "repository" | "resource";
  hits: SearchHit[];
  /** True when more than the shown hits match. */
  hasMore: boolean;
}

export interface SearchResult {
  q: string;
  groups: SearchGroup[];
  /** Set when the text names exactly one thing: the page goes straight there. */
  exact: string | null;
}

/** Finds vulnerabilities, packages, images, repositories and connected resources by what people paste or remember of them. */
export async function search(actor: Actor, input: unknown): Promise<SearchResult> {
  requireRole(actor, "viewer");
  const { q } = SearchParams.parse(input);
  if (q.length < 2) return { q, groups: [], exact: null };
  const [vulnerabilities, packages, images, repositories, resources] = await Promise.all([
    findVulnerabilities(q),
    findPackages(q),
    findImages(q),
    findRepositories(q),
    findResources(q),
  ]);
  const groups: SearchGroup[] = [
    toGroup("vulnerability", vulnerabilities),
    toGroup("image", images),
    toGroup("repository", repositories),
    toGroup("package", packages),
    toGroup("resource", resources),
  ].filter((group) => group.hits.length > 0);
  return { q, groups, exact: exactHit(q, vulnerabilities, images) };
}

interface Found extends SearchHit {
  isExact?: boolean;
}

function toGroup(kind: SearchGroup["kind"], found: Found[]): SearchGroup {
  const hits = found.slice(0, perGroup).map(({ isExact: _isExact, ...hit }) => hit);
  return { kind, hits, hasMore: found.length > perGroup };
}

function exactHit(q: string, vulnerabilities: Found[], images: Found[]): string | null {
  const exact = vulnerabilities.filter((hit) => hit.isExact);
  if (exact.length === 1) return exact[0]?.href ?? null;
  return digestPrefix(q)?.length !== undefined && (digestPrefix(q)?.length ?? 0) >= 12 && images.length === 1
    ? (images[0]?.href ?? null)
    : null;
}

async function findVulnerabilities(q: string): Promise<Found[]> {
  const rows = await selectRows(
    z.object({ key: z.string(), title: z.string(), severity: Severity, places: z.number(), exact: z.boolean() }),
    sql`select key, title, severity, (select coalesce(sum(t.places), 0)::int from flaw_total t where t.vulnerability_id = vulnerability.id) as places,
               upper(key) = upper(${q}) or exists (select 1 from unnest(aliases) alias where upper(alias) = upper(${q})) as exact
          from vulnerability
         where key ilike ${likePattern(q)} or aliases && ${[...new Set([q, q.toUpperCase()])]}::text[]
            or aliases @> array[${q.replace(/^ghsa-(.*)$/i, (_, rest: string) => `GHSA-${rest.toLowerCase()}`)}]
         order by exact desc, exists (select 1 from flaw_total t where t.vulnerability_id = vulnerability.id) desc, severity_rank desc, key desc limit ${perGroup + 1}`,
  );
  return rows.map((row) => ({
    title: row.key,
    detail:
      row.places > 0
        ? `${row.title}. Open in ${row.places} ${row.places === 1 ? "place" : "places"}`
        : `${row.title}. Not found in any image here`,
    href: links.vulnerability(row.key),
    severity: row.severity,
    isExact: row.exact,
  }));
}

async function findPackages(q: string): Promise<Found[]> {
  const rows = await selectRows(
    z.object({ name: z.string(), types: z.array(z.string()), versions: z.number() }),
    sql`select name, array_agg(distinct type order by type) as types, count(*)::int as versions
          from package_version where name ilike ${likePattern(q)}
         group by name order by lower(name) = lower(${q}) desc, length(name), name limit ${perGroup + 1}`,
  );
  return rows.map((row) => ({
    title: row.name,
    detail: `${row.types.join(", ")} package, ${row.versions} ${row.versions === 1 ? "version" : "versions"} here`,
    href: `${links.vulnerabilities()}?package=${encodeURIComponent(row.name)}`,
    severity: null,
  }));
}

/** The hex digits of a digest prefix, or null when the text is none. */
function digestPrefix(q: string): string | null {
  const digits = q.toLowerCase().replace(/^sha256:/, "");
  return /^[0-9a-f]{6,64}$/.test(digits) ? digits : null;
}

async function findImages(q: string): Promise<Found[]> {
  const prefix = digestPrefix(q);
  if (!prefix) return [];
  const rows = await selectRows(
    z.object({ digest: DigestColumn, platform: z.string(), repository: z.string() }),
    sql`select distinct on (i.digest) i.digest, i.platform, r.name as repository
          from image i
          join placement p on p.registry_id = i.registry_id and p.digest = i.digest
          join repository r on r.registry_id = p.registry_id and r.id = p.repository_id
          join registry g on g.id = i.registry_id and g.deleted_at is null
         where i.digest between decode(rpad(${prefix}, 64, '0'), 'hex') and decode(rpad(${prefix}, 64, 'f'), 'hex')
         order by i.digest, p.retired_at is not null, p.last_pushed_at desc limit ${perGroup + 1}`,
  );
  return rows.map((row) => ({
    title: `${row.repository}@${shortDigest(row.digest)}`,
    detail: row.platform,
    href: links.image(row.digest),
    severity: null,
  }));
}

async function findRepositories(q: string): Promise<Found[]> {
  const rows = await selectRows(
    z.object({ registryId: z.string(), name: z.string(), registry: z.string(), images: z.number() }),
    sql`select r.registry_id as "registryId", r.name, g.name as registry, r.image_count as images
          from repository r join registry g on g.id = r.registry_id and g.deleted_at is null
         where r.name ilike ${likePattern(q.split(":")[0] ?? q)} and r.retired_at is null
         order by lower(r.name) = lower(${q}) desc, length(r.name), r.name, r.id limit ${perGroup + 1}`,
  );
  return rows.map((row) => ({
    title: row.name,
    detail: `Repository in ${row.registry}, ${row.images} ${row.images === 1 ? "image" : "images"}`,
    href: links.repository(row.registryId, row.name),
    severity: null,
  }));
}

async function findResources(q: string): Promise<Found[]> {
  const rows = await selectRows(
    z.object({ rootId: z.string(), kind: RootKind, name: z.string(), detail: z.string() }),
    sql`select root_id as "rootId", kind, name, detail from resource_summary
         where name ilike ${likePattern(q)} or detail ilike ${likePattern(q)}
         order by lower(name) = lower(${q}) desc, length(name), name, root_id limit ${perGroup + 1}`,
  );
  return rows.map((row) => ({
    title: row.name,
    detail: row.detail,
    href: links.root(row.kind, row.rootId),
    severity: null,
  }));
}
