/** Search parameters of a page as a view's source takes them: single texts, `cursor` left to the list itself. */
export function searchValues(params: Record<string, string | string[] | undefined>): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(params)) {
    const text = Array.isArray(value) ? value[0] : value;
    if (text && name !== "cursor") values[name] = text;
  }
  return values;
}

/** What Next hands to a page that reads its search parameters. */
export interface SearchPage {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}
