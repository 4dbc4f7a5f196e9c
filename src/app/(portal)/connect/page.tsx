import type { Metadata } from "next";
import { requirePageActor } from "#app/session.ts";
import { ConnectView } from "#ui/connect/connect-view.tsx";

export const metadata: Metadata = { title: "Connect" };

export default async function ConnectPage() {
  await requirePageActor("admin");
  return <ConnectView />;
}
