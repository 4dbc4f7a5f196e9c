import { AuthFrame } from "#ui/auth/auth-frame.tsx";
import { ForbiddenCard } from "#ui/auth/forbidden-card.tsx";
import { currentActor } from "./session.ts";

/** Shown with status 403 when the role is too low for a page. */
export default async function Forbidden() {
  const actor = await currentActor();
  return (
    <AuthFrame>
      <ForbiddenCard role={actor?.role ?? "viewer"} />
    </AuthFrame>
  );
}
