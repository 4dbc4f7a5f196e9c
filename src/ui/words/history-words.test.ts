import { describe, expect, it } from "vitest";
import { auditAction, auditField } from "./audit-words.ts";
import { statusChange } from "./history-words.ts";

describe("words for what is stored as a code", () => {
  it.each([
    [statusChange("unknown", "notApplicable", "push"), "From unknown to not applicable, by a push"],
    [statusChange(null, "manual", "report"), "By hand at first, by a report"],
    [statusChange("healthy", "healthy", "advisories"), "Still healthy, by new advisories"],
    [statusChange("healthy", "unhealthy", "newCause"), "From healthy to unhealthy, by new cause"],
    [auditAction("session.sign-in"), "Signed in"],
    [auditAction("thing.that-is-new"), "Thing that is new"],
    [auditField("sessionsEnded"), "Sessions ended"],
  ])("%s", (text, want) => expect(text).toBe(want));
});
