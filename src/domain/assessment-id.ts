import { createHash } from "node:crypto";

/**
 * Id of an assessment: one rule held against one resource, the same for ever and on every machine. NUL parts the two, because no
 * text in Postgres can hold it. The database has the same function under the name `assessment_id`; a test holds both together.
 */
export function assessmentId(ruleId: string, resourceId: string): Buffer<ArrayBuffer> {
  return Buffer.from(createHash("sha256").update(`${ruleId}\u0000${resourceId}`).digest());
}
