import type { Actor } from "#domain/role.ts";
import type { BenchResult } from "./bench-result.ts";
import { buildEstate, fullEstate, openBenchDatabase, writeAdvisories } from "./estate.ts";
import { startWeb } from "./portal-processes.ts";

export const title = "server time of list and image pages on 100,000 images";

const actor: Actor = { kind: "system", id: "bench", name: "bench", role: "admin" };
const warmUps = 3;
const runs = Number(process.env.BENCH_PAGE_RUNS ?? 40);
/** 95 of 100 answers come within this. */
const limitMs = 100;
const port = 3789;
const admin = { email: "bench@example.com", password: "benchmark-of-the-pages" };

/** Measures the queries behind the pages, then the pages and routes over HTTP from the production build. */
export async function run(): Promise<BenchResult[]> {
  const database = await openBenchDatabase();
  try {
    await fill(database.folder);
    return [...(await measureQueries()), ...(await measureHttp())];
  } finally {
    await database.stop();
  }
}

async function fill(folder: string): Promise<void> {
  const images = Number(process.env.BENCH_IMAGES ?? fullEstate.images);
  const scale = images / fullEstate.images;
  const { pool } = await import("#store/client.ts");
  const { importSource } = await import("#worker/import-source.ts");
  const { createImport } = await import("#store/advisory/advisory-import.ts");
  const { rematchTouched } = await import("#worker/rematch.ts");
  const { recountNext } = await import("#worker/recount-next.ts");
  await buildEstate({
    images,
    systemSets: Math.ceil(fullEstate.systemSets * scale),
    applicationSets: Math.ceil(fullEstate.applicationSets * scale),
  });
  const source = writeAdvisories(folder);
  const importId = await createImport(pool(), { source, sourceKind: "path", requestedBy: null, state: "running" });
  await importSource(source, { importId });
  await rematchTouched();
  while (await recountNext()) await pool().query("analyze dirty_mark");
  await pool().query("analyze");
}

interface Samples {
  /** Digests of images, worst first, spread over the estate. */
  digests: string[];
  widespread: string[];
  rare: string[];
  registryId: string;
}

async function pickSamples(): Promise<Samples> {
  const { pool } = await import("#store/client.ts");
  const column = async (text: string) => (await pool().query<{ value: string }>(text)).rows.map((row) => row.value);
  const digests = await column(
    "select 'sha256:' || encode(digest, 'hex') as value from (select digest, row_number() over (order by risk desc, digest) as nth from image_figure) i where nth % 997 = 1 order by nth limit 60",
  );
  const widespread = await column(
    "select v.key as value from flaw_total t join vulnerability v on v.id = t.vulnerability_id order by t.places desc, v.key limit 20",
  );
  const rare = await column(
    "select v.key as value from flaw_total t join vulnerability v on v.id = t.vulnerability_id order by t.places, v.key limit 20",
  );
  const [registryId = ""] = await column("select id::text as value from registry order by id limit 1");
  return { digests, widespread, rare, registryId };
}

