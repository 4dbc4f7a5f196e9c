import { apiRoute } from "#app/api-route.ts";
import { recordExport } from "#commands/record-export.ts";
import { csvLine } from "#domain/csv-cell.ts";
import type { Actor } from "#domain/role.ts";
import { type AuditItem, AuditListParams, auditPage } from "#queries/audit/audit-list.ts";

const PAGE = 200;
const HEAD = [
  "time",
  "actor kind",
  "actor",
  "actor id",
  "action",
  "outcome",
  "target kind",
  "target",
  "target id",
  "before",
  "after",
  "address",
  "request id",
];

/** The whole log under the given filters as CSV, streamed. The export itself is audited before the first byte. */
export const POST = apiRoute({
  role: "admin",
  summary: "The audit log under the given filters as CSV",
  query: AuditListParams,
  handle: async ({ actor, query }) => {
    const { cursor: _, entry: __, ...filters } = query;
    await recordExport(actor, { view: "audit", format: "csv", filters });
    return new Response(toStream(lines(actor, query)), {
      headers: {
        "content-type": "text/csv; charset=utf-8",
        "content-disposition": 'attachment; filename="breakwater-audit.csv"',
      },
    });
  },
});

function toStream(chunks: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await chunks.return(undefined);
    },
  });
}

async function* lines(actor: Actor, query: AuditListParams): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  // The mark tells spreadsheets that this is UTF-8.
  yield encoder.encode(`\uFEFF${csvLine(HEAD)}`);
  let cursor: string | undefined;
  do {
    const page = await auditPage(actor, { ...query, cursor }, PAGE);
    yield encoder.encode(page.items.map(toLine).join(""));
    cursor = page.nextCursor ?? undefined;
  } while (cursor);
}

function toLine(item: AuditItem): string {
  const json = (value: unknown) => (value === null || value === undefined ? "" : JSON.stringify(value));
  return csvLine([
    item.at,
    item.actorKind,
    item.actorName,
    item.actorId,
    item.action,
    item.outcome,
    item.targetKind,
    item.targetName,
    item.targetId,
    json(item.before),
    json(item.after),
    item.address,
    item.requestId,
  ]);
}
