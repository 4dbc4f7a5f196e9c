import type { Metadata } from "next";
import { Prefetched } from "#app/providers/prefetched.tsx";
import { requirePageActor } from "#app/session.ts";
import { localAgents } from "#queries/host/local-agents.ts";
import { welcomeState } from "#queries/welcome-state.ts";
import { WelcomeView } from "#ui/welcome/welcome-view.tsx";

export const metadata: Metadata = { title: "Welcome" };

export default async function WelcomePage() {
  const actor = await requirePageActor();
  const [data, local] = await Promise.all([welcomeState(actor), localAgents(actor)]);
  return (
    <Prefetched
      views={[
        { view: "welcome", data },
        { view: "local-agents", data: local },
      ]}
    >
      <WelcomeView />
    </Prefetched>
  );
}
