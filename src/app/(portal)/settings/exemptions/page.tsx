import { permanentRedirect } from "next/navigation";
import { links } from "#domain/links.ts";

/** Exemptions moved out of the settings; links from outside still arrive. */
export default function OldExemptionsPage() {
  permanentRedirect(links.exemptions());
}
