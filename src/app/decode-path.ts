import { notFound } from "next/navigation";

/** A part of a page's address as text. What is not well encoded, or holds NUL, names nothing: the page is not found. */
export function decodePath(part: string): string {
  let text: string;
  try {
    text = decodeURIComponent(part);
  } catch {
    notFound();
  }
  if (text.includes("\u0000") || !text.isWellFormed()) notFound();
  return text;
}
