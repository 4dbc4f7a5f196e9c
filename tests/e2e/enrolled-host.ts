import path from "node:path";
import { type APIRequestContext, expect, test } from "@playwright/test";
import { buildReport, packReport } from "../../src/agent/report.ts";
import { ServerClient } from "../../src/agent/server-client.ts";
import { readEvidence } from "../../src/cli/audit-evidence.ts";
import { change, read } from "./session.ts";

const hostname = "recorded-host.example";

interface Hosts {
  rows: { rootId: string; kind: string; name: string }[];
}
interface Containers {
  rows: { containerId: string }[];
}

/** A Docker VM that enrolled with the agent's own client and sent one recorded report, and one of its containers. */
export async function enrolledHost(request: APIRequestContext): Promise<{ host: string; container: string }> {
  const host = (await known(request)) ?? (await enrol(request));
  await expect
    .poll(() => containers(request, host).then((rows) => rows.length), { timeout: 120_000 })
    .toBeGreaterThan(0);
  const [container] = await containers(request, host);
  return { host, container: container?.containerId ?? "" };
}

async function known(request: APIRequestContext): Promise<string | null> {
  const { rows } = await read<Hosts>(request, `containers?type=host&q=${hostname}`);
  return rows.find((row) => row.name === hostname)?.rootId ?? null;
}

async function containers(request: APIRequestContext, host: string): Promise<Containers["rows"]> {
  return (await read<Containers>(request, `hosts/${host}/containers`)).rows;
}

async function enrol(request: APIRequestContext): Promise<string> {
  const made = await change(request, { method: "POST", path: "/api/v1/hosts/enrolments", data: {} });
  const client = new ServerClient(test.info().project.use.baseURL ?? "", null);
  const who = { hostname, machineIdHash: null, bootId: null };
  const { hostId, token } = await client.enrol((made as { token: string }).token, { ...who, agentVersion: "0.1.0" });
  const evidence = await readEvidence(path.resolve(import.meta.dirname, "../fixtures/cis/host-a"));
  await client.report(
    token,
    packReport(buildReport(evidence, { hostId, sequence: 1, collectedAt: new Date(), ...who })),
  );
  return hostId;
}
