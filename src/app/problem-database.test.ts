import { expect, test } from "vitest";
import { toProblem } from "./problem.ts";

const failed = (code: string, message = "x") => Object.assign(new Error(message), { code });

test.each([
  { what: "disk full", error: failed("53100"), detail: /disk of the database is full/ },
  { what: "too many connections", error: failed("53300"), detail: /does not answer/ },
  { what: "shutting down", error: failed("57P01"), detail: /does not answer/ },
  { what: "starting", error: failed("57P03"), detail: /does not answer/ },
  { what: "refused", error: failed("ECONNREFUSED"), detail: /does not answer/ },
  { what: "cut off", error: new Error("Connection terminated unexpectedly"), detail: /does not answer/ },
  {
    what: "no free connection",
    error: new Error("timeout exceeded when trying to connect"),
    detail: /does not answer/,
  },
  { what: "below another error", error: new Error("could not save", { cause: failed("53100") }), detail: /disk/ },
])("a database that cannot serve is 503 in words: $what", ({ error, detail }) => {
  const problem = toProblem(error, "r");
  expect(problem).toMatchObject({ status: 503, type: "/problems/unavailable" });
  expect(problem.detail).toMatch(detail);
});

test.each([failed("23505"), failed("22P02"), new Error("a bug"), "text"])(
  "anything else stays a fault of ours",
  (error) => {
    expect(toProblem(error, "r").status).toBe(500);
  },
);
