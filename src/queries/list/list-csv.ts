import { csvLine } from "#domain/csv-cell.ts";

/** Rows that one file holds at most; a longer list says so in its last line. */
const MOST_ROWS = 50_000;

interface CsvList<Row> {
  head: string[];
  cells: (row: Row) => (string | number | boolean | null)[];
  /** One page of the list from its cursor on, as the page of the list reads it. */
  readPage: (cursor: string | undefined) => Promise<{ rows: Row[]; nextCursor: string | null }>;
}

/** A whole keyset list as CSV (RFC 4180, UTF-8 with mark), in the order and under the filters of its page. */
export async function listCsv<Row>({ head, cells, readPage }: CsvList<Row>): Promise<string[]> {
  const chunks = [`\uFEFF${csvLine(head)}`];
  let cursor: string | undefined;
  let count = 0;
  do {
    const page = await readPage(cursor);
    chunks.push(page.rows.map((row) => csvLine(cells(row))).join(""));
    count += page.rows.length;
    cursor = page.nextCursor ?? undefined;
  } while (cursor && count < MOST_ROWS);
  if (cursor) chunks.push(csvLine([`Only the first ${count} rows. Narrow the filters for the rest.`]));
  return chunks;
}
