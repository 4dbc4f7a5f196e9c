/** Text from elsewhere as a sentence of ours: exactly one mark at its end, whatever it came with. */
export function sentence(text: string): string {
  const trimmed = text.trim().replace(/[.,;:]+$/, "");
  return trimmed === "" || /[!?…]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}

/** Several such texts in a row. */
export function sentences(texts: readonly string[]): string {
  return texts.map(sentence).filter(Boolean).join(" ");
}
