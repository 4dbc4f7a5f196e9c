import { PageLoading } from "#ui/state/page-loading.tsx";

export default function Loading() {
  return <PageLoading />;
}
