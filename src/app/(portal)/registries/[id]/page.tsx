import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { orNotFound } from "#app/page-data.ts";
import { Prefetched } from "#app/providers/prefetched.tsx";
import { type SearchPage, searchValues } from "#app/search-values.ts";
import { requirePageActor } from "#app/session.ts";
import { RegistryParams, registryDetail } from "#queries/registry/registry-detail.ts";
import { RegistryRepositoriesParams, registryRepositories } from "#queries/registry/registry-repositories.ts";
import { RegistryView } from "#ui/registry/registry-view.tsx";

export const metadata: Metadata = { title: "Registry" };

export default async function RegistryPage({ params, searchParams }: SearchPage & { params: Promise<{ id: string }> }) {
  const actor = await requirePageActor();
  const parsed = RegistryParams.safeParse({ registryId: (await params).id });
  if (!parsed.success) notFound();
  const { registryId } = parsed.data;
  const { tab, ...search } = searchValues(await searchParams);
  const data = await orNotFound(registryDetail(actor, { registryId }));
  const repositories =
    tab && tab !== "repositories"
      ? null
      : await registryRepositories(actor, RegistryRepositoriesParams.parse({ ...search, registryId }));
  const home = `registries/${registryId}`;
  return (
    <Prefetched
      views={[
        { view: home, data },
        ...(repositories ? [{ view: `${home}/repositories`, params: search, data: repositories, list: true }] : []),
      ]}
    >
      <RegistryView registryId={registryId} />
    </Prefetched>
  );
}
