import { expect, test } from "vitest";
import { pageSecurityHeaders } from "./page-security-headers.ts";

const policyOf = (options: { isDevelopment: boolean; isHttps: boolean }) =>
  new Map(
    (pageSecurityHeaders({ nonce: "N0NCE", ...options })["content-security-policy"] ?? "")
      .split("; ")
      .map((directive) => [directive.split(" ")[0] ?? "", directive.split(" ").slice(1)]),
  );

test("the production policy lets nothing run or load but what carries the nonce or is ours", () => {
  const policy = policyOf({ isDevelopment: false, isHttps: true });
  expect(policy.get("default-src")).toEqual(["'none'"]);
  expect(policy.get("script-src")).toEqual(["'nonce-N0NCE'", "'strict-dynamic'"]);
  expect(policy.get("style-src")).toEqual(["'self'", "'nonce-N0NCE'"]);
  expect(policy.get("frame-ancestors")).toEqual(["'none'"]);
  expect(policy.get("base-uri")).toEqual(["'none'"]);
  const loose = [...policy].filter(
    ([name, values]) => name !== "style-src-attr" && values.some((value) => /unsafe|\*|https?:|wss?:/.test(value)),
  );
  expect(loose).toEqual([]);
});

test("https is insisted on only when the public address has it", () => {
  const at = (isHttps: boolean) => pageSecurityHeaders({ nonce: "n", isDevelopment: false, isHttps });
  expect(at(true)["strict-transport-security"]).toContain("max-age=31536000");
  expect(at(false)["strict-transport-security"]).toBeUndefined();
  expect(at(false)["content-security-policy"]).not.toContain("upgrade-insecure-requests");
});
