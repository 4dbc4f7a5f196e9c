import { PageForbidden } from "#ui/state/page-forbidden.tsx";

/** Shown with status 403, inside the frame, when the role is too low for a page. */
export default function Forbidden() {
  return <PageForbidden />;
}
