/** A feed that cannot be used, in words a person can act on. `line` counts from 1 where the file has lines. */
export class FeedError extends Error {
  readonly line: number | undefined;

  constructor(message: string, options: { line?: number; cause?: unknown } = {}) {
    super(options.line === undefined ? message : `line ${options.line}: ${message}`, { cause: options.cause });
    this.name = "FeedError";
    this.line = options.line;
  }
}

/** A file that is no advisory data at all, such as a read-me beside it. */
export class ForeignFileError extends FeedError {}
