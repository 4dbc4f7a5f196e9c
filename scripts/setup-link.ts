// Prints the one-time address of the setup page, or nothing when an account exists. The launcher shows it at start.
import { config } from "#config.ts";
import { closeDatabase } from "#store/client.ts";
import { issueSetupToken } from "#store/setup-token.ts";

const token = await issueSetupToken();
if (token) console.log(`${config().publicUrl}/setup?token=${encodeURIComponent(token)}`);
await closeDatabase();
