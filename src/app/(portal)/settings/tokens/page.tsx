import type { Metadata } from "next";
import { Prefetched } from "#app/providers/prefetched.tsx";
import { type SearchPage, searchValues } from "#app/search-values.ts";
import { requirePageActor } from "#app/session.ts";
import { TokenListParams, tokenList } from "#queries/account/token-list.ts";
import { TokensView } from "#ui/settings/tokens-view.tsx";

export const metadata: Metadata = { title: "Tokens" };

export default async function TokensPage({ searchParams }: SearchPage) {
  const actor = await requirePageActor();
  const params = searchValues(await searchParams);
  const data = await tokenList(actor, TokenListParams.parse(params));
  return (
    <Prefetched views={[{ view: "tokens", params, data, list: true }]}>
      <TokensView />
    </Prefetched>
  );
}
