import type { Metadata } from "next";
import { notFound, redirect } from "next/navigation";
import { Prefetched } from "#app/providers/prefetched.tsx";
import { type SearchPage, searchValues } from "#app/search-values.ts";
import { requirePageActor } from "#app/session.ts";
import { AppError } from "#domain/app-error.ts";
import { Digest, shortDigest } from "#domain/digest.ts";
import { links } from "#domain/links.ts";
import type { Actor } from "#domain/role.ts";
import { imageChanges } from "#queries/image-changes.ts";
import { imageDetail, imagesOfIndex } from "#queries/image-detail.ts";
import { imageFindings } from "#queries/image-findings.ts";
import { imageFixPlan } from "#queries/image-fix-plan.ts";
import { imageHistory } from "#queries/image-history.ts";
import { imagePackages } from "#queries/image-packages.ts";
import { imageHeadView, imageTab, imageView } from "#ui/image/image-params.ts";
import { ImageView } from "#ui/image/image-view.tsx";

type ImagePageProps = SearchPage & { params: Promise<{ digest: string }> };

const tabQueries = {
  vulnerabilities: imageFindings,
  "fix-plan": imageFixPlan,
  changes: imageChanges,
  packages: imagePackages,
  history: imageHistory,
} as const;
const listTabs = ["vulnerabilities", "packages", "history"];

export async function generateMetadata({ params }: ImagePageProps): Promise<Metadata> {
  return { title: `Image ${shortDigest(decodeURIComponent((await params).digest))}` };
}

export default async function ImagePage({ params, searchParams }: ImagePageProps) {
  const actor = await requirePageActor();
  const digest = Digest.safeParse(decodeURIComponent((await params).digest));
  if (!digest.success) notFound();
  const search = searchValues(await searchParams);
  const tab = imageTab(search.tab);
  const input = { ...search, digest: digest.data };
  const head = await imageDetail(actor, input).catch((error: unknown) => leadOn(error, actor, digest.data));
  const [data, plan] = await Promise.all([
    tabQueries[tab](actor, input),
    tab === "fix-plan" ? null : imageFixPlan(actor, input),
  ]);
  const views = [
    { ...imageHeadView(digest.data, search), data: head },
    { ...imageView(digest.data, tab, search), data, list: listTabs.includes(tab) },
    ...(plan ? [{ ...imageView(digest.data, "fix-plan", search), data: plan }] : []),
  ];
  return (
    <Prefetched views={views}>
      <ImageView digest={digest.data} />
    </Prefetched>
  );
}

/** An index has no findings of its own: its address leads to its first platform. Anything else unknown is a 404. */
async function leadOn(error: unknown, actor: Actor, digest: string): Promise<never> {
  if (!(error instanceof AppError) || error.code !== "not-found") throw error;
  const [first] = await imagesOfIndex(actor, digest);
  if (!first) notFound();
  redirect(links.image(first.digest));
}
