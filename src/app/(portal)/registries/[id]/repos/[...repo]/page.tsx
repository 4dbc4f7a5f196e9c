import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { decodePath } from "#app/decode-path.ts";
import { orNotFound } from "#app/page-data.ts";
import { Prefetched } from "#app/providers/prefetched.tsx";
import { type SearchPage, searchValues } from "#app/search-values.ts";
import { requirePageActor } from "#app/session.ts";
import { RepositoryParams, repositoryDetail } from "#queries/registry/repository-detail.ts";
import { RepositoryPushesParams, repositoryPushes } from "#queries/registry/repository-pushes.ts";
import { RepositoryView } from "#ui/registry/repository-view.tsx";

interface Props extends SearchPage {
  params: Promise<{ id: string; repo: string[] }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: nameOf((await params).repo) };
}

export default async function RepositoryPage({ params, searchParams }: Props) {
  const actor = await requirePageActor();
  const { id, repo } = await params;
  const parsed = RepositoryParams.safeParse({ registryId: id, repository: nameOf(repo) });
  if (!parsed.success) notFound();
  const { registryId, repository } = parsed.data;
  const { tab: _, ...search } = searchValues(await searchParams);
  const [data, pushes] = await Promise.all([
    orNotFound(repositoryDetail(actor, parsed.data)),
    repositoryPushes(actor, RepositoryPushesParams.parse({ ...search, ...parsed.data })),
  ]);
  const home = `registries/${registryId}`;
  return (
    <Prefetched
      views={[
        { view: `${home}/repository`, params: { repository }, data },
        { view: `${home}/pushes`, params: { ...search, repository }, data: pushes, list: true },
      ]}
    >
      <RepositoryView registryId={registryId} repository={repository} />
    </Prefetched>
  );
}

function nameOf(segments: string[]): string {
  return segments.map(decodePath).join("/");
}
