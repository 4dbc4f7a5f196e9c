import { z } from "zod";
import { shortDigest } from "#domain/digest.ts";
import { links } from "#domain/links.ts";
import { PackageType, packageKind } from "#domain/package-kind.ts";
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
  kind: "vulnerability" | "package" | "image" | "repository" | "resource" | "rule";
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
  const [vulnerabilities, packages, images, repositories, resources, rules] = await Promise.all([
    findVulnerabilities(q),
    findPackages(q),
    findImages(q),
    findRepositories(q),
    findResources(q),
    findRules(q),
  ]);
  const groups: SearchGroup[] = [
    toGroup("vulnerability", vulnerabilities),
    toGroup("image", images),
    toGroup("repository", repositories),
    toGroup("package", packages),
    toGroup("resource", resources),
    toGroup("rule", rules),
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

/** By the name of the package or of the source it was built from: people know glibc, the package is libc6. */
async function findPackages(q: string): Promise<Found[]> {
  const rows = await selectRows(
    z.object({ name: z.string(), types: z.array(PackageType), versions: z.number() }),
    sql`select word as name, array_agg(distinct type order by type) as types, count(*)::int as versions
          from (select id, type, name as word from package_version where name ilike ${likePattern(q)}
                union select id, type, source_name from package_version where source_name ilike ${likePattern(q)}) found
         group by word order by lower(word) = lower(${q}) desc, length(word), word limit ${perGroup + 1}`,
  );
  return rows.map((row) => ({
    title: row.name,
    detail: `${row.types.map((type) => packageKind(type).label).join(", ")} package, ${row.versions} ${row.versions === 1 ? "version" : "versions"} here`,
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
  return prefix ? findByDigest(prefix) : findTagged(q);
}

/** The newest images of repositories with that name; after a colon the tag is looked for too. */
async function findTagged(q: string): Promise<Found[]> {
  const [name = "", tag = ""] = q.split(":");
  const rows = await selectRows(
    z.object({
      registryId: z.string(),
      registry: z.string(),
      repository: z.string(),
      tag: z.string(),
      digest: DigestColumn,
    }),
    sql`select r.registry_id as "registryId", g.name as registry, r.name as repository, t.name as tag, p.digest
          from (select * from repository where name ilike ${likePattern(name)} and retired_at is null
                 order by lower(name) = lower(${name}) desc, length(name), name, id limit 200) r
          join registry g on g.id = r.registry_id and g.deleted_at is null
          join tag t on t.registry_id = r.registry_id and t.repository_id = r.id and t.retired_at is null
          cross join lateral (
            select p.digest from placement p where p.registry_id = r.registry_id and p.repository_id = r.id
               and p.retired_at is null and p.digest = any(images_of(t.registry_id, t.repository_id, t.digest)) order by p.digest limit 1) p
         where ${tag === "" ? sql`true` : sql`t.name ilike ${likePattern(tag)}`}
         order by lower(r.name) = lower(${name}) desc, t.moved_at desc, t.name limit ${perGroup + 1}`,
  );
  return rows.map((row) => ({
    title: `${row.repository}:${row.tag}`,
    detail: `Image in ${row.registry}`,
    href: links.image(row.digest, { registryId: row.registryId, repository: row.repository }),
    severity: null,
  }));
}

async function findByDigest(prefix: string): Promise<Found[]> {
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

/** Controls and rules by title, id or the number of a benchmark. */
async function findRules(q: string): Promise<Found[]> {
  const rows = await selectRows(
    z.object({ id: z.string(), title: z.string(), severity: Severity }),
    sql`select id, title, severity from rule
         where retired is null and (title ilike ${likePattern(q)} or id ilike ${likePattern(q)})
         order by lower(id) = lower(${q}) desc, title, id limit ${perGroup + 1}`,
  );
  return rows.map((row) => ({ title: row.title, detail: row.id, href: links.rule(row.id), severity: row.severity }));
}
