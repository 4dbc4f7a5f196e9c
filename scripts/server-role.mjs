// The role that the server runs as on the embedded database: it owns none of its tables, so it can neither change the audit log
// nor the schema. The owner's account stays with the launcher, which migrates, and with the command line on this machine.
import { randomBytes } from "node:crypto";

const ROLE = "breakwater_server";

/**
 * Makes the role with a new password, or gives it one, and its rights on the migrated database at `ownerUrl`. Returns the address
 * that the server connects to.
 */
export async function prepareServerRole(ownerUrl) {
  const { default: pg } = await import("pg");
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  const password = randomBytes(24).toString("hex");
  try {
    const { rowCount } = await client.query("select 1 from pg_roles where rolname = $1", [ROLE]);
    // Utility statements take no parameters; the password is hex of our own.
    const rights = `login nosuperuser nocreatedb nocreaterole noreplication nobypassrls password '${password}'`;
    await client.query(`${rowCount === 0 ? "create" : "alter"} role ${ROLE} ${rights}`);
    await client.query("select grant_server_rights($1)", [ROLE]);
  } finally {
    await client.end();
  }
  const url = new URL(ownerUrl);
  url.username = ROLE;
  url.password = password;
  return url.href;
}
