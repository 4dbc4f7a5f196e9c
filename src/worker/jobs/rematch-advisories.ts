import { defineJob } from "../define-job.ts";
import { rematchTouched } from "../rematch.ts";

export default defineJob("rematch-advisories", async (_payload, { signal, log }) => {
  const summary = await rematchTouched(signal);
  log.info(summary, "package versions matched again");
});
