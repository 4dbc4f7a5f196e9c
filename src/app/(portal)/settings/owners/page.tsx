import type { Metadata } from "next";
import { Prefetched } from "#app/providers/prefetched.tsx";
import { requirePageActor } from "#app/session.ts";
import { ownerSettingsView } from "#queries/owner/owner-settings-view.ts";
import { OwnersView } from "#ui/owner/owners-view.tsx";

export const metadata: Metadata = { title: "Owners" };

export default async function OwnersPage() {
  const actor = await requirePageActor();
  return (
    <Prefetched views={[{ view: "owners", data: await ownerSettingsView(actor) }]}>
      <OwnersView />
    </Prefetched>
  );
}