async function measureQueries(): Promise<BenchResult[]> {
  const { digests, widespread, rare, registryId } = await pickSamples();
  const { containersOverview, ContainersParams } = await import("#queries/count/containers-overview.ts");
  const { vulnerabilityList } = await import("#queries/vulnerability/vulnerability-list.ts");
  const { vulnerabilityDetail } = await import("#queries/vulnerability/vulnerability-detail.ts");
  const { vulnerabilityPlacements } = await import("#queries/vulnerability/vulnerability-placements.ts");
  const { imageDetail } = await import("#queries/image/image-detail.ts");
  const { imageFindings } = await import("#queries/image/image-findings.ts");
  const { imageFixPlan } = await import("#queries/image/image-fix-plan.ts");
  const { search } = await import("#queries/search.ts");
  const { noticeList } = await import("#queries/notice/notice-list.ts");
  const { systemHealth } = await import("#queries/queue/system-health.ts");
  const one = <Item>(items: readonly Item[], index: number): Item => items[index % items.length] as Item;
  const queries: [string, (index: number) => Promise<unknown>][] = [
    ["containers", () => containersOverview(actor, ContainersParams.parse({}))],
    ["vulnerabilities", () => vulnerabilityList(actor, {})],
    [
      "vulnerabilities by EPSS, high and worse",
      () => vulnerabilityList(actor, { sort: "epss", severity: "critical,high" }),
    ],
    ["vulnerabilities that match a text", (index) => vulnerabilityList(actor, { q: `src-${index}` })],
    ["vulnerabilities of a registry", () => vulnerabilityList(actor, { registry: registryId })],
    ["vulnerability in most images", (index) => vulnerabilityDetail(actor, { id: one(widespread, index) })],
    ["vulnerability in few images", (index) => vulnerabilityDetail(actor, { id: one(rare, index) })],
    [
      "places of a vulnerability in most images",
      (index) => vulnerabilityPlacements(actor, { id: one(widespread, index) }),
    ],
    ["places of a vulnerability in few images", (index) => vulnerabilityPlacements(actor, { id: one(rare, index) })],
    ["image", (index) => imageDetail(actor, { digest: one(digests, index) })],
    ["findings of an image", (index) => imageFindings(actor, { digest: one(digests, index) })],
    [
      "findings of an image by vulnerability",
      (index) => imageFindings(actor, { digest: one(digests, index), group: "vulnerability" }),
    ],
    ["fix plan of an image", (index) => imageFixPlan(actor, { digest: one(digests, index) })],
    ["search for a digest", (index) => search(actor, { q: one(digests, index).slice(7, 19) })],
    ["search for a package", (index) => search(actor, { q: `lib-${index}` })],
    ["notices", () => noticeList(actor, {})],
    ["system health", () => systemHealth(actor)],
  ];
  const results: BenchResult[] = [];
  for (const [name, query] of queries) results.push(...(await measure(`query ${name}`, query)));
  return results;
}

async function measureHttp(): Promise<BenchResult[]> {
  const { digests, widespread } = await pickSamples();
  const server = await startWeb(port, {
    BREAKWATER_ADMIN_EMAIL: admin.email,
    BREAKWATER_ADMIN_PASSWORD: admin.password,
  });
  try {
    const cookie = await signIn();
    const get = async (address: string) => {
      const response = await fetch(`http://127.0.0.1:${port}${address}`, { headers: { cookie }, redirect: "manual" });
      await response.arrayBuffer();
      if (response.status !== 200) throw new Error(`${address} answered ${response.status}`);
    };
    const digest = (index: number) => digests[index % digests.length];
    const key = (index: number) => encodeURIComponent(widespread[index % widespread.length] ?? "");
    return [
      ...(await measure("GET /api/v1/containers", () => get("/api/v1/containers"))),
      ...(await measure("GET /api/v1/vulnerabilities", () => get("/api/v1/vulnerabilities"))),
      ...(await measure("GET /api/v1/images/…/findings", (index) => get(`/api/v1/images/${digest(index)}/findings`))),
      ...(await measure("page /compute/containers", () => get("/compute/containers"))),
      ...(await measure("page /vulnerabilities", () => get("/vulnerabilities"))),
      ...(await measure("page /vulnerabilities/…", (index) => get(`/vulnerabilities/${key(index)}`))),
      ...(await measure("page /images/…", (index) => get(`/images/${digest(index)}`))),
    ];
  } finally {
    server.kill("SIGTERM");
  }
}

async function measure(name: string, work: (index: number) => Promise<unknown>): Promise<BenchResult[]> {
  for (let index = 0; index < warmUps; index += 1) await work(index);
  const times: number[] = [];
  for (let index = 0; index < runs; index += 1) {
    const start = performance.now();
    await work(index);
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(times.length - 1, Math.ceil(times.length * share) - 1)] ?? 0;
  return [
    { name, metric: "p50", value: at(0.5), unit: "ms" },
    { name, metric: "p95", value: at(0.95), unit: "ms", limit: limitMs },
  ];
}

async function signIn(): Promise<string> {
  const origin = `http://127.0.0.1:${port}`;
  const response = await fetch(`${origin}/api/auth/sign-in/email`, {
    method: "POST",
    headers: { "content-type": "application/json", origin },
    body: JSON.stringify(admin),
  });
  if (!response.ok) throw new Error(`sign-in answered ${response.status}`);
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(";")[0])
    .join("; ");
}
