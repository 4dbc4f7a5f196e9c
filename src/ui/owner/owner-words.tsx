import type { OwnerSource } from "#domain/owner.ts";

const sources: Record<OwnerSource, string> = {
  label: "By a label of the image",
  rule: "By a rule",
  tag: "By its registry",
  default: "The default owner",
};

/** Who answers for something, with where that comes from as its title. */
export function OwnerWords({ owner, source }: { owner: string | null; source: OwnerSource | null }) {
  if (owner === null) return <span className="bw-muted">No owner</span>;
  return (
    <span className="bw-cut" title={source ? `${owner}. ${sources[source]}` : owner}>
      {owner}
    </span>
  );
}
