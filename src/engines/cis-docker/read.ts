import type { ItemOutcome } from "../kit/item-rule.ts";
import { type Reading, show } from "../kit/outcome.ts";
import type { Container } from "./container-facts.ts";

/** One value of a container held against what it should be; the pointer follows from the path unless given. */
export function read(
  container: Container,
  value: { path: string; pointer?: string; actual: unknown; expected: string; isRight: boolean },
): Exclude<ItemOutcome, null> {
  const reading: Reading = {
    item: container.name,
    path: value.path,
    pointer: value.pointer ?? `${container.pointer}/${value.path.replaceAll(".", "/")}`,
    actual: show(value.actual),
    expected: value.expected,
  };
  return { status: value.isRight ? "healthy" : "unhealthy", readings: [reading] };
}
