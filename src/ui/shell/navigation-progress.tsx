"use client";
import { usePathname, useSearchParams } from "next/navigation";
import { useEffect, useState } from "react";
import { onNavigation } from "./navigation-signal.ts";
import styles from "./shell.module.css";

/** Faster pages show nothing: a flash would only be noise. */
const PATIENCE_MS = 150;

/** A line at the top of the window while the next page is on its way. The page in view stays usable meanwhile. */
export function NavigationProgress() {
  const [isUnderway, setUnderway] = useState(false);
  const address = `${usePathname()}?${useSearchParams()}`;

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new address is the end of the navigation
  useEffect(() => setUnderway(false), [address]);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const end = onNavigation((url) => {
      clearTimeout(timer);
      const target = new URL(url, window.location.href);
      const isElsewhere = target.pathname !== window.location.pathname || target.search !== window.location.search;
      if (!isElsewhere) return;
      timer = setTimeout(() => {
        // The page may have arrived meanwhile.
        if (window.location.pathname + window.location.search !== target.pathname + target.search) setUnderway(true);
      }, PATIENCE_MS);
    });
    return () => {
      clearTimeout(timer);
      end();
    };
  }, []);

  return (
    <div role="status" className={styles.progress} data-underway={isUnderway || undefined}>
      {isUnderway ? <span className="bw-hidden">Loading the next page</span> : null}
    </div>
  );
}
