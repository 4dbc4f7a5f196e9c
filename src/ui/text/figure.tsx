import Link from "next/link";
import { formatBounded } from "./format-number.ts";

/**
 * A number that is a link to exactly what it counts. Zero is a muted 0, not known (null) is "–"; neither links.
 * `name` is what it counts, for those who only hear it: "open findings in shop".
 */
export function Figure({ value, href, name }: { value: number | null; href?: string; name: string }) {
  if (value === null)
    return (
      <span className="bw-muted">
        –<span className="bw-hidden"> {name} not known</span>
      </span>
    );
  if (value === 0 || !href) {
    return (
      <span className={value === 0 ? "bw-muted" : undefined}>
        {formatBounded(value)}
        <span className="bw-hidden"> {name}</span>
      </span>
    );
  }
  return (
    <Link href={href} className="bw-medium">
      {formatBounded(value)}
      <span className="bw-hidden"> {name}</span>
    </Link>
  );
}
