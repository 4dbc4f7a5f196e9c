import type { Metadata } from "next";
import { requirePageActor } from "#app/session.ts";
import { ConnectRegistryView } from "#ui/connect/connect-registry-view.tsx";

export const metadata: Metadata = { title: "Connect a registry" };

export default async function ConnectRegistryPage() {
  await requirePageActor("admin");
  return <ConnectRegistryView />;
}
