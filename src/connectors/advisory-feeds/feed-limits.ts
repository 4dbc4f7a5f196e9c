/** Bounds on what a feed file may make us hold or read. A real feed stays far below each of them. */
export const feedLimits = {
  /** Decompressed size of one file, in bytes. */
  totalBytes: 6 * 1024 ** 3,
  /** One line, record or member, in bytes. The largest real ones (the kernel in Debian's tracker) are below 16 MB. */
  itemBytes: 64 * 1024 ** 2,
  /** Decompressed over compressed size beyond which a file is taken for a bomb. */
  ratio: 400,
  /** Size below which the ratio is not looked at: small texts of one repeated letter compress well. */
  ratioFromBytes: 64 * 1024 ** 2,
  /** Files inside one zip. */
  zipEntries: 500_000,
  /** Entries of one record's `affected` list, events of one range, names of one record. */
  listLength: 20_000,
  /** Files below one folder. */
  folderFiles: 200_000,
} as const;
export type FeedLimits = { [Name in keyof typeof feedLimits]: number };
