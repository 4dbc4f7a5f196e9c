import type { Metadata } from "next";
import { Prefetched } from "#app/providers/prefetched.tsx";
import { requirePageActor } from "#app/session.ts";
import { welcomeState } from "#queries/welcome-state.ts";
import { WelcomeView } from "#ui/welcome/welcome-view.tsx";

export const metadata: Metadata = { title: "Welcome" };

export default async function WelcomePage() {
  const data = await welcomeState(await requirePageActor());
  return (
    <Prefetched views={[{ view: "welcome", data }]}>
      <WelcomeView />
    </Prefetched>
  );
}
