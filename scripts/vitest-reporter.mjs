// Counts for scripts/test.mjs: passed, failed and skipped tests of a run, every skip with its reason.
import { writeFileSync } from "node:fs";
import process from "node:process";

export default class CountingReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: [] };
    for (const module of modules) {
      let ran = 0;
      for (const test of module.children.allTests()) {
        const result = test.result();
        ran += 1;
        if (result.state === "passed") counts.passed += 1;
        else if (result.state === "failed") counts.failed += 1;
        else
          counts.skipped.push({
            name: `${module.relativeModuleId ?? module.moduleId}: ${test.fullName}`,
            reason: reasonOf(test, result),
          });
      }
      // A file that could not be loaded, or whose set-up failed, has no failed test of its own.
      if (module.state() === "failed" && (ran === 0 || module.errors().length > 0)) counts.failed += 1;
    }
    if (process.env.BREAKWATER_TEST_COUNTS) writeFileSync(process.env.BREAKWATER_TEST_COUNTS, JSON.stringify(counts));
  }
}

/** `context.skip("reason")`, or a reason in the metadata of the test or one of its suites. */
function reasonOf(test, result) {
  if (result.note) return result.note;
  for (let task = test; task; task = task.parent) {
    const reason = typeof task.meta === "function" ? task.meta().skipReason : undefined;
    if (reason) return reason;
  }
  const named = /\((?:skipped|needs|without)[: ](.+)\)$/.exec(test.fullName);
  return named ? named[1] : "";
}
