import type { Metadata } from "next";
import { Prefetched } from "#app/providers/prefetched.tsx";
import { type SearchPage, searchValues } from "#app/search-values.ts";
import { requirePageActor } from "#app/session.ts";
import { jobList } from "#queries/queue/job-list.ts";
import { systemHealth } from "#queries/queue/system-health.ts";
import { HealthView } from "#ui/health/health-view.tsx";

export const metadata: Metadata = { title: "System health" };

export default async function HealthPage({ searchParams }: SearchPage) {
  const actor = await requirePageActor();
  const { state, queue } = searchValues(await searchParams);
  const params = { ...(state ? { state } : {}), ...(queue ? { queue } : {}) };
  const jobs = actor.role === "admin" ? [{ view: "jobs", params, data: await jobList(actor, params), list: true }] : [];
  return (
    <Prefetched views={[{ view: "health-detail", data: await systemHealth(actor) }, ...jobs]}>
      <HealthView />
    </Prefetched>
  );
}
