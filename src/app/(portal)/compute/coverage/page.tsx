import type { Metadata } from "next";
import { Prefetched } from "#app/providers/prefetched.tsx";
import { requirePageActor } from "#app/session.ts";
import { coverage } from "#queries/count/coverage.ts";
import { CoverageView } from "#ui/coverage/coverage-view.tsx";

export const metadata: Metadata = { title: "Coverage" };

export default async function CoveragePage() {
  const data = await coverage(await requirePageActor());
  return (
    <Prefetched views={[{ view: "coverage", data }]}>
      <CoverageView />
    </Prefetched>
  );
}
