import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { InputError } from "./input-error.ts";

/**
 * Points this process at the database and key of the installation: DATABASE_URL when set, else the embedded database that
 * runs on the data folder. Call it before anything reads the configuration. Throws InputError when there is none.
 */
export function pointAtInstallation(): void {
  process.env.BREAKWATER_LOG_LEVEL ??= "silent";
  if (process.env.DATABASE_URL) {
    if (!process.env.BREAKWATER_SECRET)
      throw new InputError("Set BREAKWATER_SECRET to the value that Breakwater runs with: DATABASE_URL is set.");
    return;
  }
  const folder = path.resolve(process.env.BREAKWATER_DATA_DIR ?? "./.data");
  process.env.BREAKWATER_EMBEDDED_DATABASE ??= embeddedUrl(path.join(folder, "postgres"));
  const secret = path.join(folder, "secret");
  if (!process.env.BREAKWATER_SECRET && existsSync(secret))
    process.env.BREAKWATER_SECRET = readFileSync(secret, "utf8").trim();
}

/** The address of a running embedded server: its port stands in the fourth line of postmaster.pid. */
function embeddedUrl(folder: string): string {
  const files = { pid: path.join(folder, "cluster", "postmaster.pid"), password: path.join(folder, "password") };
  if (!existsSync(files.pid) || !existsSync(files.password)) {
    throw new InputError(
      `No database runs on ${folder}. Start Breakwater first, or set DATABASE_URL or BREAKWATER_DATA_DIR.`,
    );
  }
  const port = Number(readFileSync(files.pid, "utf8").split("\n")[3]);
  const password = readFileSync(files.password, "utf8").trim();
  return `postgresql://breakwater:${password}@127.0.0.1:${port}/breakwater`;
}
