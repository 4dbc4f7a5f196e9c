"use client";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { links } from "#domain/links.ts";
import type { FrameSummary } from "#queries/count/frame-summary.ts";
import { Icon, type IconName } from "../icon.tsx";
import { Logo } from "../logo.tsx";
import { formatBounded, plural } from "../text/format-number.ts";
import { RelativeTime } from "../text/relative-time.tsx";
import { useFrame, useMay } from "./frame-context.tsx";
import styles from "./shell.module.css";

interface Item {
  label: string;
  href: string;
  icon: IconName;
  /** Paths that belong to this item. */
  below: string[];
  count?: number | undefined;
}

/** Left of every page: where one can go, and at the foot what we cannot see now. Only pages that exist are listed. */
export function Rail() {
  const frame = useFrame();
  return (
    <aside className={styles.rail} aria-label="Main">
      <Link href="/" className={styles.brand}>
        <Logo />
        <span>Breakwater</span>
      </Link>
      <RailItems />
      <div className={styles.foot}>{frame && <Sight frame={frame} />}</div>
    </aside>
  );
}

/** The items alone, also used by the phone's menu. */
export function RailItems() {
  const pathname = usePathname();
  const frame = useFrame();
  const isAdmin = useMay("admin");
  const work: Item[] = [
    {
      label: "Compute & apps",
      href: links.containers(),
      icon: "grid",
      below: ["/compute", "/registries", "/images", "/welcome"],
    },
    {
      label: "Recommendations",
      href: links.recommendations(),
      icon: "list",
      below: ["/recommendations"],
      count: frame?.recommendations,
    },
    {
      label: "Vulnerabilities",
      href: links.vulnerabilities(),
      icon: "bug",
      below: ["/vulnerabilities"],
      count: frame?.vulnerabilities,
    },
    { label: "Exemptions", href: links.exemptions(), icon: "exempt", below: ["/exemptions"] },
  ];
  const manage: Item[] = [
    ...(isAdmin ? [{ label: "Connect", href: "/connect", icon: "plug" as const, below: ["/connect"] }] : []),
    {
      label: "Settings",
      href: links.settings(isAdmin ? "users" : "advisories"),
      icon: "settings",
      below: ["/settings"],
    },
  ];
  return (
    <>
      <nav aria-label="Work">
        {work.map((item) => (
          <RailItem key={item.href} item={item} pathname={pathname} />
        ))}
      </nav>
      <div className={styles.navHead} id="rail-manage">
        Manage
      </div>
      <nav aria-labelledby="rail-manage">
        {manage.map((item) => (
          <RailItem key={item.href} item={item} pathname={pathname} />
        ))}
      </nav>
    </>
  );
}

function RailItem({ item, pathname }: { item: Item; pathname: string }) {
  const isCurrent = item.below.some((path) => pathname === path || pathname.startsWith(`${path}/`));
  return (
    <Link href={item.href} className={styles.nav} aria-current={isCurrent ? "page" : undefined} title={item.label}>
      <Icon name={item.icon} />
      <span>{item.label}</span>
      {item.count ? <span className={styles.navCount}>{formatBounded(item.count)}</span> : null}
    </Link>
  );
}

function Sight({ frame }: { frame: FrameSummary }) {
  const { notReporting, resources, advisories } = frame;
  if (advisories.state === "none" && frame.hasReal) {
    return (
      <Link href={links.settings("advisories")} className={styles.sight} data-signal title="No advisories yet">
        <span>
          <Icon name="waiting" size={14} />
          No advisories yet
        </span>
        <small>Images cannot be assessed</small>
      </Link>
    );
  }
  if (resources === 0) {
    return (
      <Link href={links.welcome()} className={styles.sight} title="Nothing connected yet">
        <span>
          <Icon name="plug" size={14} />
          Nothing connected yet
        </span>
      </Link>
    );
  }
  if (notReporting.count === 0) {
    return (
      <Link href={links.coverage()} className={styles.sight} title="All sources report">
        <span>{plural(resources, "source reports", "sources report")}</span>
      </Link>
    );
  }
  return (
    <Link href={links.coverage()} className={styles.sight} data-signal title={`${notReporting.count} not reporting`}>
      <span>
        <Icon name="clock" size={14} />
        {notReporting.count} of {formatBounded(resources)} not reporting
      </span>
      {notReporting.worst && (
        <small>
          Worst: {notReporting.worst.name},{" "}
          {notReporting.worst.lastDataAt ? <RelativeTime at={notReporting.worst.lastDataAt} /> : "never"}
        </small>
      )}
    </Link>
  );
}
