const verbs = [
  /\binsert\s+into\s/,
  /\bdelete\s+from\s/,
  /\btruncate\s+(table\s+)?["$a-z]/,
  /\bupdate\s+["\w.${}]+(\s+(as\s+)?[a-z]+)?\s+set\s/,
  /\bmerge\s+into\s/,
  /\bcopy\s+[^;]*\sfrom\s+stdin\b/,
];
/** SQL that changes rows. Words in capitals are read as small ones; "Update the host set above" is prose and stays so. */
function isWrite(text: string): boolean {
  const small = text.replace(/\b[A-Z]+\b/g, (word) => word.toLowerCase());
  return verbs.some((verb) => verb.test(small));
}

/** A table of the job queue, by its schema. */
const queueTable = /\bpgboss\.[a-z_]+/;
/** Text between quotes of any kind: SQL stands nowhere else. */
const literal = /`(?:\\.|[^`\\])*`|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/g;

/**
 * Every file that changes the database beside the store, and every one that names a table of the job queue outside its room.
 * `sources` are the product's files with paths below src.
 */
export function findStrayWrites(sources: ReadonlyMap<string, string>): string[] {
  const faults: string[] = [];
  for (const [file, source] of sources) {
    const literals = withoutComments(source).match(literal) ?? [];
    const stray = literals.find(isWrite);
    if (stray && !file.startsWith("store/"))
      faults.push(`${file} writes to the database: ${stray.replace(/\s+/g, " ").slice(0, 60)}`);
    if (!file.startsWith("store/queue/") && literals.some((text) => queueTable.test(text)))
      faults.push(`${file} names a table of pg-boss: read the view "job", write in store/queue`);
  }
  return faults;
}

function withoutComments(source: string): string {
  return source.replace(/^\s*(\/\/|\*|\/\*).*$/gm, "");
}
