import { inWords } from "./in-words.ts";

const outcomes: Record<string, string> = {
  queued: "Accepted",
  paused: "Noted, the registry is paused",
  ping: "A test of the webhook",
  unknown: "Not known",
  invalid: "Could not be understood",
  reading: "Being read",
  waiting: "Waits for its scan",
  scanning: "Being scanned",
  scanned: "Scanned",
  scanFailed: "The scan failed",
  retired: "Left the lists",
  kept: "Still in the registry",
  none: "No image came of it",
  duplicate: "Came before",
  ignored: "Not an image",
  notFollowed: "Not followed by the rules of this registry",
  "not-followed": "Not followed by the rules of this registry",
};

/** What came of an event, in words. */
export const eventOutcome = (outcome: string) => outcomes[outcome] ?? inWords(outcome);
