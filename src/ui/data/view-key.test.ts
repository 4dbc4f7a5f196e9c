import { expect, it } from "vitest";
import { viewKey, viewPath } from "./view-key.ts";

it("gives server and browser the same key whatever the order of parameters", () => {
  const one = viewKey({ view: "containers", params: { type: "registry", q: "shop", owner: undefined } });
  const other = viewKey({ view: "containers", params: { q: "shop", owner: "", type: "registry" } });
  expect(one).toEqual(other);
});

it("escapes what people typed", () => {
  expect(viewPath({ view: "containers", params: { q: "a&b=c#d" } })).toBe("/api/v1/containers?q=a%26b%3Dc%23d");
});

it("asks for the next page under the same filters", () => {
  expect(viewPath({ view: "containers", params: { q: "x" } }, "abc")).toBe("/api/v1/containers?cursor=abc&q=x");
});
