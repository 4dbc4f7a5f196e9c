import { mkdtempSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";

interface Served {
  body: string | Buffer;
  etag: string;
}

const files = new Map<string, Served>();
const requests: { path: string; status: number }[] = [];
const server = http.createServer((request, response) => {
  const name = request.url ?? "";
  const file = files.get(name);
  const status = !file ? 404 : request.headers["if-none-match"] === file.etag ? 304 : 200;
  requests.push({ path: name, status });
  response.writeHead(status, file ? { etag: file.etag } : {});
  response.end(status === 200 ? file?.body : undefined);
});

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  process.env.BREAKWATER_FEEDS_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  process.env.BREAKWATER_DATA_DIR = mkdtempSync(path.join(tmpdir(), "pull-"));
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const put = (name: string, body: string | Buffer) =>
  files.set(name, { body, etag: `"${requests.length}-${Math.random()}"` });
const kev = (...ids: string[]) =>
  JSON.stringify({ catalogVersion: "1", vulnerabilities: ids.map((cveID) => ({ cveID, dateAdded: "2025-01-01" })) });

test("a pull takes what is new, asks for nothing twice, and says in words what it could not reach", async () => {
  // Configuration is read once, so nothing of the product may load before the environment names the mirror.
  const { lines, osv } = await import("./advisory-fixtures.ts");
  const { pool } = await import("#store/client.ts");
  const { pullFeeds } = await import("#worker/pull-feeds.ts");
  const { advisorySources } = await import("#queries/advisory/advisory-sources.ts");
  const viewer = { kind: "user", id: "v", name: "Vi", role: "viewer" } as const;
  const at = (id: string, modified: string) => osv(id, "curl", "9", { modified });
  // The bundle is NDJSON here: what a file is, is found by its content.
  put(
    "/osv/Debian/all.zip",
    gzipSync(lines([at("CVE-2015-0001", "2025-01-01T00:00:00Z"), at("CVE-2015-0002", "2025-01-02T00:00:00Z")])),
  );
  put("/osv/Debian/modified_id.csv", "2025-01-02T00:00:00Z,CVE-2015-0002\n2025-01-01T00:00:00Z,CVE-2015-0001\n");
  put("/kev/known_exploited_vulnerabilities.json", kev("CVE-2015-0001"));
  put(
    "/epss/epss_scores-current.csv.gz",
    gzipSync("#model_version:v1,score_date:2026-11-20T00:00:00Z\ncve,epss,percentile\nCVE-2015-0001,0.1,0.2\n"),
  );
  put(
    "/debian-tracker/data.json",
    JSON.stringify({ curl: { "CVE-2015-0003": { releases: { bookworm: { status: "open", urgency: "low" } } } } }),
  );

  const first = await pullFeeds();
  expect(first.map((file) => [file.feedId, file.state, file.records]).sort()).toEqual([
    ["debian", "imported", 2],
    ["debian-tracker", "imported", 1],
    ["epss", "imported", 1],
    ["kev", "imported", 1],
  ]);
  const sources = await advisorySources(viewer);
  const npm = sources.items.find((item) => item.id === "npm");
  expect(npm).toMatchObject({
    state: "failing",
    problem: expect.stringMatching(/^127\.0\.0\.1:\d+ has no such file: \/osv\/npm\/all\.zip \(since \d{4}-/),
  });

  requests.length = 0;
  expect(await pullFeeds()).toEqual([]);
  const asked = new Map(requests.map((request) => [request.path, request.status]));
  expect(asked.get("/kev/known_exploited_vulnerabilities.json")).toBe(304);
  expect(asked.get("/osv/Debian/modified_id.csv")).toBe(200);
  expect(asked.has("/osv/Debian/all.zip")).toBe(false);

  put("/osv/Debian/modified_id.csv", "2025-01-05T00:00:00Z,CVE-2015-0004\n2025-01-02T00:00:00Z,CVE-2015-0002\n");
  put("/osv/Debian/CVE-2015-0004.json", JSON.stringify(at("CVE-2015-0004", "2025-01-05T00:00:00Z"), null, 2));
  put("/kev/known_exploited_vulnerabilities.json", kev("CVE-2015-0001").slice(0, 40));
  const third = await pullFeeds();
  expect(third.map((file) => [file.feedId, file.state, file.added])).toEqual([
    ["debian", "imported", 1],
    ["kev", "failed", 0],
  ]);
  const records = await pool().query("select record_id from advisory where feed_id = 'debian' order by 1");
  expect(records.rows.map((row) => row.record_id)).toEqual(["CVE-2015-0001", "CVE-2015-0002", "CVE-2015-0004"]);
  expect((await pool().query("select state, record_count from feed where id = 'kev'")).rows).toEqual([
    { state: "failing", record_count: 1 },
  ]);
  expect(
    (await pool().query("select count(*)::int as n from exploit_signal where kev_added_at is not null")).rows[0].n,
  ).toBe(1);

  requests.length = 0;
  expect((await pullFeeds()).map((file) => file.feedId)).toEqual(["kev"]);
  expect(requests.some((request) => request.path.endsWith("CVE-2015-0004.json"))).toBe(false);

  await new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await pullFeeds();
  const down = await advisorySources(viewer);
  const tracker = down.items.find((item) => item.id === "debian-tracker");
  expect(tracker).toMatchObject({ state: "failing", records: 1, problem: expect.stringContaining("127.0.0.1") });
});
