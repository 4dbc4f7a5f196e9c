import { beforeAll, describe, expect, test } from "vitest";
import { insertApiToken } from "#store/account/api-token.ts";
import { pool } from "#store/client.ts";
import { queue } from "#store/queue/queue.ts";
import { addFlaws, addImage, addRegistries, debian, digestOf, recountAll, registryId } from "./query-estate.ts";
import { routeAddress, walkedRoutes } from "./walked-routes.ts";

/**
 * Every list of the API, read to its end by its own cursors: every row once. The lists are found by their `cursor`
 * parameter, so a new one fails here until it says how many rows this estate gives it.
 */
const ROWS = 230;
const hostId = "0198c0de-0000-7000-8000-00000000aaaa";
const big = digestOf("big");

interface List {
  values?: Record<string, string>;
  /** Query strings under which the list has `want` rows; each is read to its end. */
  queries: string[];
  want: number;
  rows: (body: Record<string, unknown>) => unknown[];
}
const field = (name: string) => (body: Record<string, unknown>) => body[name] as unknown[];
const ofRegistry = { id: registryId };
const lists: Record<string, List> = {
  "/api/v1/advisories/imports": { queries: ["", "state=waiting"], want: ROWS, rows: field("items") },
  "/api/v1/audit": { queries: ["action=paging", "outcome=done&action=paging.row"], want: ROWS, rows: field("items") },
  "/api/v1/containers": {
    queries: ["type=host", "type=host&sort=name", "type=host&sort=lastData", "type=host&sort=risk&q=h"],
    want: ROWS,
    rows: field("rows"),
  },
  "/api/v1/exemptions": { queries: ["", "state=active"], want: ROWS, rows: field("items") },
  "/api/v1/hosts/[id]/containers": {
    values: { id: hostId },
    queries: ["", "state=running"],
    want: ROWS,
    rows: field("rows"),
  },
  "/api/v1/images/[digest]/findings": {
    values: { digest: big },
    queries: ["", "group=vulnerability", "fixable=yes&severity=high,low"],
    want: ROWS,
    rows: field("groups"),
  },
  "/api/v1/images/[digest]/history": { values: { digest: big }, queries: [""], want: ROWS, rows: field("scans") },
  "/api/v1/images/[digest]/packages": {
    values: { digest: big },
    queries: ["", "type=deb&vulnerable=1"],
    want: ROWS,
    rows: field("packages"),
  },
  "/api/v1/jobs": {
    queries: ["queue=verify-delete", "queue=verify-delete&state=waiting"],
    want: ROWS,
    rows: field("rows"),
  },
  "/api/v1/notices": { queries: ["kind=exploited", "unread=1&kind=exploited"], want: ROWS, rows: field("rows") },
  "/api/v1/recommendations": {
    queries: ["", "sort=unhealthy", "sort=newest&group=none", "sort=title", "kind=host&severity=high"],
    want: ROWS,
    rows: field("rows"),
  },
  "/api/v1/recommendations/[id]": {
    values: { id: "paging-rule" },
    queries: ["", "kind=host&q=host"],
    want: ROWS,
    rows: field("resources"),
  },
  "/api/v1/registries/[id]/events": {
    values: ofRegistry,
    queries: ["", "action=push", "action=push&outcome=queued"],
    want: ROWS,
    rows: field("rows"),
  },
  "/api/v1/registries/[id]/images": {
    values: ofRegistry,
    queries: ["", "scan=any&q=team"],
    want: ROWS,
    rows: field("rows"),
  },
  "/api/v1/registries/[id]/pushes": {
    values: ofRegistry,
    queries: ["repository=lots/many", "repository=lots/many&tag=latest"],
    want: ROWS,
    rows: field("rows"),
  },
  "/api/v1/registries/[id]/repositories": {
    values: ofRegistry,
    queries: ["q=team", "q=team&sort=name", "q=team&sort=lastPush"],
    want: ROWS,
    rows: field("rows"),
  },
  "/api/v1/rules/[id]": {
    values: { id: "paging-rule" },
    queries: ["", "status=unhealthy"],
    want: ROWS,
    rows: field("assessments"),
  },
  "/api/v1/tokens": { queries: ["kind=sensor", "state=any&kind=sensor&q=paging"], want: ROWS, rows: field("items") },
  "/api/v1/users": { queries: ["", "role=viewer"], want: ROWS, rows: field("items") },
  "/api/v1/vulnerabilities": {
    queries: ["", "sort=epss", "sort=images", "sort=newest", "severity=high,low&fixable=yes"],
    want: ROWS,
    rows: field("rows"),
  },
  "/api/v1/vulnerabilities/[id]/placements": {
    values: { id: "CVE-2026-10000" },
    queries: ["", "by=image", "by=repository", "status=open&q=team"],
    want: ROWS,
    rows: (body) => [...(body.places as unknown[]), ...(body.groups as unknown[])],
  },
};

