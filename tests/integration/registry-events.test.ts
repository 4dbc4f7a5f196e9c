import { existsSync, readdirSync, readFileSync } from "node:fs";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { RegistrySettings } from "#domain/registry-settings.ts";
import { parseEnvelope } from "#ingest/registry-event-envelopes.ts";
import { cloudEventsHandshake, ingestRegistryEvents } from "#ingest/registry-events.ts";
import { insertApiToken } from "#store/account/api-token.ts";
import { pool } from "#store/client.ts";
import { newId } from "#store/ids.ts";
import { queue } from "#store/queue/queue.ts";
import { insertRegistry } from "#store/registry/registry.ts";
import { execute, selectRows, sql } from "#store/sql.ts";
import { waitingJobs } from "../registry-double/drain-jobs.ts";
import { describeWhere } from "../support/where.ts";

const registryId = newId();
const otherId = newId();
let token = "";
const digest = `sha256:${"4b".repeat(32)}`;

beforeAll(async () => {
  for (const id of [registryId, otherId]) {
    const made = await insertApiToken(pool(), { kind: "webhook", name: "w", scope: { kind: "registry", id } });
    if (id === registryId) token = made.token;
    await insertRegistry(pool(), {
      id,
      name: id,
      kind: "acr",
      url: `https://${id}.example`,
      authKind: "anonymous",
      username: null,
      secretId: null,
      tokenRealmHost: null,
      caPem: null,
      settings: RegistrySettings.parse({}),
      rights: null,
      owner: null,
      environment: null,
      webhookTokenId: made.id,
      createdBy: null,
      isDemo: false,
      nextReconcileAt: new Date(4e12),
    });
  }
});

beforeEach(async () => {
  await queue();
  await execute(sql`delete from pgboss.job where name in ('read-manifest', 'verify-delete')`);
  await execute(sql`delete from delivery`);
  await execute(sql`delete from delivery_seen`);
});

function send(body: unknown, headers: Record<string, string> = { authorization: `Bearer ${token}` }, id = registryId) {
  const text = typeof body === "string" ? body : body === undefined ? "" : JSON.stringify(body);
  return ingestRegistryEvents(id, new Request("http://localhost/", { method: "POST", headers, body: text }));
}
const counts = (answer: Awaited<ReturnType<typeof send>>) =>
  answer.status === 202 ? [answer.body.queued, answer.body.ignored, answer.body.duplicates, answer.body.unknown] : null;
const target = {
  mediaType: "application/vnd.docker.distribution.manifest.v2+json",
  size: 524,
  digest,
  length: 524,
  repository: "hello-world",
  tag: "v1",
};
const acr = (more: object = {}) => ({
  id: newId(),
  timestamp: "2026-03-05T23:45:31.2614267Z",
  action: "push",
  target,
  request: { id: newId(), host: "contoso.example", method: "PUT", useragent: "docker/24.0.7" },
  ...more,
});

describe("the token", () => {
  test.each([
    ["none", {}],
    ["a wrong one", { authorization: `Bearer bw_webhook_${"A".repeat(43)}` }],
    ["a malformed one", { authorization: "Bearer x" }],
    ["one in the wrong scheme", { authorization: "Digest x" }],
  ])("%s is 401 and stores nothing", async (_, headers) => {
    await expect(send(acr(), headers)).rejects.toMatchObject({ code: "unauthenticated" });
    expect(await deliveries()).toEqual([]);
  });

  test("that of another registry is 401, and one in our own header is as good as Authorization", async () => {
    await expect(send(acr(), { authorization: `Bearer ${token}` }, otherId)).rejects.toMatchObject({
      code: "unauthenticated",
    });
    expect(counts(await send(acr(), { "x-breakwater-token": token }))).toEqual([1, 0, 0, 0]);
  });
});

describe("bodies", () => {
  test("above 1 MiB is 413, broken JSON 400, whatever the content type says", async () => {
    await expect(send(`{"a":"${"x".repeat(1_048_576)}"}`)).rejects.toMatchObject({ code: "too-large" });
    await expect(send("{")).rejects.toMatchObject({ code: "bad-request" });
    expect(
      counts(await send(acr(), { authorization: `Bearer ${token}`, "content-type": "application/vnd.anything+json" })),
    ).toEqual([1, 0, 0, 0]);
  });

  test("an empty body, a ping and a GitHub ping are accepted and do nothing", async () => {
    for (const body of [
      undefined,
      {},
      { action: "ping" },
      { id: "x", action: "ping", timestamp: "2026-01-01T00:00:00Z" },
      { zen: "z", hook: {} },
    ])
      expect(counts(await send(body))).toEqual([0, 1, 0, 0]);
    expect(await waitingJobs("read-manifest")).toBe(0);
  });

  test.each([
    ["null", null],
    ["a number", 7],
    ["text", '"x"'],
    ["a list of odd things", [1, null, "x"]],
    ["a deep nest", JSON.stringify({ events: [{ target: { repository: { a: [] } }, action: 7 }] })],
    ["an unknown shape", { hello: "world" }],
  ])("%s never fails and queues nothing", async (_, body) => {
    const answer = await send(body);
    expect(answer.status).toBe(202);
    expect(await waitingJobs("read-manifest")).toBe(0);
  });

  test("names that are no names are stored as invalid and reach no job", async () => {
    for (const bad of [
      { repository: "../x" },
      { repository: "A" },
      { digest: "sha256:short" },
      { tag: "a b" },
      { repository: undefined },
    ])
      await send(acr({ target: { ...target, ...bad } }));
    expect((await deliveries()).map((row) => row.outcome)).toEqual([
      "invalid",
      "invalid",
      "invalid",
      "invalid",
      "invalid",
    ]);
    expect(await waitingJobs("read-manifest")).toBe(0);
  });
});

