import { gunzipSync } from "node:zlib";
import { links } from "#domain/links.ts";
import { rootTopic } from "#domain/topic.ts";
import { assess, type HostAssessment, toAssessments } from "#engines/cis-docker/assess.ts";
import { HostReport, isFailed } from "#engines/cis-docker/facts.ts";
import { withEndOfLife } from "#engines/cis-docker/host-end-of-life.ts";
import { topLevelImages } from "#engines/cis-docker/image-facts.ts";
import { Policy } from "#engines/cis-docker/policy.ts";
import { recordChange } from "#store/change.ts";
import { hostCounts, recountContainers, rulesWithExemptItems } from "#store/host/container-counts.ts";
import { findHost, type HostRow } from "#store/host/host.ts";
import { saveHostContainers, saveHostImages } from "#store/host/host-contents.ts";
import { assessedSequence, finishReport, type PendingReport, trimReportBodies } from "#store/host/host-report.ts";
import { noteEngineDown, saveHostSummary } from "#store/host/host-summary.ts";
import { sitePolicy } from "#store/host/hosts-policy.ts";
import { addNotices } from "#store/notice/notice.ts";
import { type Transaction, transaction } from "#store/transaction.ts";
import { assessRoot } from "./assess-root.ts";
import { seenContainers, seenImages } from "./host-contents.ts";
import { hostRegistryTags } from "./host-registry-tags.ts";
import { hostScanFacts } from "./host-scan-facts.ts";

/**
 * Assesses one stored report and saves the result in one transaction: verdicts, findings, history, containers, images, the
 * host's row and what is worth a notice. Running it again gives the same rows. Throws when the stored report is unreadable.
 */
export async function assessReport(
  hostId: string,
  { report, body, now }: { report: PendingReport; body: Uint8Array; now: Date },
): Promise<void> {
  const parsed = HostReport.parse(JSON.parse(gunzipSync(body).toString("utf8")));
  await transaction(async (tx) => {
    const host = await findHost(hostId, tx, { lock: true });
    if (!host) {
      await finishReport(tx, hostId, report.id, { state: "superseded", error: "The host was removed." });
      return;
    }
    const newest = await assessedSequence(tx, hostId);
    if (newest !== null && report.sequence < newest) {
      await finishReport(tx, hostId, report.id, {
        state: "superseded",
        error: `Report ${newest} of this host is newer and was assessed before this one arrived.`,
      });
      return;
    }
    if (isEngineDown(parsed.evidence) && newest !== null) {
      await keepLastVerdicts(tx, host, { report, now });
      return;
    }
    const evidence = {
      ...parsed.evidence,
      host: withEndOfLife(parsed.evidence.host),
      imageScans: await hostScanFacts(tx, parsed.evidence),
      registryTags: await hostRegistryTags(tx, parsed.evidence, now),
    };
    const policy = await policyOf(tx, host);
    const result = assess(evidence, { now, policy, assessManaged: host.assessManaged });
    await saveHostSummary(tx, hostId, summaryOf(result, { report, now }));
    await saveHostImages(tx, hostId, { images: seenImages(result), at: report.collectedAt });
    await saveHostContainers(tx, hostId, { containers: seenContainers(result), at: report.collectedAt });
    const subject = { rootId: hostId, kind: "host" as const, resourceId: hostId };
    const changes = await assessRoot(
      tx,
      { ...host, kind: "host" },
      {
        judged: [{ subject, assessments: toAssessments(result, hostId) }],
        save: {
          at: now,
          cause: "report",
          causeRef: report.id,
          isFresh: true,
          confirmationDays: policy.attestationValidDays,
        },
      },
    );
    await recountContainers(tx, [hostId], await rulesWithExemptItems(tx, hostId));
    await finishReport(tx, hostId, report.id, {
      state: "assessed",
      summary: { counts: await hostCounts(tx, hostId), changes: changes.length },
    });
    await trimReportBodies(tx, hostId);
  });
}

/** Nothing of the engine answered: it is stopped, which says nothing about how it was set up. */
function isEngineDown({ info, containersList }: HostReport["evidence"]): boolean {
  return [info, containersList].every(
    (section) => section !== undefined && isFailed(section) && section.error.code === "unreachable",
  );
}

/** A stopped engine keeps its last verdicts, marked as old: dropping what failed would look like an improvement. */
async function keepLastVerdicts(
  tx: Transaction,
  host: HostRow,
  { report, now }: { report: PendingReport; now: Date },
): Promise<void> {
  const since = report.collectedAt.toISOString();
  const reason = `Its Docker engine does not answer since ${since.slice(0, 16).replace("T", " ")} UTC. What is shown is from the last report before that.`;
  const isNews = await noteEngineDown(tx, host.id, reason);
  await finishReport(tx, host.id, report.id, {
    state: "superseded",
    error: "The Docker engine did not answer. The verdicts of the report before stay.",
  });
  await recordChange(tx, rootTopic("host", host.id), "containers");
  if (!isNews) return;
  await addNotices(tx, [
    {
      rootId: host.id,
      kind: "host-silent",
      dedupeKey: `engine-down/${now.toISOString().slice(0, 10)}`,
      severity: "medium",
      title: `The Docker engine of ${host.name} does not answer`,
      detail: reason,
      href: links.host(host.id),
      count: 1,
      isDemo: host.isDemo,
    },
  ]);
}

async function policyOf(tx: Transaction, host: HostRow): Promise<Policy> {
  const site = await sitePolicy(tx);
  const own = typeof host.policy === "object" && host.policy !== null ? host.policy : {};
  return Policy.parse({ ...site?.policy, ...own });
}

function summaryOf(result: HostAssessment, { report, now }: { report: PendingReport; now: Date }) {
  const { facts, managed } = result;
  const active = facts.containers?.filter((container) => container.isActive) ?? null;
  const inState = (...states: string[]) =>
    facts.containers?.filter(({ inspect }) => states.includes(inspect.State.Status ?? "")).length ?? null;
  return {
    reportId: report.id,
    collectedAt: report.collectedAt,
    assessedAt: now,
    engineKind: facts.engine.isPodman ? "podman" : "docker",
    dockerVersion: facts.engine.version,
    apiVersion: facts.version?.ApiVersion ?? null,
    operatingSystem: facts.info?.OperatingSystem ?? null,
    isRootless: facts.engine.isRootless,
    managed,
    imagesTotal: topLevelImages(facts.evidence)?.length ?? null,
    imagesInUse: active ? new Set(active.map(({ inspect }) => inspect.Image)).size : null,
    containersRunning: inState("running", "restarting"),
    containersPaused: inState("paused"),
    containersStopped: inState("exited", "created", "dead", "removing"),
  };
}
