// Prints the one-time link of the first account, or nothing when there is an account. The launcher calls it at each start.
import { config } from "#config.ts";
import { closeDatabase } from "#store/client.ts";
import { issueSetupToken } from "#store/setup-token.ts";

const token = await issueSetupToken();
if (token) process.stdout.write(`${config().publicUrl}/setup?token=${token}\n`);
await closeDatabase();
