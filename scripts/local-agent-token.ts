// Makes the enrolment token of this machine's own agent and writes it to the file named in the first argument. It goes from
// the database to the disk of this machine and never through the web.
import { writeFileSync } from "node:fs";
import { createEnrolment } from "#commands/create-enrolment.ts";
import { systemActor } from "#commands/system-actor.ts";
import { closeDatabase } from "#store/client.ts";

const [file = "", wantedBy = ""] = process.argv.slice(2);
const { token } = await createEnrolment(systemActor(), { name: `This machine, for ${wantedBy}`.slice(0, 100) });
writeFileSync(file, token, { mode: 0o600 });
await closeDatabase();
