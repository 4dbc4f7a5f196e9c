import type pg from "pg";
import type { z } from "zod";
import { pool } from "./client.ts";

/** A statement with its bind values. Built only by the `sql` tag, so no value can ever become SQL text. */
export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

class Fragment implements Statement {
  readonly text: string;
  readonly values: readonly unknown[];
  constructor(text: string, values: readonly unknown[]) {
    this.text = text;
    this.values = values;
  }
}

/**
 * Builds a statement: `sql\`select * from image where digest = ${digest}\``. Values become bind parameters; an embedded
 * `sql` fragment is spliced in with its parameters renumbered. Arrays bind as Postgres arrays: `= any(${ids})`.
 */
export function sql(strings: TemplateStringsArray, ...inputs: unknown[]): Statement {
  let text = strings[0] ?? "";
  const values: unknown[] = [];
  inputs.forEach((input, index) => {
    if (input instanceof Fragment) {
      text += input.text.replace(/\$(\d+)/g, (_, number: string) => `$${Number(number) + values.length}`);
      values.push(...input.values);
    } else {
      values.push(input);
      text += `$${values.length}`;
    }
    text += strings[index + 1] ?? "";
  });
  return new Fragment(text, values);
}

/** Joins fragments, for example conditions with `" and "`. An empty list gives `empty`. */
export function joinSql(parts: readonly Statement[], separator: string, empty: Statement = sql``): Statement {
  const [first, ...rest] = parts;
  if (!first) return empty;
  return rest.reduce((left, right) => concat(left, separator, right), first);
}

function concat(left: Statement, separator: string, right: Statement): Statement {
  const shifted = right.text.replace(/\$(\d+)/g, (_, number: string) => `$${Number(number) + left.values.length}`);
  return new Fragment(left.text + separator + shifted, [...left.values, ...right.values]);
}

/** Anything that runs statements: the pool, or the client of an open transaction. */
export type Executor = Pick<pg.ClientBase, "query">;

/** All rows, each checked against `row`. */
export async function selectRows<Row extends z.ZodType>(
  row: Row,
  statement: Statement,
  executor: Executor = pool(),
): Promise<z.infer<Row>[]> {
  const result = await executor.query(statement.text, [...statement.values]);
  return result.rows.map((raw) => parseRow(row, raw));
}

/** The first row or undefined. */
export async function selectFirst<Row extends z.ZodType>(
  row: Row,
  statement: Statement,
  executor: Executor = pool(),
): Promise<z.infer<Row> | undefined> {
  const [first] = await selectRows(row, statement, executor);
  return first;
}

/** Runs a statement for its effect and returns the number of rows it touched. */
export async function execute(statement: Statement, executor: Executor = pool()): Promise<number> {
  const result = await executor.query(statement.text, [...statement.values]);
  return result.rowCount ?? 0;
}

// A row of another shape is our mistake. As a ZodError it would reach the person as if their input were wrong.
function parseRow<Row extends z.ZodType>(row: Row, raw: unknown): z.infer<Row> {
  const result = row.safeParse(raw);
  if (result.success) return result.data;
  throw new Error(`A row of the database has another shape: ${result.error.message}`, { cause: result.error });
}
