import type { ReactNode } from "react";
import { frameSummary } from "#queries/count/frame-summary.ts";
import { AppFrame } from "#ui/shell/app-frame.tsx";
import { Prefetched } from "../providers/prefetched.tsx";
import { requirePageActor } from "../session.ts";

/** The frame of every signed-in page. */
export default async function PortalLayout({ children }: { children: ReactNode }) {
  const actor = await requirePageActor();
  const frame = await frameSummary(actor);
  return (
    <Prefetched views={[{ view: "frame", data: frame }]}>
      <AppFrame person={{ name: actor.name, role: actor.role }}>{children}</AppFrame>
    </Prefetched>
  );
}
