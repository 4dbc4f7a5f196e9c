import { redirect } from "next/navigation";
import { links } from "#domain/links.ts";
import { welcomeState } from "#queries/welcome-state.ts";
import { requirePageActor } from "./session.ts";

/** The morning look, or the first steps while nothing is connected. */
export default async function Home() {
  const { resources } = await welcomeState(await requirePageActor());
  redirect(resources > 0 ? links.overview() : links.welcome());
}
