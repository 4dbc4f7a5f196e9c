import { PageMissing } from "#ui/state/page-missing.tsx";

export default function NotFound() {
  return <PageMissing />;
}
