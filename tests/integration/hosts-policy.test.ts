import { beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { updateHost } from "#commands/update-host.ts";
import { updateHostsPolicy } from "#commands/update-hosts-policy.ts";
import type { Actor } from "#domain/role.ts";
import type { HostEvidence } from "#engines/cis-docker/facts.ts";
import { hostControls } from "#queries/host/host-controls.ts";
import { hostsPolicy } from "#queries/host/hosts-policy-view.ts";
import { newId } from "#store/ids.ts";
import { selectRows, sql } from "#store/sql.ts";
import { transaction } from "#store/transaction.ts";
import { publishRules } from "#worker/publish-rules.ts";
import { assessedHost, assessWaiting, enrolledHost, recordedEvidence, storeReport } from "./assessed-host.ts";

const admin: Actor = { kind: "user", id: newId(), name: "Ada", role: "admin" };
const analyst: Actor = { kind: "user", id: newId(), name: "Bob", role: "analyst" };
const viewer: Actor = { kind: "user", id: newId(), name: "Cay", role: "viewer" };
const ROOTLESS = "docker-rootless-daemon";
let evidence: HostEvidence;
let first: string;
let second: string;
let pending: string;

beforeAll(async () => {
  await publishRules();
  evidence = await recordedEvidence();
  first = await assessedHost("first", evidence);
  second = await assessedHost("second", evidence);
  pending = await enrolledHost("pending", "pending");
  await storeReport(pending, evidence);
}, 60_000);

const rows = (query: ReturnType<typeof sql>) => selectRows(z.record(z.string(), z.unknown()), query);
const statusOf = async (hostId: string, ruleId: string) =>
  (await hostControls(viewer, { hostId, control: ruleId })).controls.find((control) => control.ruleId === ruleId)
    ?.status;
const set = async (policy: Record<string, unknown>) =>
  updateHostsPolicy(admin, { policy, basedOn: (await hostsPolicy(viewer)).updatedAt });
const waitingJobs = () =>
  rows(sql`select singleton_key as host from pgboss.job where name = 'assess-host' and state = 'created' order by 1`);

describe("the site's expectations of Docker hosts", () => {
  test("are nobody's until somebody sets them, and the benchmark's until then", async () => {
    const view = await hostsPolicy(viewer);
    expect(view).toMatchObject({ policy: {}, updatedAt: null, updatedBy: null, previous: null, hosts: 2 });
    expect(view.benchmark).toMatchObject({ requireRootless: false, maximumUnusedImages: 10 });
    expect(view.benchmark).not.toHaveProperty("attestations");
  });

  test("assess the last report of every approved host again, and no other", async () => {
    expect(await statusOf(first, ROOTLESS)).toBe("manual");
    expect(await set({ requireRootless: true })).toEqual({ hosts: 2 });
    expect(await waitingJobs()).toEqual([first, second].sort().map((host) => ({ host })));
    for (const host of [first, second]) {
      expect(await assessWaiting(host)).toBe(1);
      expect(await statusOf(host, ROOTLESS)).toBe("unhealthy");
    }
    const states = await rows(sql`select state from host_report where host_id = ${pending}`);
    expect(states, "a host that nobody approved keeps waiting").toEqual([{ state: "accepted" }]);
    expect(await rows(sql`select 1 from assessment where root_id = ${pending}`)).toEqual([]);
  });

  test("are told with who changed them and when, with the ones before, and in the audit log", async () => {
    await set({ requireRootless: true, trustedUsers: ["ada"] });
    const view = await hostsPolicy(viewer);
    expect(view).toMatchObject({ policy: { requireRootless: true, trustedUsers: ["ada"] }, updatedBy: "Ada" });
    expect(view.previous).toMatchObject({ policy: { requireRootless: true }, updatedBy: "Ada" });
    const audited = await rows(
      sql`select action, actor_name, before, after from audit_entry where action = 'hosts.update-policy' order by at desc, id desc limit 1`,
    );
    expect(audited).toEqual([
      {
        action: "hosts.update-policy",
        actor_name: "Ada",
        before: { requireRootless: true },
        after: { requireRootless: true, trustedUsers: ["ada"] },
      },
    ]);
    await set(view.previous?.policy ?? {});
    expect(await hostsPolicy(viewer)).toMatchObject({
      policy: { requireRootless: true },
      previous: { policy: { trustedUsers: ["ada"] } },
    });
  });

  test("give way to a host's own, key by key, which are counted and listed", async () => {
    await updateHost(admin, { hostId: second, policy: { requireRootless: false, trustedUsers: [] } });
    await assessWaiting(second);
    expect(await statusOf(second, ROOTLESS)).toBe("manual");
    const view = await hostsPolicy(viewer, { override: "trustedUsers" });
    expect(view.overrideCounts).toEqual({ requireRootless: 1, trustedUsers: 1 });
    expect(view.overrides).toEqual([
      { hostId: second, name: "second", policy: { requireRootless: false, trustedUsers: [] } },
    ]);
    expect(await hostsPolicy(viewer, { override: "expectedPorts" })).toMatchObject({
      overrides: [],
      overrideTotal: 0,
      overrideCounts: { trustedUsers: 1 },
    });
  });

  test("are not overwritten by somebody who read older ones", async () => {
    const { updatedAt, policy } = await hostsPolicy(viewer);
    await set({ strictCapabilities: true });
    await expect(updateHostsPolicy(admin, { policy, basedOn: updatedAt })).rejects.toMatchObject({ code: "conflict" });
    expect((await hostsPolicy(viewer)).policy).toEqual({ strictCapabilities: true });
    const read = (await hostsPolicy(viewer)).updatedAt;
    const both = await Promise.allSettled(
      [{ swarmExpected: true }, { swarmExpected: false }].map((one) =>
        updateHostsPolicy(admin, { policy: one, basedOn: read }),
      ),
    );
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  });

  test("wait for an assessment that is under way, so that its host is assessed by them as well", async () => {
    await set({ requireRootless: false });
    await assessWaiting(first);
    let saved: Promise<unknown> | undefined;
    await transaction(async (tx) => {
      // What an assessment holds while it works.
      await tx.query("select 1 from host where id = $1 for update", [first]);
      saved = set({ requireRootless: true });
      await expect(
        Promise.race([saved.then(() => "saved"), new Promise((resolve) => setTimeout(resolve, 300, "waits"))]),
      ).resolves.toBe("waits");
    });
    await saved;
    expect(await assessWaiting(first)).toBe(1);
    expect(await statusOf(first, ROOTLESS)).toBe("unhealthy");
  });

  test.each([
    [{ expectedPorts: ["http"] }, "/policy/expectedPorts"],
    [{ expectedPorts: [70_000] }, "/policy/expectedPorts"],
    [{ maximumUnusedImages: -1 }, "/policy/maximumUnusedImages"],
    [{ maximumUnusedImages: null }, "/policy/maximumUnusedImages"],
    [{ trustedUsers: [" "] }, "/policy/trustedUsers"],
    [{ trustedUsers: Array.from({ length: 501 }, () => "a") }, "/policy/trustedUsers"],
    [{ attestations: {} }, "/policy"],
    [{ noSuchThing: 1 }, "/policy"],
  ])("refuse %j by name", async (policy, pointer) => {
    await expect(set(policy)).rejects.toSatisfy((error: z.ZodError) =>
      error.issues.some(({ path }) => `/${path.join("/")}`.startsWith(pointer)),
    );
  });

  test("are an admin's to change and everybody's to read", async () => {
    for (const actor of [viewer, analyst])
      await expect(updateHostsPolicy(actor, { policy: {}, basedOn: null })).rejects.toMatchObject({
        code: "forbidden",
      });
  });
});
