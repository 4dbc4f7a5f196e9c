"use client";
import { Button } from "@mantine/core";
import Link from "next/link";
import { links } from "#domain/links.ts";
import type { ImageDetail } from "#queries/image/image-detail.ts";
import type { FindingExemption, ImageFindingDetail } from "#queries/image/image-finding.ts";
import { useChange } from "../data/use-change.ts";
import { ExemptButton } from "../exemption/exempt-button.tsx";
import { exemptionReasonWords, reopenWords } from "../exemption/exemption-words.ts";
import { vulnerabilityScopes } from "../exemption/scope-choice.ts";
import { useMay } from "../shell/frame-context.tsx";

/** The decision about a finding: the exemption that holds, with the way to end it, or the way to make one. */
export function ExemptFinding({ image, finding }: { image: ImageDetail; finding: ImageFindingDetail }) {
  const isAnalyst = useMay("analyst");
  if (finding.exemption) {
    return (
      <>
        <h3>Why this is exempt</h3>
        <Decision vulnerability={finding.key} exemption={finding.exemption} />
      </>
    );
  }
  if (finding.state !== "open" || !isAnalyst) return null;
  const { registryId, registryName, repositoryId, repository } = image.place;
  const at = { registryId, registryName, repositoryId, repository };
  return (
    <>
      <h3>Decide</h3>
      <ExemptButton
        title={finding.key}
        scopes={vulnerabilityScopes(finding.key, { ...at, digest: image.digest, packageName: finding.package.name })}
      />
    </>
  );
}

function Decision({ vulnerability, exemption }: { vulnerability: string; exemption: FindingExemption }) {
  const isAnalyst = useMay("analyst");
  const end = useChange(() => ({ method: "DELETE", path: `/api/v1/exemptions/${exemption.id}` }));
  const until = exemption.until === null ? "until somebody ends it" : `until ${exemption.until.slice(0, 10)}`;
  const earlier = exemption.reopenOn.map((cause) => reopenWords[cause].toLowerCase());
  return (
    <>
      <p>
        {exemptionReasonWords[exemption.reason].label}, {until}, by {exemption.by}. It is in no count.
      </p>
      <p className="bw-second" style={{ overflowWrap: "anywhere" }}>
        {exemption.note}
      </p>
      {earlier.length > 0 && <p className="bw-second">It ends before that when {earlier.join(" or ")}.</p>}
      <div className="bw-row bw-wrap">
        <Link href={`${links.exemptions()}?subject=${encodeURIComponent(vulnerability)}`}>
          All exemptions of {vulnerability}
        </Link>
        {isAnalyst && (
          <Button size="xs" loading={end.isRunning} onClick={() => end.run()}>
            End exemption
          </Button>
        )}
      </div>
      {end.problem && (
        <p className="bw-signal" role="alert">
          {end.problem.detail}
        </p>
      )}
    </>
  );
}
