import { describe, expect, it } from "vitest";
import { Policy } from "#engines/cis-docker/policy.ts";
import { policyFields, policyOf, policyTexts } from "./policy-fields.ts";

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
    const texts = { ...policyTexts({ trustedUsers: ["ada"] }), trustedUsers: null };
    expect(policyOf(texts, { trustedUsers: ["ada"] })).toEqual({});
  });

  it("takes an emptied list for a list of nothing, and an emptied number for no number", () => {
    const texts = { ...policyTexts(null), trustedUsers: " \n", maximumUnusedImages: "" };
    expect(policyOf(texts, null)).toEqual({ trustedUsers: [], maximumUnusedImages: null });
    expect(policyTexts({ trustedUsers: [] }).trustedUsers).toBe("");
  });

  it("shows every expectation that there is", () => {
    const known = Object.keys(Policy.shape).filter((key) => key !== "attestations");
    expect(policyFields.map(({ key }) => key).sort()).toEqual(known.sort());
  });

  it("keeps expectations that it does not show", () => {
    expect(policyOf(policyTexts({ laterKey: 2 }), { laterKey: 2 })).toEqual({ laterKey: 2 });
  });

  it("sends a port that is none as such, so that the server names the field", () => {
    expect(policyOf({ ...policyTexts(null), expectedPorts: "80, http" }, null)).toEqual({
      expectedPorts: [80, Number.NaN],
    });
  });
});
