import type { Metadata } from "next";
import { notFound, redirect } from "next/navigation";
import { decodePath } from "#app/decode-path.ts";
import { Prefetched } from "#app/providers/prefetched.tsx";
import { type SearchPage, searchValues } from "#app/search-values.ts";
import { requirePageActor } from "#app/session.ts";
import { AppError } from "#domain/app-error.ts";
import { Digest, shortDigest } from "#domain/digest.ts";
import { links } from "#domain/links.ts";
import type { Actor } from "#domain/role.ts";
import { imageChanges } from "#queries/image/image-changes.ts";
import { imageContainers } from "#queries/image/image-containers.ts";
import { imageDetail, imagesOfIndex } from "#queries/image/image-detail.ts";
import { imageFinding } from "#queries/image/image-finding.ts";
import { imageFindings } from "#queries/image/image-findings.ts";
import { imageFixPlan } from "#queries/image/image-fix-plan.ts";
import { imageHistory } from "#queries/image/image-history.ts";
import { imagePackages } from "#queries/image/image-packages.ts";
import { findingView, type ImageTab, imageHeadView, imageTab, imageView } from "#ui/image/image-params.ts";
import { ImageView } from "#ui/image/image-view.tsx";

type ImagePageProps = SearchPage & { params: Promise<{ digest: string }> };

const tabQueries = {
  vulnerabilities: imageFindings,
  "fix-plan": imageFixPlan,
  changes: imageChanges,
  packages: imagePackages,
  containers: imageContainers,
  history: imageHistory,
} as const;
const listTabs = new Set<ImageTab>(["vulnerabilities", "packages", "history"]);

export async function generateMetadata({ params }: ImagePageProps): Promise<Metadata> {
  return { title: `Image ${shortDigest(decodePath((await params).digest))}` };
}

export default async function ImagePage({ params, searchParams }: ImagePageProps) {
  const actor = await requirePageActor();
  const digest = Digest.safeParse(decodePath((await params).digest));
  if (!digest.success) notFound();
  const search = searchValues(await searchParams);
  const tab = imageTab(search.tab);
  const input = { ...search, digest: digest.data };
  const head = await imageDetail(actor, input).catch((error: unknown) => leadOn(error, actor, digest.data));
  // The strip and the tab counts show the plan and the changes whatever tab is open.
  const tabs = [...new Set<ImageTab>([tab, "fix-plan", "changes"])];
  const tabViews = await Promise.all(
    tabs.map(async (name) => {
      const own = name === tab ? search : pick(search, "at");
      const data = await tabQueries[name](actor, { ...own, digest: digest.data });
      return { ...imageView(digest.data, name, own), data, list: listTabs.has(name) };
    }),
  );
  const { cve, pkg, at } = search;
  // A panel that a link opens comes with the page: what arrives later would push about what is being read.
  const panel =
    tab === "vulnerabilities" && cve && pkg
      ? await imageFinding(actor, {
          digest: digest.data,
          vulnerability: cve,
          package: pkg,
          ...(at ? { at } : {}),
        }).then(
          (data) => [{ ...findingView(digest.data, cve, { at, package: pkg }), data }],
          () => [],
        )
      : [];
  const views = [{ ...imageHeadView(digest.data, search), data: head }, ...tabViews, ...panel];
  return (
    <Prefetched views={views}>
      <ImageView digest={digest.data} />
    </Prefetched>
  );
}

function pick(values: Record<string, string>, name: string): Record<string, string> {
  const value = values[name];
  return value ? { [name]: value } : {};
}

/** An index has no findings of its own: its address leads to its first platform. Anything else unknown is a 404. */
async function leadOn(error: unknown, actor: Actor, digest: string): Promise<never> {
  if (!(error instanceof AppError) || error.code !== "not-found") throw error;
  const [first] = await imagesOfIndex(actor, digest);
  if (!first) notFound();
  redirect(links.image(first.digest));
}