describe("one push", () => {
  test("that is delivered again is a duplicate", async () => {
    const event = acr();
    expect(counts(await send(event))).toEqual([1, 0, 0, 0]);
    expect(counts(await send(event))).toEqual([0, 0, 1, 0]);
    expect((await deliveries()).length).toBe(1);
  });

  test("that arrives as webhook, Event Grid, CloudEvents and Distribution notification is one job", async () => {
    const data = { ...acr(), location: "westeurope" };
    await send(acr());
    await send([
      {
        id: newId(),
        topic: "/t",
        subject: "hello-world:v1",
        eventType: "Microsoft.ContainerRegistry.ImagePushed",
        data,
        dataVersion: "2.0",
        metadataVersion: "1",
        eventTime: "2026-03-05T23:45:31Z",
      },
    ]);
    await send({
      id: newId(),
      source: "/s",
      type: "Microsoft.ContainerRegistry.ImagePushed",
      specversion: "1.0",
      time: "2026-03-05T23:45:31Z",
      data,
    });
    await send(data, {
      authorization: `Bearer ${token}`,
      "ce-type": "Microsoft.ContainerRegistry.ImagePushed",
      "ce-id": newId(),
      "ce-specversion": "1.0",
    });
    await send({ events: [acr()] });
    expect((await deliveries()).map((row) => [row.provider, row.outcome])).toEqual([
      ["acr", "queued"],
      ["event-grid", "queued"],
      ["cloud-events", "queued"],
      ["cloud-events", "queued"],
      ["distribution", "queued"],
    ]);
    expect(await waitingJobs("read-manifest")).toBe(1);
  });

  test("a hundred deliveries at once are one job and one row", async () => {
    const event = acr();
    const answers = await Promise.all(Array.from({ length: 100 }, () => send(event)));
    expect(answers.map(counts).filter((one) => one?.[0] === 1).length).toBe(1);
    expect((await deliveries()).length).toBe(1);
    expect(await waitingJobs("read-manifest")).toBe(1);
  });
});

describe("kinds", () => {
  test("quarantine is read like a push; charts and unknown kinds are counted", async () => {
    expect(
      counts(
        await send(acr({ action: "quarantine", target: { size: 1, digest, repository: "helloworld", tag: "1" } })),
      ),
    ).toEqual([1, 0, 0, 0]);
    expect(counts(await send(acr({ action: "chart_push" })))).toEqual([0, 1, 0, 0]);
    expect(
      counts(
        await send([
          {
            id: "1",
            eventType: "Microsoft.ContainerService.NewKubernetesVersionAvailable",
            eventTime: "2026-01-01T00:00:00Z",
            data: {},
          },
        ]),
      ),
    ).toEqual([0, 0, 0, 1]);
    expect(counts(await send(acr({ action: "something_new" })))).toEqual([0, 0, 0, 1]);
  });

  test("pulls, ours or not, and layers leave no trace", async () => {
    expect(
      counts(
        await send({
          events: [
            acr({ action: "pull", request: { useragent: "breakwater/0.1.0" } }),
            acr({ action: "pull" }),
            acr({ target: { ...target, mediaType: "application/octet-stream" } }),
            acr({ action: "mount" }),
          ],
        }),
      ),
    ).toEqual([0, 4, 0, 0]);
    expect(await deliveries()).toEqual([]);
  });

  test("a delete of a tag is verified, one of a digest nobody knows is not", async () => {
    expect(
      counts(
        await send({
          events: [
            { id: "a", action: "delete", target: { repository: "team/app", tag: "v1" } },
            { id: "b", action: "delete", target: { repository: "team/app", digest } },
          ],
        }),
      ),
    ).toEqual([1, 1, 0, 0]);
    expect(await waitingJobs("verify-delete")).toBe(1);
  });

  test("Harbor and GitHub are understood", () => {
    const harbor = {
      type: "PUSH_ARTIFACT",
      occur_at: 1700000000,
      operator: "admin",
      event_data: {
        resources: [
          { digest, tag: "v1" },
          { digest, tag: digest },
        ],
        repository: { repo_full_name: "lib/app" },
      },
    };
    expect(eventsOf(harbor)).toMatchObject([
      { provider: "harbor", action: "push", repository: "lib/app", digest, tag: "v1", actor: "admin" },
      { tag: null },
    ]);
    expect(
      eventsOf({ id: "7", specversion: "1.0", type: "harbor.artifact.deleted", data: harbor.event_data }),
    ).toMatchObject([{ provider: "harbor", action: "delete", deliveryId: "7" }]);
    const ghcr = {
      action: "published",
      registry_package: {
        name: "App",
        ecosystem: "CONTAINER",
        owner: { login: "Org" },
        package_version: { version: digest, container_metadata: { tag: { name: "", digest } } },
      },
      sender: { login: "me" },
    };
    expect(eventsOf(ghcr)).toMatchObject([
      { provider: "ghcr", action: "push", repository: "org/app", digest, tag: null, actor: "me" },
    ]);
    expect(eventsOf({ ...ghcr, registry_package: { ...ghcr.registry_package, ecosystem: "npm" } })).toMatchObject([
      { action: "other" },
    ]);
  });

  test("the Event Grid handshake echoes the code and fetches nothing", async () => {
    const body = [
      {
        id: "1",
        eventType: "Microsoft.EventGrid.SubscriptionValidationEvent",
        data: { validationCode: "code-1", validationUrl: "http://169.254.169.254/steal" },
      },
    ];
    expect(await send(body)).toEqual({ status: 200, body: { validationResponse: "code-1" } });
    await expect(send(body, {})).rejects.toMatchObject({ code: "unauthenticated" });
  });

  test("the CloudEvents handshake echoes a host name and nothing else", () => {
    expect(
      cloudEventsHandshake(new Headers({ "webhook-request-origin": "eventgrid.azure.net" }))["webhook-allowed-origin"],
    ).toBe("eventgrid.azure.net");
    for (const origin of ["", "a b", "<script>", "x".repeat(300)])
      expect(() => cloudEventsHandshake(new Headers({ "webhook-request-origin": origin }))).toThrow();
  });
});

