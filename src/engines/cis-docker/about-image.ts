import type { Reading } from "../kit/outcome.ts";
import type { HostImage } from "./image-facts.ts";

/** One value of an image held against what it should be. */
export function about(image: HostImage, path: string, actual: string, expected: string): Reading {
  const pointer = path.startsWith("Config.")
    ? `${image.pointer}/Config`
    : path === "history"
      ? image.historyPointer
      : path === "RepoTags"
        ? "/imagesList"
        : "/imageScans";
  return { item: image.name, path, pointer, actual, expected };
}

/** The answer for an image whose history could not be read, unlike one that has none. */
export function unreadHistory(image: HostImage, expected: string): { status: "unknown"; readings: Reading[] } {
  return { status: "unknown", readings: [about(image, "history", "not read", expected)] };
}
