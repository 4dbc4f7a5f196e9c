import { defineJob } from "../define-job.ts";
import { runImport } from "../run-import.ts";

export default defineJob("import-advisories", ({ importId }, { signal }) => runImport(importId, signal));
