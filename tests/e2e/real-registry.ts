import { type APIRequestContext, expect, test } from "@playwright/test";
import { generateImage } from "../../src/demo/generate-image.ts";
import { dpkgStatus, npmTree, osRelease } from "../../src/demo/package-files.ts";
import { osvRecord } from "./advisory-file.ts";
import { ownRegistry } from "./journey-registry.ts";
import { change, read } from "./session.ts";

export const realRegistryName = "Registry of the team";
/** In every image below, twice: two binaries of one source that the same upgrade fixes. */
export const sharedFlaw = "CVE-2093-0001";

const flaws = [
  { id: sharedFlaw, ecosystem: "Debian:12", name: "team-ssl", fixed: "1.2-9", severity: "CRITICAL" },
  { id: "CVE-2093-0002", ecosystem: "Debian:12", name: "team-ssl", fixed: "1.3-1", severity: "HIGH" },
  { id: "CVE-2093-0003", ecosystem: "Debian:12", name: "team-xml", fixed: "2.0-5", severity: "MODERATE" },
  { id: "CVE-2093-0004", ecosystem: "npm", name: "team-http", fixed: "2.1.0", severity: "HIGH" },
  { id: "CVE-2093-0005", ecosystem: "npm", name: "team-http", fixed: "2.2.0", severity: "LOW" },
] as const;

/** Beside the demo: a registry that is not of it, with advisories of its own, two images with findings and one without. */
export async function withRealRegistry(
  request: APIRequestContext,
): Promise<{ realRegistry: string; realDigest: string }> {
  await disconnectOthers(request);
  const realRegistry = (await known(request)) ?? (await connect(request));
  await expect
    .poll(() => images(request, realRegistry).then((rows) => rows.filter((row) => row.critical > 0).length), {
      timeout: 240_000,
    })
    .toBe(2);
  // The flaws of what other specs connected have left the list as well.
  await expect
    .poll(() => read<{ total: number }>(request, "vulnerabilities").then(({ total }) => total), { timeout: 120_000 })
    .toBe(flaws.length);
  const [worst] = await images(request, realRegistry);
  return { realRegistry, realDigest: worst?.digest ?? "" };
}

/** What other specs connected goes, so that the figures of this estate are known whatever ran before. */
async function disconnectOthers(request: APIRequestContext): Promise<void> {
  const { rows } = await read<{ rows: { rootId: string; name: string; isDemo: boolean }[] }>(
    request,
    "containers?type=registry",
  );
  for (const { rootId, name } of rows.filter((row) => !row.isDemo && row.name !== realRegistryName))
    await change(request, { method: "DELETE", path: `/api/v1/registries/${rootId}`, data: { confirmName: name } });
}

async function known(request: APIRequestContext): Promise<string | null> {
  const { rows } = await read<{ rows: { rootId: string; name: string }[] }>(request, "containers?type=registry");
  return rows.find((row) => row.name === realRegistryName)?.rootId ?? null;
}

async function images(request: APIRequestContext, id: string): Promise<{ digest: string; critical: number }[]> {
  return (await read<{ rows: { digest: string; critical: number }[] }>(request, `registries/${id}/images`)).rows;
}

async function connect(request: APIRequestContext): Promise<string> {
  const server = await ownRegistry();
  for (const [repository, tag, image] of teamImages()) await server.push({ repository, tag }, image);
  const origin = new URL(test.info().project.use.baseURL ?? "").origin;
  const upload = await request.post("/api/v1/advisories/upload?name=team.ndjson", {
    headers: { origin, "content-type": "application/octet-stream" },
    data: Buffer.from(`${flaws.map((flaw) => JSON.stringify(osvRecord(flaw))).join("\n")}\n`),
  });
  expect(upload.status(), await upload.text()).toBe(202);
  const { username, password } = server.target.credentials;
  const made = await change(request, {
    method: "POST",
    path: "/api/v1/registries",
    data: {
      kind: "oci",
      url: server.target.url,
      name: realRegistryName,
      authKind: "password",
      username,
      password,
      tokenRealmHost: null,
      caPem: null,
      plainHttp: true,
      repositories: null,
      owner: "Team",
      environment: "Production",
    },
  });
  return (made as { id: string }).id;
}

function teamImages(): [repository: string, tag: string, image: ReturnType<typeof generateImage>][] {
  const release = osRelease({ ID: "debian", VERSION_ID: "12", PRETTY_NAME: "Debian GNU/Linux 12 (bookworm)" });
  const base = { architecture: "amd64" as const, createdAt: new Date("2026-01-02T03:04:05Z") };
  const flawed = [
    { name: "libteam-ssl3", version: "1.2-3", source: "team-ssl" },
    { name: "team-ssl", version: "1.2-3", source: "team-ssl" },
    { name: "libteam-xml2", version: "2.0-1", source: "team-xml" },
  ];
  const image = (packages: typeof flawed, http: string) =>
    generateImage({
      ...base,
      layers: [
        { createdBy: "ADD rootfs.tar /", files: [...release, dpkgStatus(packages, "amd64")] },
        {
          createdBy: "RUN npm ci",
          files: npmTree("srv/app", { name: "team-app", version: "1.0.0" }, { "team-http": http }),
        },
      ],
    });
  return [
    ["team/checkout", "1.0", image(flawed, "2.0.1")],
    ["team/search", "2.0", image(flawed.slice(0, 2), "2.0.2")],
    ["team/quiet", "1.0", image([{ name: "nothing-wrong", version: "1.0-1", source: "nothing-wrong" }], "9.0.0")],
  ];
}
