import { clock } from "#clock.ts";
import { imageRules } from "#domain/image-rules.ts";
import { assessRepository } from "#engines/image-scan/assess-repository.ts";
import { saveAssessments } from "#store/assessment/assessment.ts";
import { markRulesDirty } from "#store/count/rule-count.ts";
import { liveRepositories, type RepositoryKey, taggedImageStandings } from "#store/registry/tagged-images.ts";
import type { Transaction } from "#store/transaction.ts";

const rules = Object.values(imageRules);

/**
 * Judges repositories by their live tagged images, one verdict per rule for images, in the caller's transaction. Recommendations
 * count these. A repository that is gone keeps its last verdicts, which count nowhere; its rules are counted again.
 */
export async function assessRepositories(tx: Transaction, repositories: readonly RepositoryKey[]): Promise<void> {
  const live = await liveRepositories(tx, repositories);
  if (live.length < repositories.length) await markRulesDirty(tx, rules);
  const standings = Map.groupBy(
    await taggedImageStandings(tx, live, rules),
    ({ registryId, repositoryId, ruleId }) => `${registryId} ${repositoryId} ${ruleId}`,
  );
  await saveAssessments(
    tx,
    live.map(({ registryId, repositoryId }) => ({
      subject: { rootId: registryId, kind: "repository", resourceId: repositoryId },
      assessments: rules.map((ruleId) =>
        assessRepository(ruleId, standings.get(`${registryId} ${repositoryId} ${ruleId}`) ?? []),
      ),
    })),
    { at: clock.now(), cause: "scan", causeRef: null },
  );
}
