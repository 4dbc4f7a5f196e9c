// Run by the launcher once the database is there: says so, and ends with 1, when stored credentials do not open with the key.
import process from "node:process";
import { closeDatabase } from "#store/client.ts";
import { checkKey } from "#store/secrets.ts";

const isRight = await checkKey();
await closeDatabase();
process.exitCode = isRight === false ? 1 : 0;
