/** What a throw-away kind of resource answers in the places that all kinds share: text that is there, and what it becomes. */
export const answers: Record<string, [from: string, to: string][]> = {
  "src/domain/resource.ts": [['["registry", "cluster", "host"]', '["registry", "cluster", "host", "vault"]']],
  "src/domain/rule.ts": [
    ['"threat-detection"]', '"threat-detection", "vault"]'],
    ['"swarm"]', '"swarm", "vault"]'],
  ],
  "src/domain/links.ts": [
    [
      "  cluster: { folder:",
      '  vault: { folder: "vaults", verdict: (ruleId) => `?control=${segment(ruleId)}`, unhealthy: "" },\n  cluster: { folder:',
    ],
  ],
  "src/domain/recommendation.ts": [["  cluster: [", '  vault: ["vault", "vaults"],\n  cluster: [']],
  "src/store/resource-summary.ts": [
    ["  host: hostSummary,", "  host: hostSummary,\n  vault: vaultSummary,"],
    [
      'from "./summary/registry.ts";',
      'from "./summary/registry.ts";\nimport { vaultSummary } from "./summary/vault.ts";',
    ],
  ],
  "src/ui/containers/kind.ts": [
    [
      "  cluster: {",
      '  vault: { one: "Vault", many: "Vaults", icon: "registry", unit: "control", connect: "/connect", settings: "", detail: ({ detail }) => detail, degraded: () => "Connecting" },\n  cluster: {',
    ],
  ],
  "src/worker/publish-rules.ts": [
    ['  "threat-detection": () => [],', '  "threat-detection": () => [],\n  vault: vaultTexts,'],
    ["import type { RuleText }", 'import { vaultTexts } from "#engines/vault/assess.ts";\nimport type { RuleText }'],
  ],
};

/** Its own files. */
export const files: Record<string, string> = {
  "src/store/summary/vault.ts": `
import { type Statement, sql } from "#store/sql.ts";
import { controlColumns, controlCounts, worstControl } from "./control-figures.ts";

export const vaultSummary = (ids: readonly string[]): Statement => sql\`
  select v.id as root_id, v.name, 'a throw-away kind' as detail, null::text as owner, null::text as environment, 'connected' as state,
    null::text as state_reason, 300 as expected_interval_seconds, 'keys' as contents_unit, false as is_demo, \${controlColumns},
    \${worstControl("vault", sql\`v.id\`)} as worst, 0 as contents_count, 0 as repository_count, now() as last_data_at
    from vault v left join (\${controlCounts("vault", ids)}) c on c.root_id = v.id where v.id = any(\${ids}::uuid[])\`;
`,
  "src/engines/vault/facts.ts": "export interface Vault { isSealed: boolean; isAudited: boolean }\n",
  "src/engines/vault/rules.ts": `
import { healthy, unhealthy } from "../kit/outcome.ts";
import type { Rule } from "../kit/rule.ts";
import type { Vault } from "./facts.ts";

const words = { references: [{ framework: "House rules", control: "1" }], scope: "vault" as const, severity: "high" as const,
  severityReason: "Keys lie open.", rationale: "Keys lie in it.", needs: ["the vault"], remediation: () => "Seal it." };
const rule = (id: string, own: { title: string; failedTitle: string; holds: (vault: Vault) => boolean }): Rule<Vault, null> => ({
  ...words, id, title: own.title, failedTitle: own.failedTitle,
  assess: ({ facts }) => own.holds(facts) ? healthy("It is so.", []) : unhealthy("It is not so.", [{ path: id, actual: "no", expected: "yes" }]),
  examples: () => ({}),
});
export const rules = [
  rule("vault-sealed", { title: "Vaults are sealed", failedTitle: "A vault stands open", holds: (vault) => vault.isSealed }),
  rule("vault-audited", { title: "Vaults are audited", failedTitle: "A vault is not audited", holds: (vault) => vault.isAudited }),
];
`,
  "src/engines/vault/assess.ts": `
import type { Assessment } from "#domain/assessment.ts";
import type { RuleText } from "#domain/rule.ts";
import { assessRules, toAssessments } from "../kit/assess-rules.ts";
import { ruleTexts } from "../kit/rule-texts.ts";
import type { Vault } from "./facts.ts";
import { rules } from "./rules.ts";

export const assess = (facts: Vault, now: Date, id: string): Assessment[] =>
  toAssessments(assessRules(rules.map((rule) => ({ rule })), { facts, policy: null, now }), id);
export const vaultTexts = (): RuleText[] =>
  ruleTexts({ engine: "vault", rules, area: () => "Vaults", sampleItem: () => "VAULT", examples: () => [] });
`,
  "src/worker/assess-vault.ts": `
import { assess } from "#engines/vault/assess.ts";
import type { Vault } from "#engines/vault/facts.ts";
import { transaction } from "#store/transaction.ts";
import { assessRoot } from "./assess-root.ts";

export const assessVault = (id: string, name: string, { facts, now, reportId }: { facts: Vault; now: Date; reportId: string }) =>
  transaction((tx) =>
    assessRoot(tx, { id, kind: "vault", name, isDemo: false }, {
      judged: [{ subject: { rootId: id, kind: "vault", resourceId: id }, assessments: assess(facts, now, id) }],
      save: { at: now, cause: "report", causeRef: reportId, isFresh: true },
    }),
  );
`,
  "src/ui/vault/vault-section.tsx": `
"use client";
import Link from "next/link";
import { links } from "#domain/links.ts";
import type { ResourceRow } from "#queries/count/containers-overview.ts";
import { kinds } from "../containers/kind.ts";
import { Health } from "../marks/health.tsx";
import { plural } from "../text/format-number.ts";

export function VaultSection({ row }: { row: ResourceRow }) {
  return (
    <section aria-label={kinds[row.kind].one}>
      <Health health={row.posture} />
      <Link href={links.unhealthy(row.kind, row.rootId)}>{plural(row.unhealthy, kinds[row.kind].unit)} to look at</Link>
    </section>
  );
}
`,
};

