// Counts for scripts/test.mjs: passed, failed and skipped tests of a run, every skip with its reason.
import { writeFileSync } from "node:fs";
import process from "node:process";

export default class CountingReporter {
  #counts = { passed: 0, failed: 0, skipped: [] };
  #errors = 0;

  onBegin(_config, suite) {
    this.suite = suite;
  }

  onError() {
    this.#errors += 1;
  }

  onEnd() {
    for (const test of this.suite?.allTests() ?? []) {
      const outcome = test.outcome();
      if (outcome === "skipped") {
        const annotations = [...test.annotations, ...test.results.flatMap((result) => result.annotations ?? [])];
        const reason = annotations.find(
          ({ type, description }) => (type === "skip" || type === "fixme") && description,
        )?.description;
        this.#counts.skipped.push({ name: test.titlePath().filter(Boolean).join(" › "), reason: reason ?? "" });
      } else if (outcome === "expected") this.#counts.passed += 1;
      // Flaky is failed: no retries are configured, and one that passes now and then proves nothing.
      else this.#counts.failed += 1;
    }
    this.#counts.failed += this.#errors;
    if (process.env.BREAKWATER_TEST_COUNTS)
      writeFileSync(process.env.BREAKWATER_TEST_COUNTS, JSON.stringify(this.#counts));
  }

  printsToStdio() {
    return false;
  }
}
