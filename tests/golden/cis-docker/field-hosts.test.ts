import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { gunzipSync } from "node:zlib";
import { extract } from "tar-stream";
import { afterAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { readEvidence } from "#cli/audit-evidence.ts";
import { type AuditResult, auditResult } from "#cli/audit-result.ts";

/** Hosts on which a verdict was wrong once: patches of the recorded host, and recordings of four real ones. */
const fixtures = path.join(import.meta.dirname, "..", "..", "fixtures", "cis");
const folder = mkdtempSync(path.join(tmpdir(), "breakwater-field-"));
afterAll(() => rmSync(folder, { recursive: true }));

const Right = z.union([z.string(), z.array(z.string())]).transform((right) => [right].flat());
const Cases = z.array(
  z.object({
    case: z.string(),
    controls: z.array(z.object({ control: z.string(), right: Right })),
    patch: z.record(z.string(), z.unknown()),
  }),
);

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A merge patch (RFC 7396) that also reaches the only element of a list, and files by path. */
function merge(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  if ("$first" in patch) return [merge(Array.isArray(target) ? target[0] : undefined, patch.$first)];
  if (Array.isArray(patch.$byPath)) {
    const files = new Map((patch.$byPath as { path: string }[]).map((file) => [file.path, file]));
    const known = (Array.isArray(target) ? target : []) as { path: string }[];
    const replaced = known.map((file) => files.get(file.path) ?? file);
    return [...replaced, ...[...files.values()].filter(({ path: name }) => !known.some((file) => file.path === name))];
  }
  const merged: Json = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = merge(merged[key], value);
  }
  return merged;
}

/** The recorded host with only its well-kept container and that container's image. */
function wellKept(): Json {
  const read = (name: string) => JSON.parse(readFileSync(path.join(fixtures, "host-a", `${name}.json`), "utf8"));
  const names = ["info", "version", "networks", "plugins-volumes", "swarm", "host"];
  const inspected = read("containers-inspect").filter(({ Name }: { Name: string }) => Name === "/a-hard");
  const [{ Id, Image }] = inspected;
  const only = (answers: Json, key: string) =>
    Object.fromEntries(Object.entries(answers).filter(([name]) => name === key));
  const images = read("images-inspect");
  return {
    ...Object.fromEntries(names.map((name) => [name, read(name)])),
    "containers-inspect": inspected,
    "containers-list": read("containers-list").filter((container: { Id: string }) => container.Id === Id),
    "containers-top": only(read("containers-top"), "/a-hard"),
    "images-list": read("images-list").filter((image: { Id: string }) => image.Id === Image),
    "images-inspect": Array.isArray(images) ? images.filter((image) => image.Id === Image) : only(images, Image),
    "images-history": only(read("images-history"), Image),
  };
}

async function audit(name: string): Promise<AuditResult> {
  return auditResult(await readEvidence(path.join(folder, name)), { now: new Date("2026-11-24T00:00:00Z") });
}

const printed = { notApplicable: "na" } as Record<string, string>;
function statusOf(result: AuditResult, control: string): string {
  const status = result.controls.find(({ id }) => id === control)?.status ?? "missing";
  return printed[status] ?? status;
}
const itemsOf = (result: AuditResult, control: string) =>
  [...new Set(result.controls.find(({ id }) => id === control)?.findings.map(({ item }) => item))].sort();

const cases = Cases.parse(JSON.parse(readFileSync(path.join(fixtures, "field", "cases.json"), "utf8")));

describe("the recorded host, changed", () => {
  test.each(cases.map((entry) => [entry.case, entry] as const))("%s", async (name, { patch, controls }) => {
    mkdirSync(path.join(folder, name));
    for (const [section, value] of Object.entries(merge(wellKept(), patch) as Json))
      writeFileSync(path.join(folder, name, `${section}.json`), JSON.stringify(value));
    const result = await audit(name);
    for (const { control, right } of controls) expect(right, control).toContain(statusOf(result, control));
  });
});

/** Unpacks a recording; answers the name of its folder of evidence. */
async function unpack(name: string): Promise<string> {
  const archive = gunzipSync(readFileSync(path.join(fixtures, "field", `${name}.tar.gz`)));
  const entries = Readable.from(archive).pipe(extract());
  let place = "";
  for await (const entry of entries) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    if (entry.header.type !== "file") continue;
    place = path.posix.dirname(entry.header.name);
    mkdirSync(path.join(folder, place), { recursive: true });
    writeFileSync(path.join(folder, entry.header.name), Buffer.concat(chunks));
  }
  return place;
}

describe("real hosts", () => {
  test("names with uid 0, links, bound volumes and joined namespaces are what they are", async () => {
    const result = await audit(await unpack("real1"));
    expect(statusOf(result, "4.1")).toBe("fail");
    expect(itemsOf(result, "4.1")).toEqual(["r-plus0", "r-toor"]);
    expect(statusOf(result, "5.6")).toBe("fail");
    expect(itemsOf(result, "5.6")).toContain("r-vol");
    expect(statusOf(result, "5.32")).toBe("fail");
    expect(itemsOf(result, "5.32")).toContain("r-symsock");
    expect(statusOf(result, "5.10")).toBe("fail");
    expect(itemsOf(result, "5.10")).toEqual(["r-hostid", "r-joins"]);
  });

  test("members that only the name service knows keep 1.1.2 from passing", async () => {
    expect(["unknown", "manual", "fail"]).toContain(statusOf(await audit(await unpack("nss")), "1.1.2"));
  });

  test("where inspection failed, the list still shows what is mounted", async () => {
    const result = await audit(await unpack("inspect500"));
    expect(statusOf(result, "5.6")).toBe("fail");
    expect(itemsOf(result, "5.6")).toContain("bad");
    expect(statusOf(result, "5.5")).toBe("unknown");
  });

  test("a file whose text was read is there, wherever its metadata was looked for", async () => {
    expect(["unknown", "fail"]).toContain(statusOf(await audit(await unpack("hostroot-link")), "3.18"));
  });
});
