import type { Metadata } from "next";
import { Prefetched } from "#app/providers/prefetched.tsx";
import { requirePageActor } from "#app/session.ts";
import { enrolmentList } from "#queries/enrolment-list.ts";
import { ConnectHostView } from "#ui/connect/connect-host-view.tsx";

export const metadata: Metadata = { title: "Connect Docker hosts" };

export default async function ConnectHostPage() {
  const actor = await requirePageActor("admin");
  return (
    <Prefetched views={[{ view: "hosts/enrolments", data: await enrolmentList(actor, {}) }]}>
      <ConnectHostView />
    </Prefetched>
  );
}
