import { expect, test } from "vitest";
import { sql } from "#store/sql.ts";
import { publishRules } from "../../src/worker/publish-rules.ts";
import { rows } from "../registry-double/estate.ts";

test("rules are published once, and a rule that is gone is retired but kept", async () => {
  await publishRules();
  const before = await rows(sql`select id, published_at from rule order by id`);
  expect(before.map((row) => row.id)).toEqual(
    expect.arrayContaining(["image-assessed", "image-distribution-supported", "image-vulnerabilities-remediated"]),
  );
  expect(
    await rows(
      sql`select failed_title, scope, area, confirms is not null as asks from rule where id = 'docker-sensitive-mounts'`,
    ),
  ).toEqual([
    {
      failed_title: "A container mounts a sensitive folder of the host",
      scope: "container",
      area: "Running containers",
      asks: true,
    },
  ]);
  expect(await rows(sql`select id from rule where failed_title = '' or area = ''`)).toEqual([]);
  await rows(sql`insert into rule (id, engine, title, severity, rationale, remediation, logic, refs, examples)
    values ('image-old', 'image-scan', 't', 'low', '', '', '', '[]', '[]') returning id`);
  await publishRules();
  const after = await rows(sql`select id, published_at from rule where retired is null order by id`);
  expect(after).toEqual(before);
  expect(await rows(sql`select id from rule where retired is not null`)).toEqual([{ id: "image-old" }]);
});
