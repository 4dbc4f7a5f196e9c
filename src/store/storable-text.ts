/** Text as Postgres can hold it: NUL has no place in it, and half of a surrogate pair is no character. */
export function storableText(text: string): string {
  return text.replaceAll("\u0000", "\ufffd").toWellFormed();
}

/** JSON of a value as jsonb can hold it. JSON.stringify writes NUL and halves of surrogate pairs as escapes, which jsonb refuses. */
export function storableJson(value: unknown): string {
  return JSON.stringify(value).replace(/\\u(?:0000|d[89a-f][0-9a-f]{2})/gi, "\\ufffd");
}
