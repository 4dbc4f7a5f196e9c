import { describe, expect, it } from "vitest";
import { policyOf, policyTexts } from "./policy-fields.ts";

describe("the form of a host's expectations", () => {
  it("gives back what it was filled with", () => {
    const policy = {
      trustedUsers: ["ada", "bob"],
      expectedPorts: [443, 8080],
      scanMaximumAgeDays: 3,
      requireRootless: true,
    };
    expect(policyOf(policyTexts(policy), policy)).toEqual(policy);
  });

  it("leaves out what is not set, so that the site's choice holds", () => {
    expect(policyOf(policyTexts(null), null)).toEqual({});
    expect(
      policyOf({ ...policyTexts({ trustedUsers: ["ada"] }), trustedUsers: " " }, { trustedUsers: ["ada"] }),
    ).toEqual({});
  });

  it("keeps expectations that it does not show", () => {
    expect(policyOf(policyTexts({ execWindowDays: 2 }), { execWindowDays: 2 })).toEqual({ execWindowDays: 2 });
  });

  it("sends a port that is none as such, so that the server names the field", () => {
    expect(policyOf({ ...policyTexts(null), expectedPorts: "80, http" }, null)).toEqual({
      expectedPorts: [80, Number.NaN],
    });
  });
});
