import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { from as copyFrom } from "pg-copy-streams";
import type { Transaction } from "./transaction.ts";

export type CopyValue = string | number | bigint | boolean | null | Uint8Array | Date | readonly string[];

/** Streams rows into a table through COPY. `columns` names table and columns, for example `stage (id, name)`. */
export async function copyRows(tx: Transaction, columns: string, rows: Iterable<readonly CopyValue[]>): Promise<void> {
  const sink = tx.query(copyFrom(`copy ${columns} from stdin`));
  await pipeline(Readable.from(chunks(rows), { objectMode: false }), sink);
}

function* chunks(rows: Iterable<readonly CopyValue[]>): Generator<string> {
  let text = "";
  for (const row of rows) {
    text += `${row.map(copyText).join("\t")}\n`;
    if (text.length > 256 * 1024) {
      yield text;
      text = "";
    }
  }
  if (text !== "") yield text;
}

function copyText(value: CopyValue): string {
  if (value === null) return "\\N";
  if (typeof value === "string") return escapeCopy(value);
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return `\\\\x${Buffer.from(value).toString("hex")}`;
  if (typeof value === "object") return escapeCopy(arrayLiteral(value));
  return String(value);
}

const special = /[\\\t\n\r]/;
const replacements: Record<string, string> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" };

function escapeCopy(text: string): string {
  return special.test(text) ? text.replace(/[\\\t\n\r]/g, (character) => replacements[character] ?? "") : text;
}

function arrayLiteral(values: readonly string[]): string {
  return `{${values.map((value) => `"${value.replace(/["\\]/g, "\\$&")}"`).join(",")}}`;
}
