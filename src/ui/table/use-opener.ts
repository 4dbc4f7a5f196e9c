"use client";
import { useRouter } from "next/navigation";

/** Opens an address the way a person asked for: in place, or in a new tab with the middle button or a modifier key. */
export function useOpener(): (href: string, event: { button?: number; ctrlKey: boolean; metaKey: boolean }) => void {
  const router = useRouter();
  return (href, event) => {
    if (event.button === 1 || event.ctrlKey || event.metaKey) window.open(href, "_blank", "noopener");
    else router.push(href);
  };
}