let token = "";
beforeAll(async () => {
  await addRegistries();
  await addImages();
  await addRows();
  token = (await insertApiToken(pool(), { kind: "api", name: "reader", role: "admin" })).token;
}, 240_000);

// An export takes the parameters of its list and gives all of it at once.
const routes = walkedRoutes.filter(
  (route) => route.method === "GET" && !route.pattern.endsWith(".csv") && "cursor" in shapeOf(route.meta.query),
);
function shapeOf(query: unknown): object {
  return (query as { shape?: object } | undefined)?.shape ?? {};
}

test("every list is read here", () => {
  expect(routes.map((route) => route.pattern).toSorted()).toEqual(Object.keys(lists).toSorted());
});

describe.each(routes.map((route) => [route.pattern, route] as const))("%s", (pattern, route) => {
  const list = lists[pattern];
  test.each(list?.queries ?? [])("?%s gives every row once", async (query) => {
    if (!list) return;
    const address = routeAddress(pattern, list.values ?? {});
    const seen: string[] = [];
    let pages = 0;
    for (let cursor: string | null = ""; cursor !== null; pages += 1) {
      const more: string = cursor ? `&cursor=${encodeURIComponent(cursor)}` : "";
      const response = await route.handler(
        new Request(`http://127.0.0.1:3000${address.path}?${query}${more}`, {
          headers: { authorization: `Bearer ${token}`, "x-breakwater-peer": "192.0.2.9" },
        }),
        { params: Promise.resolve(address.params as Record<string, string>) },
      );
      expect(response.status).toBe(200);
      const body = (await response.json()) as { nextCursor: string | null };
      seen.push(...list.rows(body).map((row) => JSON.stringify(row)));
      cursor = body.nextCursor;
      if (pages > list.want) throw new Error("The list does not end");
    }
    expect(pages).toBeGreaterThan(1);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.length).toBe(list.want);
  });
});

/** One image with as many packages and flaws as there are rows, and every other in a repository of its own. */
async function addImages(): Promise<void> {
  const packages = Array.from({ length: ROWS }, (_, index) => debian(`package-${index}`, "1.0", index % 2));
  for (let index = 0; index < ROWS; index += 1) {
    const first = packages[0] ?? debian("package-0", "1.0");
    await addImage({
      repository: `team/app-${index}`,
      name: index === 0 ? "big" : `image ${index}`,
      tag: "1",
      // Ties on purpose: the order must not hang on the time alone.
      daysAgo: index % 7,
      packages: index === 0 ? packages : [first],
    });
  }
  await addFlaws(
    packages.map((pkg, index) => ({
      key: `CVE-2026-1${String(index).padStart(4, "0")}`,
      severity: index % 2 === 0 ? "high" : "low",
      packages: [pkg.name],
      fixed: "2.0",
      epss: index % 5 === 0 ? null : (index % 11) / 11,
      kev: index % 13 === 0,
    })),
  );
  await recountAll();
}

