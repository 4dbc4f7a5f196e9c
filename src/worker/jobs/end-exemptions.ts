import { defineJob } from "../define-job.ts";
import { endDueExemptions } from "../due-exemptions.ts";

/** Runs at the moment an exemption ends, and after advisories changed: what is due then counts again at once. */
export default defineJob("end-exemptions", async (_payload, { log }) => {
  const ended = await endDueExemptions();
  if (ended > 0) log.info({ ended }, "exemptions ended");
});