describe("deliveries recorded from docker-registry 2.8", () => {
  const folder = new URL("../fixtures/registry-notifications/", import.meta.url);
  const recorded = (name: string) =>
    (JSON.parse(readFileSync(new URL(name, folder), "utf8")) as { deliveries: { body: unknown }[] }).deliveries.map(
      (one) => one.body,
    );

  test("each recording is read, and only manifests count as pushes", () => {
    const actions = Object.fromEntries(
      readdirSync(folder)
        .filter((name) => name !== "index.json")
        .map((name) => [
          name,
          recorded(name)
            .flatMap(eventsOf)
            .map((event) => event.action)
            .join(" "),
        ]),
    );
    expect(actions).toEqual({
      "cross-repo-mount.json": "blob",
      "delete-blob.json": "delete",
      "delete-manifest-by-digest.json": "delete delete delete",
      "head-manifest.json": "pull",
      "pull-by-tag.json": "pull pull pull",
      "pull-manifest-by-curl.json": "pull",
      "push-by-digest.json": "pull pull push",
      "push-by-tag-oci.json": "blob blob push",
      "push-docker-v2s2.json": "pull pull push",
      "push-multiarch-index.json": "pull blob blob push blob blob push push",
      "push-sbom-with-subject.json": "blob blob push",
      "push-second-tag-same-digest.json": "pull pull push",
    });
  });

  test("an index arrives after its children, and all three are read", async () => {
    for (const body of recorded("push-multiarch-index.json")) await send(body);
    expect(await waitingJobs("read-manifest")).toBe(3);
  });
});

const shared = new URL("../../../shared/fixtures/azure/", import.meta.url);
const missingSamples = existsSync(shared) ? null : "the samples of Azure and GitHub lie in a folder beside the clone";
describeWhere(missingSamples, "samples of Azure and GitHub in the sibling folder", () => {
  test.each(
    ["acr-webhooks", "event-grid", "ghcr"].flatMap((folder) =>
      readdirSync(new URL(folder, shared))
        .filter((name) => name.endsWith(".json") && !name.startsWith("_"))
        .map((name) => `${folder}/${name}`),
    ),
  )("%s is understood", (name) => {
    const parsed = parseEnvelope(JSON.parse(readFileSync(new URL(name, shared), "utf8")), new Headers());
    if (name.includes("subscription_validation")) return expect(parsed.kind).toBe("handshake");
    const [event] = parsed.kind === "events" ? parsed.events : [];
    const expected = /chart/.test(name)
      ? "chart"
      : /quarantine/.test(name)
        ? "quarantine"
        : /cluster_support|node_pool|kubernetes/.test(name)
          ? "other"
          : /delete/.test(name)
            ? "delete"
            : "push";
    expect(event?.action).toBe(expected);
    if (expected === "push") expect(event?.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    return undefined;
  });
});

function eventsOf(body: unknown) {
  const parsed = parseEnvelope(body, new Headers());
  return parsed.kind === "events" ? parsed.events : [];
}

function deliveries() {
  return selectRows(
    z.object({ provider: z.string(), outcome: z.string() }),
    sql`select provider, outcome from delivery order by received_at, id`,
  );
}