/** Lets one live: connected, judged well, judged ill, counted; what became of it is the last line of the output. */
export const script = `
import type { Actor } from "#domain/role.ts";
import { ContainersParams, containersOverview } from "#queries/count/containers-overview.ts";
import { RecommendationListParams, recommendationList } from "#queries/assessment/recommendation-list.ts";
import { closeDatabase, pool } from "#store/client.ts";
import { newId } from "#store/ids.ts";
import { stopQueue } from "#store/queue/queue.ts";
import { saveSummaries } from "#store/resource-summary.ts";
import { assessVault } from "#worker/assess-vault.ts";
import { publishRules } from "#worker/publish-rules.ts";
import { recountNext } from "#worker/recount-next.ts";

const viewer: Actor = { kind: "user", id: "v", name: "Vera", role: "viewer" };
const id = newId();
const reports = [newId(), newId()] as const;
const rowsOf = async (text: string) => (await pool().query(text, [id])).rows;
await pool().query("create table if not exists vault (id uuid primary key, name text)");
await publishRules();
await pool().query("insert into vault values ($1, 'keys')", [id]);
await saveSummaries(pool(), "vault", [id]);
const now = (minute: number) => new Date(Date.UTC(2026, 10, 28, 12, minute));
const first = await assessVault(id, "keys", { facts: { isSealed: true, isAudited: true }, now: now(1), reportId: reports[0] });
const second = await assessVault(id, "keys", { facts: { isSealed: false, isAudited: true }, now: now(2), reportId: reports[1] });
while (await recountNext());
const history = await rowsOf("select rule_id, from_status, to_status, cause from status_history where root_id = $1 order by at, rule_id, id");
const notices = await rowsOf("select kind, title, href from notice where root_id = $1");
const containers = (await containersOverview(viewer, ContainersParams.parse({ type: "vault" }))).rows;
const recommendations = (await recommendationList(viewer, RecommendationListParams.parse({ kind: "vault" }))).rows;
console.log(JSON.stringify({ first, second, history, notices, containers, recommendations }));
await stopQueue();
await closeDatabase();
`;
