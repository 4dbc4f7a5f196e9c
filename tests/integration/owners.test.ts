import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { assignOwner } from "#commands/assign-owner.ts";
import { chooseOwnOwners } from "#commands/choose-own-owners.ts";
import { previewOwners, updateOwners } from "#commands/update-owners.ts";
import { updateRegistry } from "#commands/update-registry.ts";
import type { OwnerRule } from "#domain/owner.ts";
import type { Actor } from "#domain/role.ts";
import { ContainersParams, containersOverview } from "#queries/count/containers-overview.ts";
import { imagePlaces } from "#queries/image/image-place.ts";
import { ownerSettingsView } from "#queries/owner/owner-settings-view.ts";
import { RegistryImagesParams, registryImages } from "#queries/registry/registry-images.ts";
import { RegistryRepositoriesParams, registryRepositories } from "#queries/registry/registry-repositories.ts";
import { pool } from "#store/client.ts";
import { newId } from "#store/ids.ts";
import { settleAllOwners } from "#store/owner/settle-owners.ts";
import { execute, sql } from "#store/sql.ts";
import { connectRegistry, pushImage, recountAll, rows } from "../registry-double/estate.ts";
import { addLayer, debianFiles, type MemoryRegistry, startMemoryRegistry } from "../registry-double/memory-registry.ts";
import { enrolledHost } from "./assessed-host.ts";

const admin: Actor = { kind: "user", id: newId(), name: "Ada", role: "admin" };
const analyst: Actor = { kind: "user", id: newId(), name: "Bob", role: "analyst" };
const viewer: Actor = { kind: "user", id: newId(), name: "Cay", role: "viewer" };
const LABELS = ["io.breakwater.owner", "owner", "team"];

let double: MemoryRegistry;
let shop: string;
let host: string;
let labelled: string;

beforeAll(async () => {
  double = await startMemoryRegistry();
  shop = await connectRegistry({ url: double.url, name: "shop" });
  host = await enrolledHost("build-1");
  const layer = await addLayer(double, debianFiles([{ name: "alpha", version: "1.0-1" }]));
  const push = (repository: string, salt: string) =>
    pushImage({ registryId: shop, repository, tag: salt, layers: [layer], salt });
  await push("shop/api", "1");
  await push("shop/web", "2");
  await push("tools/build/ci", "3");
  labelled = await push("shop/labelled", "4");
  await execute(
    sql`update image set config = '{"labels": {"team": " Labels ", "owner": ""}}' where registry_id = ${shop} and digest = decode(${labelled.slice(7)}, 'hex')`,
  );
  await recountAll();
}, 60_000);
afterAll(() => double.stop());

beforeEach(async () => {
  await updateOwners(admin, { labels: LABELS, defaultOwner: null, rules: [] });
  await updateRegistry(admin, { registryId: shop, owner: null });
  await execute(sql`update host set owner = null`);
  await settleAllOwners(pool());
});

const rule = (kind: OwnerRule["kind"], pattern: string, owner: string, rootId: string | null = null): OwnerRule => ({
  kind,
  pattern,
  owner,
  rootId,
});
const save = (rules: OwnerRule[], more: object = {}) =>
  updateOwners(admin, { labels: LABELS, defaultOwner: null, rules, ...more });
const repositories = async (owner?: string, actor: Actor = viewer) => {
  const params = RegistryRepositoriesParams.parse({ registryId: shop, sort: "name", ...(owner ? { owner } : {}) });
  const list = await registryRepositories(actor, params);
  expect(list.matching).toBe(list.rows.length);
  return Object.fromEntries(
    list.rows.map((row) => [row.name, row.owner === null ? null : `${row.owner} ${row.ownerSource}`]),
  );
};
const roots = async (owner?: string, actor: Actor = viewer) =>
  Object.fromEntries(
    (await containersOverview(actor, ContainersParams.parse(owner ? { owner } : {}))).rows.map((row) => [
      row.name,
      row.owner,
    ]),
  );

describe("who answers for it", () => {
  test("a label of the image, then the first rule, then what the registry says, then the default", async () => {
    const nobody = { "shop/api": null, "shop/web": null, "tools/build/ci": null };
    expect(await repositories()).toEqual({ ...nobody, "shop/labelled": "Labels label" });
    await save([], { defaultOwner: "Platform" });
    expect(await repositories()).toMatchObject({ "shop/api": "Platform default", "shop/labelled": "Labels label" });
    await updateRegistry(admin, { registryId: shop, owner: "Registry team" });
    expect(await repositories()).toMatchObject({
      "shop/api": "Registry team tag",
      "tools/build/ci": "Registry team tag",
    });
    await save([rule("repository", "*api", "Payments"), rule("namespace", "shop", "Shop")], {
      defaultOwner: "Platform",
    });
    expect(await repositories()).toEqual({
      "shop/api": "Payments rule",
      "shop/web": "Shop rule",
      "shop/labelled": "Labels label",
      "tools/build/ci": "Registry team tag",
    });
  });

  test("a pattern is plain text but for *, a namespace is what stands before the last slash", async () => {
    await save([
      rule("repository", "shop/a_i", "No"),
      rule("repository", "shop/%", "No"),
      rule("namespace", "tools", "No"),
    ]);
    expect(await repositories("No")).toEqual({});
    await save([rule("namespace", "tools/*", "Build"), rule("repository", "shop/*", "Other", newId())]);
    expect(await repositories()).toMatchObject({ "tools/build/ci": "Build rule", "shop/api": null });
  });

  test("of a host: a rule, then what it says, then the default", async () => {
    expect(await roots()).toMatchObject({ "build-1": null });
    await assignOwner(analyst, { owner: "Hosts", targets: [{ rootId: host }] });
    expect(await roots()).toMatchObject({ "build-1": "Hosts" });
    await save([rule("host", "build-*", "Builders")]);
    expect(await roots()).toMatchObject({ "build-1": "Builders" });
  });

  test("what is pushed later has its owner at once", async () => {
    await save([rule("repository", "later/*", "Later")]);
    const layer = await addLayer(double, debianFiles([{ name: "beta", version: "1.0-1" }]));
    const digest = await pushImage({ registryId: shop, repository: "later/one", tag: "1", layers: [layer] });
    expect(await repositories("Later")).toEqual({ "later/one": "Later rule" });
    expect((await imagePlaces(digest))[0]).toMatchObject({ owner: "Later", ownerSource: "rule" });
    await execute(
      sql`delete from placement where repository_id in (select id from repository where name like 'later/%')`,
    );
    await execute(sql`delete from repository where name like 'later/%'`);
  });
});

