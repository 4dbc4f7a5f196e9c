import type { Metadata } from "next";
import { Prefetched } from "#app/providers/prefetched.tsx";
import { requirePageActor } from "#app/session.ts";
import { localAgents } from "#queries/host/local-agents.ts";
import { ConnectView } from "#ui/connect/connect-view.tsx";

export const metadata: Metadata = { title: "Connect" };

export default async function ConnectPage() {
  const data = await localAgents(await requirePageActor("admin"));
  return (
    <Prefetched views={[{ view: "local-agents", data }]}>
      <ConnectView />
    </Prefetched>
  );
}
