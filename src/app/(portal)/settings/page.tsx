import { redirect } from "next/navigation";
import { requirePageActor } from "#app/session.ts";
import { links } from "#domain/links.ts";

/** Settings has no page of its own: it leads to the first one that the person may open. */
export default async function SettingsPage() {
  const actor = await requirePageActor();
  redirect(links.settings(actor.role === "admin" ? "users" : "advisories"));
}