test("the preview says what changes, and equals it", async () => {
  const settings = {
    labels: LABELS,
    defaultOwner: null,
    rules: [rule("namespace", "shop", "Shop"), rule("host", "*", "Hosts")],
  };
  const before = await repositories();
  const told = await previewOwners(admin, settings);
  expect(told.changes).toEqual([
    { kind: "repository", name: "shop/api", from: null, to: "Shop", source: "rule" },
    { kind: "repository", name: "shop/web", from: null, to: "Shop", source: "rule" },
    { kind: "host", name: "build-1", from: null, to: "Hosts", source: "rule" },
  ]);
  expect(await repositories(), "nothing was saved").toEqual(before);
  expect((await ownerSettingsView(viewer)).rules).toEqual([]);
  expect(await updateOwners(admin, settings)).toEqual(told);
  expect((await previewOwners(admin, settings)).total).toBe(0);
});

test("a selection of repositories gets an owner ahead of every rule, and can be given back", async () => {
  await save([rule("namespace", "shop", "Shop")]);
  const id = async (name: string) => String((await rows(sql`select id from repository where name = ${name}`))[0]?.id);
  const targets = [
    { rootId: shop, repositoryId: await id("shop/api") },
    { rootId: shop, repositoryId: await id("shop/labelled") },
  ];
  await assignOwner(analyst, { owner: "Payments", targets });
  expect(await repositories()).toMatchObject({
    "shop/api": "Payments rule",
    "shop/web": "Shop rule",
    "shop/labelled": "Labels label",
  });
  await assignOwner(analyst, { owner: "Cards", targets });
  expect((await ownerSettingsView(viewer)).rules).toHaveLength(3);
  await assignOwner(analyst, { owner: null, targets });
  expect(await repositories()).toMatchObject({ "shop/api": "Shop rule" });
  await expect(assignOwner(analyst, { owner: "X", targets: [...targets, { rootId: newId() }] })).rejects.toMatchObject({
    code: "not-found",
  });
  expect((await ownerSettingsView(viewer)).rules, "nothing of it was kept").toHaveLength(1);
});

test("mine and unowned in lists of registries, hosts, repositories and images", async () => {
  await save([rule("namespace", "shop", "Shop"), rule("host", "*", "Hosts")]);
  await chooseOwnOwners(viewer, { owners: ["Shop", "Hosts"] });
  expect(Object.keys(await repositories("@mine"))).toEqual(["shop/api", "shop/web"]);
  expect(Object.keys(await repositories("@mine", analyst)), "who belongs to nothing has nothing").toEqual([]);
  expect(Object.keys(await repositories("@none"))).toEqual(["tools/build/ci"]);
  expect(await roots("@mine")).toEqual({ "build-1": "Hosts" });
  expect(await roots("@none")).toEqual({ shop: null });
  const images = (owner: string) => registryImages(viewer, RegistryImagesParams.parse({ registryId: shop, owner }));
  expect((await images("@mine")).rows.map((row) => row.repository).sort()).toEqual(["shop/api", "shop/web"]);
  expect((await images("Labels")).rows.map((row) => row.digest)).toEqual([labelled]);
  expect((await ownerSettingsView(viewer)).mine).toEqual(["Hosts", "Shop"]);
});

test("who may: admins the rules, analysts a selection, everybody their own", async () => {
  const settings = { labels: LABELS, defaultOwner: null, rules: [] };
  await expect(updateOwners(analyst, settings)).rejects.toMatchObject({ code: "forbidden" });
  await expect(previewOwners(analyst, settings)).rejects.toMatchObject({ code: "forbidden" });
  await expect(assignOwner(viewer, { owner: "X", targets: [{ rootId: shop }] })).rejects.toMatchObject({
    code: "forbidden",
  });
  await expect(chooseOwnOwners({ ...viewer, kind: "token" }, { owners: [] })).rejects.toMatchObject({
    code: "bad-request",
  });
  await expect(save([rule("repository", " ", "X")])).rejects.toThrow();
  const audited = await rows(sql`select distinct action from audit_entry where action like 'owner%' order by 1`);
  expect(audited.map(({ action }) => action)).toEqual(["owner.assign", "owner.choose-own", "owners.update"]);
});
