const GAP = "\u202f";
const MINUS = "\u2212";

/** 1204 → "1 204" with a narrow no-break space; a negative number gets a real minus. */
export function formatNumber(value: number): string {
  const digits = Math.abs(Math.round(value))
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, GAP);
  return value < 0 ? `${MINUS}${digits}` : digits;
}

/** For narrow slots: 999, "1.2k", "24k". The exact number stands in the title beside it. */
export function formatCompact(value: number): string {
  if (value < 1000) return String(value);
  const thousands = value / 1000;
  return `${thousands < 10 ? Math.floor(thousands * 10) / 10 : Math.floor(thousands)}k`;
}

/** A count that was bounded: "10 000+" when it reached `bound`. */
export function formatBounded(value: number, bound = 10_000): string {
  return value >= bound ? `${formatNumber(bound)}+` : formatNumber(value);
}

/** "1 image", "4 126 images". */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatNumber(count)} ${count === 1 ? one : many}`;
}

/** 0.924 → "92.4 %", with a no-break space. Null is not known: "–". */
export function formatShare(share: number | null, digits = 0): string {
  return share === null ? "–" : `${(share * 100).toFixed(digits)}\u00a0%`;
}

/** Bytes as "182 MB", decimal units as registries print them. */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit > 0 && value < 10 ? value.toFixed(1) : Math.round(value)}\u00a0${units[unit]}`;
}

/** Milliseconds as "840 ms", "2.4 s", "3 min". */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  return formatAge(milliseconds);
}

/** An age or interval in its largest unit: "now", "4 min", "3 h", "2 d". */
export function formatAge(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000);
  if (minutes < 1) return "now";
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h` : `${formatNumber(Math.floor(hours / 24))} d`;
}
