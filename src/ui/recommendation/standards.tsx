import type { RuleReference } from "#domain/rule.ts";

/** The controls of published standards that a rule serves. */
export function Standards({ references }: { references: RuleReference[] }) {
  if (references.length === 0) return null;
  return (
    <section className="bw-pad" aria-label="Standards" style={{ paddingTop: 20, paddingBottom: 32 }}>
      <h2 className="bw-h2">Standards</h2>
      <ul style={{ marginTop: 4 }}>
        {references.map((reference) => (
          <li key={`${reference.framework} ${reference.control}`}>
            {reference.framework}, {reference.control}
            {reference.level && <span className="bw-muted"> {reference.level}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}
