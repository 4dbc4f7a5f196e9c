import { InputError } from "../input-error.ts";

/** Throws InputError when configuration and manifest do not speak of the same layers: no runtime would take such an image. */
export function requireSameCount(name: string, layers: number, diffIds: number): void {
  if (layers === diffIds) return;
  throw new InputError(
    `${name} cannot be right: its manifest has ${countOf(layers)} and its configuration names ${diffIds}.`,
  );
}

function countOf(layers: number): string {
  return layers === 1 ? "1 layer" : `${layers} layers`;
}
