import type { Metadata } from "next";
import { Prefetched } from "#app/providers/prefetched.tsx";
import { requirePageActor } from "#app/session.ts";
import { agentFacts } from "#queries/host/agent-download.ts";
import { enrolmentList } from "#queries/host/enrolment-list.ts";
import { localAgents } from "#queries/host/local-agents.ts";
import { ConnectHostView } from "#ui/connect/connect-host-view.tsx";

export const metadata: Metadata = { title: "Connect Docker hosts" };

export default async function ConnectHostPage() {
  const actor = await requirePageActor("admin");
  // A server without a bundle can still make tokens; the page says what is missing.
  const facts = await agentFacts().catch(() => null);
  const [list, local] = await Promise.all([enrolmentList(actor, {}), localAgents(actor)]);
  return (
    <Prefetched
      views={[
        { view: "hosts/enrolments", data: list },
        { view: "local-agents", data: local },
        ...(facts ? [{ view: "agent/facts", data: facts }] : []),
      ]}
    >
      <ConnectHostView />
    </Prefetched>
  );
}
