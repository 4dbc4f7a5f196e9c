"use client";
import { useEffect, useState } from "react";

/** True once `isOn` has held for `delayMs`; false at once when it ends. What is over sooner is never shown. */
export function useLate(isOn: boolean, delayMs: number): boolean {
  const [isLate, setLate] = useState(false);
  useEffect(() => {
    if (!isOn) {
      setLate(false);
      return;
    }
    const timer = setTimeout(() => setLate(true), delayMs);
    return () => clearTimeout(timer);
  }, [isOn, delayMs]);
  return isOn && isLate;
}
