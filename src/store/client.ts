import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import { config } from "#config.ts";
import { log } from "#log.ts";
import { PrismaClient } from "./generated/client.ts";

// bigint columns hold ids and byte sizes; as text they would compare wrongly, as numbers they would lose digits. Only for
// our own statements: Prisma and pg-boss parse int8 themselves and refuse a value that is a bigint already.
const ownTypes: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) =>
    oid === pg.types.builtins.INT8 && format !== "binary" ? BigInt : pg.types.getTypeParser(oid, format),
};

interface Connections {
  pool: pg.Pool;
  prisma: PrismaClient;
}

// Next reloads modules in development; the process keeps one pool.
const holder = globalThis as typeof globalThis & { breakwaterConnections?: Connections };

function connections(): Connections {
  if (!holder.breakwaterConnections) {
    const pool = new pg.Pool({
      connectionString: config().databaseUrl,
      max: config().databasePool,
      types: ownTypes,
      idleTimeoutMillis: 30_000,
      connectionTimeoutMillis: 10_000,
      application_name: `breakwater-${config().role}`,
    });
    // Without a listener an idle connection that the server closes would end the process.
    pool.on("error", (error) => log.warn({ error: error.message }, "a database connection was lost"));
    // Nor may one that is in use, between two statements of a transaction: the next statement reports it.
    pool.on("connect", (client) => {
      client.on("error", (error) => log.warn({ error: error.message }, "a database connection was lost in use"));
    });
    holder.breakwaterConnections = { pool, prisma: new PrismaClient({ adapter: new PrismaPg(pool) }) };
  }
  return holder.breakwaterConnections;
}

/** The process's pool. Only `sql`, `transaction` and COPY streams use it directly. */
export const pool = (): pg.Pool => connections().pool;

/** Prisma, for simple reads and writes of single rows. Sets and lists go through `sql`. */
export const prisma = (): PrismaClient => connections().prisma;

/** Ends every connection of this process. */
export async function closeDatabase(): Promise<void> {
  const open = holder.breakwaterConnections;
  delete holder.breakwaterConnections;
  if (!open) return;
  await open.prisma.$disconnect();
  await open.pool.end().catch(() => {});
}
