import { expect, test } from "vitest";
import type { FixStep, PackageUpgrade } from "#queries/image/image-fix-plan.ts";
import { combinedFix, fixCommand } from "./fix-command.ts";

const counts = { total: 1, critical: 0, high: 1, medium: 0, low: 0, unrated: 0, kev: 0 };
const plan = { base: null, target: "shop/api:1.0" };

function step(upgrade: Partial<PackageUpgrade>, kind: FixStep["kind"] = "package"): FixStep {
  const base: PackageUpgrade = {
    type: "npm",
    name: "tar",
    installed: "6.1.0",
    target: "6.2.1",
    packages: [{ id: "1", name: "tar", version: "6.1.0" }],
    path: null,
    layer: null,
    isBase: null,
    counts,
    vulnerabilities: [],
  };
  return { kind, counts, upgrades: [{ ...base, ...upgrade }] };
}

test("commands run as they stand", () => {
  expect(fixCommand(step({}), plan).command).toBe("npm install tar@6.2.1");
  expect(fixCommand(step({ name: "@babel/core", target: "7.1.0" }), plan).command).toBe(
    "npm install @babel/core@7.1.0",
  );
  expect(
    fixCommand(
      step({
        type: "deb",
        packages: [
          { id: "1", name: "libssl3", version: "1" },
          { id: "2", name: "openssl", version: "1" },
        ],
      }),
      plan,
    ).command,
  ).toBe("apt-get update && apt-get install --only-upgrade -y libssl3 openssl");
  expect(fixCommand(step({ type: "apk" }), plan).command).toBe("apk upgrade --no-cache tar");
  expect(fixCommand(step({ type: "deb" }, "base"), plan).command).toBe("docker build --pull -t shop/api:1.0 .");
});

test("what a feed or an image names cannot become a second command", () => {
  expect(fixCommand(step({ target: "1; rm -rf $HOME" }), plan).command).toBe("npm install 'tar@1; rm -rf $HOME'");
  expect(fixCommand(step({ type: "apk", packages: [{ id: "1", name: "a'b`id`", version: "1" }] }), plan).command).toBe(
    "apk upgrade --no-cache 'a'\\''b`id`'",
  );
});

test("the whole plan is one instruction per package manager", () => {
  const packages = (...names: string[]) => names.map((name, index) => ({ id: String(index), name, version: "1" }));
  const steps = [
    step({ type: "deb" }, "base"),
    step({ type: "deb", packages: packages("libssl3", "openssl") }),
    step({}),
    step({ type: "deb", packages: packages("openssl", "curl") }),
    step({ name: "@babel/core", target: "7.1.0" }),
  ];
  expect(combinedFix({ ...plan, steps, open: 9, closed: 5, unfixable: 4 }).split("\n")).toEqual([
    "# Rebuild on the newest base: docker build --pull -t shop/api:1.0 .",
    "RUN apt-get update && apt-get install --only-upgrade -y libssl3 openssl curl",
    "RUN npm install tar@6.2.1 @babel/core@7.1.0",
  ]);
  expect(combinedFix({ ...plan, steps: [], open: 0, closed: 0, unfixable: 0 })).toBe("");
});
