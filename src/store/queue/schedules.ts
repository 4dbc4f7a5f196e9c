import { config } from "#config.ts";
import { enqueue, type JobName, type JobPayload, queue } from "./queue.ts";

interface Schedule<Name extends JobName = JobName> {
  name: Name;
  /** Five cron fields, UTC. */
  cron: string;
  payload: JobPayload<Name>;
  isWanted: () => boolean;
}
const always = () => true;

/** Every job that the clock asks for. */
export const schedules: readonly Schedule[] = [
  { name: "maintenance", cron: "*/5 * * * *", payload: {}, isWanted: always },
  {
    name: "pull-feeds",
    cron: "17 * * * *",
    payload: { trigger: "schedule" },
    isWanted: () => config().feedsEnabled,
  },
];

/** Writes the schedules down for whichever worker keeps the clock, and asks for what a killed worker may have left undone. */
export async function keepSchedules(): Promise<void> {
  const boss = await queue();
  for (const { name, cron, payload, isWanted } of schedules) {
    if (isWanted()) await boss.schedule(name, cron, payload, { tz: "UTC", priority: 10, singletonKey: "all" });
    else await boss.unschedule(name);
  }
  await enqueue("maintenance", {}, { key: "all" });
  await enqueue("recount", {}, { key: "all" });
}
