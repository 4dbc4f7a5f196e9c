import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { prismaSchemaSql } from "./prisma-schema-sql.ts";

// The database that the migrations made is held against one that Prisma makes from the schema alone.
const migratedUrl = process.env.DATABASE_URL ?? "";
const fromSchema = new URL(migratedUrl);
fromSchema.pathname = `${fromSchema.pathname}_schema`;
const migrated = new pg.Client({ connectionString: migratedUrl });
const wanted = new pg.Client({ connectionString: fromSchema.href });

beforeAll(async () => {
  await migrated.connect();
  await migrated.query(`create database ${fromSchema.pathname.slice(1)}`);
  await wanted.connect();
  await wanted.query(await prismaSchemaSql(migratedUrl));
});
afterAll(async () => {
  await wanted.end();
  await migrated.query(`drop database ${fromSchema.pathname.slice(1)} with (force)`);
  await migrated.end();
});

const TABLES = `select c.relname as line from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
  and not c.relispartition and c.relname <> '_prisma_migrations'`;
const COLUMNS = `select format('%s.%s %s%s default %s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
    case when a.attnotnull then ' not null' else '' end, coalesce(pg_get_expr(d.adbin, d.adrelid), '-')) as line
  from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
  where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition and c.relname <> '_prisma_migrations'`;
const INDEXES = `select replace(pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON ') as line
  from pg_index i join pg_class c on c.oid = i.indrelid
  where c.relnamespace = 'public'::regnamespace and not c.relispartition and c.relname <> '_prisma_migrations'`;
const CONSTRAINTS = `select format('%s %s %s', c.relname, k.conname, pg_get_constraintdef(k.oid)) as line
  from pg_constraint k join pg_class c on c.oid = k.conrelid
  where c.relnamespace = 'public'::regnamespace and not c.relispartition and k.contype in ('p', 'f', 'u') and c.relname <> '_prisma_migrations'`;

async function lines(client: pg.Client, query: string): Promise<string[]> {
  const { rows } = await client.query<{ line: string }>(query);
  return rows.map(({ line }) => sameSpelling(line)).sort();
}

/** One thing that Postgres prints in two ways; and lists, which the schema language cannot call NOT NULL. */
function sameSpelling(line: string): string {
  return line
    .replace("now()", "CURRENT_TIMESTAMP")
    .replace("ARRAY[]::text[]", "'{}'::text[]")
    .replace("[] not null", "[]");
}

test("the migrations make the tables of prisma/schema.prisma and no others", async () => {
  const tables = await lines(wanted, TABLES);
  expect(tables.length).toBeGreaterThan(30);
  expect(await lines(migrated, TABLES)).toEqual(tables);
});

test("every column has the type, nullability and default of the schema", async () => {
  expect(await lines(migrated, COLUMNS)).toEqual(await lines(wanted, COLUMNS));
});

test("every key of the schema is there, and no foreign key besides", async () => {
  expect(await lines(migrated, CONSTRAINTS)).toEqual(await lines(wanted, CONSTRAINTS));
});

test("every index of the schema is there; migrations may add such as the schema cannot say", async () => {
  const indexes = await lines(wanted, INDEXES);
  expect(indexes.length).toBeGreaterThan(50);
  const made = new Set(await lines(migrated, INDEXES));
  expect(indexes.filter((index) => !made.has(index))).toEqual([]);
});
