import type { Diagnostic } from "#domain/evidence.ts";
import { displayName } from "./byte-names.ts";

/** How many diagnostics of one code are kept word for word; a hostile archive can cause millions. */
const keptPerCode = 20;

/** Collects diagnostics, keeps the first few of each code and says how many more there were. */
export class DiagnosticList {
  private readonly kept: Diagnostic[] = [];
  private readonly counts = new Map<string, number>();

  add(diagnostic: Diagnostic): void {
    const count = (this.counts.get(diagnostic.code) ?? 0) + 1;
    this.counts.set(diagnostic.code, count);
    if (count <= keptPerCode) this.kept.push(shorten(diagnostic));
  }

  addAll(diagnostics: Iterable<Diagnostic>): void {
    for (const diagnostic of diagnostics) this.add(diagnostic);
  }

  /** All that were kept, each overflow as one line of its own. */
  list(): Diagnostic[] {
    const overflow: Diagnostic[] = [];
    for (const [code, count] of this.counts) {
      if (count > keptPerCode) overflow.push({ code, message: `${count - keptPerCode} more of the same kind.` });
    }
    return [...this.kept, ...overflow];
  }
}

function shorten(diagnostic: Diagnostic): Diagnostic {
  if (diagnostic.path === undefined) return diagnostic;
  const path = displayName(diagnostic.path);
  return { ...diagnostic, path: path.length <= 300 ? path : `${path.slice(0, 297)}...` };
}
