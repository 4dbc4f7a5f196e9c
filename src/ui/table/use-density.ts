"use client";
import { usePreference } from "../data/use-preference.ts";

export type Density = "comfortable" | "compact";

/** Row height of lists: 44 px with a second line, or 32 px without. A choice of this browser. */
export function useDensity(): [Density, (density: Density) => void] {
  return usePreference<Density>("density", ["comfortable", "compact"], "comfortable");
}
