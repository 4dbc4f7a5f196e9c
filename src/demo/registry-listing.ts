import { RegistryRefusal } from "./registry-refusal.ts";
import { checkMethod, checkName, type RegistryRequest, sendJson } from "./registry-request.ts";

const PAGE = 100;

/** `GET /v2/_catalog` */
export async function answerCatalog(call: RegistryRequest): Promise<void> {
  checkMethod(call.method, "GET");
  const { page, link } = paged(await call.storage.repositories(), call.url);
  sendJson(call.response, 200, { repositories: page }, link);
}

/** `GET /v2/<name>/tags/list` */
export async function answerTags(call: RegistryRequest, name: string): Promise<void> {
  checkMethod(call.method, "GET");
  if (!(await call.storage.hasRepository(checkName(name))))
    throw new RegistryRefusal(404, "NAME_UNKNOWN", "repository name not known to registry");
  const { page, link } = paged(await call.storage.tags(name), call.url);
  sendJson(call.response, 200, { name, tags: page }, link);
}

function paged(names: string[], url: URL): { page: string[]; link: Record<string, string> } {
  const asked = url.searchParams.get("n");
  if (asked !== null && !/^[1-9]\d{0,4}$/.test(asked))
    throw new RegistryRefusal(400, "PAGINATION_NUMBER_INVALID", "n must be a positive number");
  const size = Math.min(Number(asked ?? PAGE), 1000);
  const last = url.searchParams.get("last");
  const rest = last === null ? names : names.filter((name) => name > last);
  const page = rest.slice(0, size);
  const final = page.at(-1);
  if (rest.length <= size || final === undefined) return { page, link: {} };
  return { page, link: { link: `<${url.pathname}?n=${size}&last=${encodeURIComponent(final)}>; rel="next"` } };
}
