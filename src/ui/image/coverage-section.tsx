import { type CoverageStatement, coverageStates, coverageText, coverageWords } from "#domain/coverage-statement.ts";
import styles from "./image.module.css";

/** The coverage statement of an image, by state: what was assessed, what was seen and was not, what nobody looks for. */
export function CoverageSection({ coverage }: { coverage: CoverageStatement | null }) {
  return (
    <section className={styles.coverage} aria-label="Coverage of the scan">
      <h2 className="bw-h2">What the scan speaks of</h2>
      {coverage === null ? (
        <p className="bw-second">
          This image was scanned before Breakwater kept what a scan could assess. Scan it again to see it.
        </p>
      ) : (
        <dl>
          {coverageStates.map((state) => {
            const entries = coverage.filter((entry) => entry.state === state);
            if (entries.length === 0) return null;
            return (
              <div key={state} data-state={state}>
                <dt>{coverageWords[state]}</dt>
                {entries.map((entry) => (
                  <dd key={coverageText(entry)} title={entry.examples.join("\n") || undefined}>
                    {coverageText(entry)}
                  </dd>
                ))}
              </div>
            );
          })}
        </dl>
      )}
    </section>
  );
}
