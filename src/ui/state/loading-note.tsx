"use client";
import { useEffect, useState } from "react";

/** Nothing for three seconds, then "Still counting, 4 s" so that waiting is visible. */
export function LoadingNote({ word = "Still loading", className }: { word?: string; className?: string | undefined }) {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setSeconds((value) => value + 1), 1000);
    return () => clearInterval(timer);
  }, []);
  if (seconds < 3) return null;
  return (
    <p className={`bw-muted bw-small ${className ?? ""}`} role="status">
      {word}, {seconds} s
    </p>
  );
}