async function addRows(): Promise<void> {
  await queue();
  const uuid = "('0198c0de-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid";
  // Five rows share each instant.
  const at = "timestamptz '2026-11-01' - (n / 5) * interval '1 minute'";
  const insert = (into: string, columns: string, values: string) =>
    pool().query(`insert into ${into} (${columns}) select ${values} from generate_series(1, ${ROWS}) n`);
  await insert(
    "advisory_import",
    "id, source, source_kind, state, feeds, created_at",
    `${uuid}, 'x', 'path', 'waiting', '[]', ${at}`,
  );
  await insert(
    "audit_entry",
    "id, at, actor_kind, actor_name, action, outcome",
    `${uuid}, now(), 'system', 'test', 'paging.row', 'done'`,
  );
  await insert(
    "resource_summary",
    "root_id, kind, name, detail, state, contents_unit, risk, last_data_at",
    `${uuid}, 'host', 'host ' || n % 40, 'h', 'connected', 'running', n % 6, case when n % 4 > 0 then ${at} end`,
  );
  await insert("host", "id, name, hostname, created_at", `${uuid}, 'host ' || n % 40, 'h', ${at}`);
  await insert(
    "exemption",
    "id, subject_kind, subject, item, reason, note, created_by, created_at",
    `${uuid}, 'rule', 'paging-rule', n::text, 'accepted-risk', 'x', 'test', ${at}`,
  );
  await insert(
    "rule",
    "id, engine, title, area, severity, rationale, remediation, logic, refs, examples",
    "case when n = 1 then 'paging-rule' else 'other-' || n end, 'cis-docker', 'x', 'Area ' || n % 4, 'high', 'x', 'x', 'x', '[]', '[]'",
  );
  await insert(
    "assessment",
    "root_id, id, rule_id, resource_id, resource_kind, status, completeness, severity, evidence, diagnostics, status_since, assessed_at",
    `${uuid}, sha256(n::text::bytea), 'paging-rule', ${uuid}::text, 'host', 'unhealthy', 'complete', 'high', '[]', '[]', ${at}, ${at}`,
  );
  await insert(
    "rule_count",
    "rule_id, resource_kind, owner, environment, is_demo, healthy, unhealthy, unknown, manual, not_applicable, exempt, worst_rank, changed_at",
    `case when n = 1 then 'paging-rule' else 'other-' || n end, 'host', '', '', false, 1, 1 + n % 3, 0, 0, 0, 0, 4, ${at}`,
  );
  await pool().query("insert into host (id, name, hostname) values ($1, 'many', 'many')", [hostId]);
  await insert(
    "host_container",
    "host_id, container_id, name, state, facts, failing, last_seen_at",
    `'${hostId}', 'c' || n, 'name ' || n % 9, 'running', '{}', n % 4, ${at}`,
  );
  await pool().query("delete from image_scan");
  await insert(
    "image_scan",
    "registry_id, id, digest, trigger, state, queued_at",
    `'${registryId}', ${uuid}, '\\x${big.slice(7)}', 'push', 'done', ${at}`,
  );
  await insert(
    "notice",
    "root_id, id, kind, dedupe_key, severity, severity_rank, title, detail, href, updated_at",
    `${uuid}, ${uuid}, 'exploited', n::text, 'high', 4, 'x', 'x', '/', ${at}`,
  );
  await insert(
    "delivery",
    "registry_id, id, received_at, delivery_key, provider, action, outcome",
    `'${registryId}', ${uuid}, now(), sha256(n::text::bytea), 'oci', 'push', 'queued'`,
  );
  await insert(
    "push",
    "registry_id, repository_id, id, tag, digest, source, pushed_at",
    `'${registryId}', '${hostId}', ${uuid}, 'latest', sha256(n::text::bytea), 'webhook', ${at}`,
  );
  await pool().query("insert into repository (registry_id, id, name) values ($1, $2, 'lots/many')", [
    registryId,
    hostId,
  ]);
  await insert(
    "api_token",
    "id, kind, name, prefix, token_hash, created_at, allowed_addresses",
    `${uuid}, 'sensor', 'paging', 'bw_sensor_x', sha256(n::text::bytea), ${at}, '{}'`,
  );
  await insert("app_user", "id, name, email, role", "n::text, 'x', 'person-' || n || '@example.com', 'viewer'");
  await insert("pgboss.job", "id, name, singleton_key, data", `${uuid}, 'verify-delete', n::text, '{}'`);
}
