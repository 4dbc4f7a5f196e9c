import type { FeedFormat } from "./feed-catalogue.ts";
import { FeedError, ForeignFileError } from "./feed-error.ts";
import { compressionOf, readBytes } from "./read-bytes.ts";

/**
 * Finds out what a file is from its first bytes, whatever its name says. Throws FeedError with the reason when it is
 * nothing we can read.
 */
export async function detectFormat(path: string): Promise<FeedFormat> {
  if ((await compressionOf(path)) === "zip") return "osv-zip";
  const head = (await readHead(path)).replace(/^\uFEFF/, "").trimStart();
  if (head === "") throw new FeedError("the file is empty");
  if (head.startsWith("#model_version") || /^"?cve"?,\s*"?epss"?/i.test(head)) return "epss";
  if (head.startsWith("[")) return "osv-list";
  if (head.startsWith("{")) return detectJson(head);
  throw new ForeignFileError(describeOther(head));
}

function detectJson(head: string): FeedFormat {
  const firstLine = head.split("\n", 1)[0] ?? "";
  if (firstLine.length < head.length && isJsonObject(firstLine)) return "osv-lines";
  if (/"catalogVersion"\s*:|"cveID"\s*:/.test(head)) return "cisa-kev";
  if (/"distroversion"\s*:/.test(head) && /"(?:reponame|secfixes|packages)"\s*:/.test(head)) return "alpine-secdb";
  if (/"releases"\s*:\s*\[/.test(head) && /"releaseCycle"\s*:/.test(head)) return "endoflife";
  if (/"releases"\s*:\s*\{/.test(head) && /"status"\s*:/.test(head)) return "debian-tracker";
  if (/"(?:affected|schema_version|modified)"\s*:/.test(head)) return "osv-record";
  throw new ForeignFileError("it is JSON, but none of the advisory formats we know");
}

function isJsonObject(text: string): boolean {
  try {
    return typeof JSON.parse(text) === "object";
  } catch {
    return false;
  }
}

function describeOther(head: string): string {
  if (head.includes("\u0000") || head.includes("\uFFFD")) return "it is not text and not an archive that we know";
  if (/^(?:#|\*|-|[A-Z])/.test(head)) return "it is a text document, not advisory data";
  return "it is neither JSON, NDJSON, a zip of OSV records nor an EPSS table";
}

async function readHead(path: string): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const chunk of readBytes(path)) {
    parts.push(chunk);
    length += chunk.length;
    if (length >= 512 * 1024) break;
  }
  return Buffer.concat(parts)
    .subarray(0, 512 * 1024)
    .toString("utf8");
}
