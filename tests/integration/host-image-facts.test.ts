import { beforeAll, describe, expect, test } from "vitest";
import type { Actor } from "#domain/role.ts";
import type { HostEvidence } from "#engines/cis-docker/facts.ts";
import { hostControls } from "#queries/host/host-controls.ts";
import { pool } from "#store/client.ts";
import { newId } from "#store/ids.ts";
import { execute, sql } from "#store/sql.ts";
import { hostRegistryTags } from "#worker/host-registry-tags.ts";
import { hostScanFacts } from "#worker/host-scan-facts.ts";
import { publishRules } from "#worker/publish-rules.ts";
import { assessedHost, recordedEvidence } from "./assessed-host.ts";
import { addImage, addRegistries, debian, digestOf, registryId } from "./query-estate.ts";

// What the server knows of a host's images, from its own scans and from the registries it is connected to.
const viewer: Actor = { kind: "user", id: newId(), name: "Cay", role: "viewer" };
const now = new Date("2026-11-21T00:00:00Z");
const current = "registry.example.com/team/app:current";
const moved = "registry.example.com/team/app:moved";
const elsewhere = "elsewhere.example.com/team/app:current";
let evidence: HostEvidence;

beforeAll(async () => {
  await publishRules();
  await addRegistries();
  await execute(sql`update registry set last_reconciled_at = ${new Date("2026-11-20T23:00:00Z")}`);
  await addImage({ repository: "team/app", name: "app-1", tag: "old", daysAgo: 60, packages: [debian("bash", "5.2")] });
  await addImage({
    repository: "team/app",
    name: "app-1",
    tag: "current",
    daysAgo: 60,
    packages: [debian("bash", "5.2")],
  });
  await addImage({
    repository: "team/app",
    name: "app-2",
    tag: "moved",
    daysAgo: 45,
    packages: [debian("bash", "5.3")],
  });
  evidence = await recordedEvidence();
}, 60_000);

/** The recorded host with one running container, created from `reference` and running the image `app-1`. */
function running(reference: string): HostEvidence {
  const copy = structuredClone(evidence);
  const answers: unknown = copy.containersInspect;
  const inspected = Object.values(
    answers as Record<string, { Name: string; Image: string; Config: { Image: string } }>,
  );
  const container = inspected.find(({ Name }) => Name === "/a-hard");
  if (!container) throw new Error("the recorded host has no such container");
  const listed = (copy.imagesList as { Id: string; RepoTags: string[]; RepoDigests: string[] }[]).find(
    ({ Id }) => Id === container.Image,
  );
  if (!listed) throw new Error("the recorded host does not list its image");
  for (const other of inspected) if (other.Image === listed.Id) other.Image = digestOf("config app-1");
  container.Config.Image = reference;
  Object.assign(listed, { Id: container.Image, RepoTags: [reference], RepoDigests: [] });
  copy.containersInspect = [container] as HostEvidence["containersInspect"];
  return copy;
}

const controlOf = async (hostId: string, ruleId: string) =>
  (await hostControls(viewer, { hostId })).controls.find((control) => control.ruleId === ruleId);

describe("where the tags of a connected registry point", () => {
  test("is known under every name that an engine has for an image", async () => {
    const facts = await hostRegistryTags(pool(), running(current), now);
    expect(facts).toEqual({
      [current]: {
        digests: expect.arrayContaining([digestOf("app-1"), digestOf("config app-1")]),
        movedAt: "2026-09-21T00:00:00.000Z",
        asOf: "2026-11-20T23:00:00.000Z",
      },
    });
  });

  test("is not known of other registries, of what is no tag, and of one that was not listed for long", async () => {
    for (const reference of [elsewhere, "team/app:current", "registry.example.com/team/app:none", digestOf("x"), ""])
      expect(await hostRegistryTags(pool(), running(reference), now), reference).toEqual({});
    expect(await hostRegistryTags(pool(), running(current), new Date("2026-11-24T00:00:00Z"))).toEqual({});
  });

  test("decides 5.28: current, outdated, or for a person", async () => {
    for (const [reference, status] of [
      [current, "healthy"],
      [moved, "unhealthy"],
      [elsewhere, "manual"],
    ] as const) {
      const host = await assessedHost(`runs-${status}`, running(reference));
      const control = await controlOf(host, "docker-latest-image");
      expect(control?.status, reference).toBe(status);
      if (status === "unhealthy") expect(control?.findings.map(({ title }) => title)).toEqual(["a-hard"]);
    }
  });
});

describe("files with the set-user-id bit", () => {
  const setIdFiles = (value: unknown) =>
    execute(
      sql`update image set set_id_files = ${value === null ? null : JSON.stringify(value)}::jsonb where registry_id = ${registryId}`,
    );
  const factOf = async () => (await hostScanFacts(pool(), running(current)))[digestOf("config app-1")];

  test("are told from not looked at", async () => {
    await setIdFiles(null);
    expect(await factOf()).toMatchObject({ setuidFiles: null });
    await setIdFiles({ files: [], count: 0 });
    expect(await factOf()).toMatchObject({ setuidFiles: [], setuidCount: 0 });
    await setIdFiles("nonsense");
    expect(await factOf()).toMatchObject({ setuidFiles: null });
  });

  test("decide 4.8 and are named", async () => {
    await setIdFiles({ files: [{ path: "usr/bin/su", bits: 2048 }], count: 1 });
    const host = await assessedHost("setuid", running(current));
    const control = await controlOf(host, "docker-setuid-files");
    expect(control?.status).toBe("unhealthy");
    expect(JSON.stringify(control?.findings)).toContain("/usr/bin/su");
  });
});
