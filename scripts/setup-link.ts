// Prints the one-time address of the setup page, or nothing when an account exists. The launcher shows it at start.
import { config } from "#config.ts";
import { issueSetupToken } from "#store/account/setup-token.ts";
import { closeDatabase } from "#store/client.ts";

const token = await issueSetupToken();
if (token) console.log(`${config().publicUrl}/setup?token=${encodeURIComponent(token)}`);
await closeDatabase();
