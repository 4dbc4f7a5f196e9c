import { FeedError } from "./feed-error.ts";
import { feedLimits } from "./feed-limits.ts";

/** A JSON object whose members have not been looked at yet. */
export type Fields = Readonly<Record<string, unknown>>;

/** Readers of untrusted JSON. Each names the field that has the wrong type; absent and null are the same. */
export function asFields(value: unknown, name: string): Fields {
  // Arrays and scalars are excluded, so what is left is an object with unknown members.
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  throw new FeedError(`"${name}" is not an object`);
}

export function optionalFields(value: unknown, name: string): Fields {
  return value === undefined || value === null ? {} : asFields(value, name);
}

export function text(value: unknown, name: string): string {
  if (typeof value !== "string" || value === "") throw new FeedError(`"${name}" is not a text`);
  return clean(value);
}

export function optionalText(value: unknown, name: string): string | null {
  if (value === undefined || value === null || value === "") return null;
  return text(value, name);
}

export function list(value: unknown, name: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new FeedError(`"${name}" is not a list`);
  if (value.length > feedLimits.listLength)
    throw new FeedError(`"${name}" has more than ${feedLimits.listLength} entries`);
  return value;
}

export function texts(value: unknown, name: string): string[] {
  return list(value, name).map((entry) => text(entry, name));
}

/** ISO text of a date or time; dates before 1980 (feeds write year 1 for "not known") become null. */
export function optionalDate(value: unknown, name: string): string | null {
  const written = optionalText(value, name);
  if (written === null) return null;
  const time = Date.parse(written);
  if (Number.isNaN(time)) throw new FeedError(`"${name}" is not a date: ${written.slice(0, 40)}`);
  return time < 315_532_800_000 ? null : new Date(time).toISOString();
}

// Postgres text cannot hold NUL, and lone surrogates are no text at all.
function clean(value: string): string {
  return (value.includes("\u0000") ? value.replaceAll("\u0000", "") : value).toWellFormed();
}
