import { defineJob } from "../define-job.ts";
import { pullFeeds } from "../pull-feeds.ts";

export default defineJob("pull-feeds", async (_payload, { signal, log }) => {
  const files = await pullFeeds(signal);
  const states = files.map((file) => `${file.feedId}: ${file.state}`);
  log.info({ files: states }, "advisory feeds looked at");
});
