"use client";
import { Button, Menu } from "@mantine/core";
import Link from "next/link";
import { artifactKinds, artifactWords } from "#domain/artifact-kind.ts";
import { shortDigest } from "#domain/digest.ts";
import { links } from "#domain/links.ts";
import { unassessedCause, unassessedReason } from "#domain/unassessed.ts";
import type { ImageDetail } from "#queries/image/image-detail.ts";
import type { ImagePlace } from "#queries/image/image-place.ts";
import { useUrlState } from "../data/use-url-state.ts";
import { Icon } from "../icon.tsx";
import { Health } from "../marks/health.tsx";
import { DemoTag, Kev, SeverityTag, Tag } from "../marks/tag.tsx";
import { OwnerWords } from "../owner/owner-words.tsx";
import { FactLine } from "../page/fact-line.tsx";
import { PageHead } from "../page/page-head.tsx";
import { CopyPageLink } from "../text/copy-page-link.tsx";
import { DigestText } from "../text/digest-text.tsx";
import { formatBytes, plural } from "../text/format-number.ts";
import { RelativeTime } from "../text/relative-time.tsx";
import styles from "./image.module.css";
import { noFilters } from "./image-params.ts";
import { RescanButton } from "./rescan-button.tsx";

/** Title, marks, actions and facts of an image in one place. */
export function ImageHead({ image }: { image: ImageDetail }) {
  const { place } = image;
  const [tag] = place.tags;
  return (
    <>
      <PageHead
        title={place.repository.split("/").at(-1) ?? place.repository}
        suffix={tag ? `:${tag}` : `@${shortDigest(image.digest)}`}
        marks={<Marks image={image} />}
        actions={<Actions image={image} />}
      />
      <FactLine
        facts={[
          { label: "Digest", value: <DigestText digest={image.digest} /> },
          { label: "Platform", value: <Platforms image={image} /> },
          baseFact(image),
          !image.base && image.assessment.os && { label: "Distribution", value: image.assessment.os.name },
          { label: "Size", value: formatBytes(Number(image.sizeBytes)) },
          { label: "Created", value: <RelativeTime at={image.createdAt} now={image.asOf.readAt} ago /> },
          { label: "Pushed", value: <RelativeTime at={place.lastPushedAt} now={image.asOf.readAt} ago /> },
          { label: "Owner", value: <OwnerWords owner={place.owner} source={place.ownerSource} /> },
          { label: "Runs in", value: <Runs image={image} /> },
          { label: "Found in", value: <Places image={image} /> },
          image.artifacts.length > 0 && { label: "Beside it", value: artifactText(image.artifacts) },
        ]}
      />
    </>
  );
}

/** `1 signature, 2 attestations`: what was put beside the image, counted by kind. */
function artifactText(artifacts: ImageDetail["artifacts"]): string {
  return artifactKinds
    .map((kind) => ({ kind, count: artifacts.filter((artifact) => artifact.kind === kind).length }))
    .filter(({ count }) => count > 0)
    .map(({ kind, count }) =>
      plural(count, artifactWords[kind].one.toLowerCase(), artifactWords[kind].many.toLowerCase()),
    )
    .join(", ");
}

/** How many containers of connected hosts run it. Without any host that is not a zero. */
function Runs({ image: { runs } }: { image: ImageDetail }) {
  const url = useUrlState();
  if (runs === null) return <span className="bw-muted">Not known</span>;
  if (runs.containers === 0) return <span className="bw-muted">No connected host</span>;
  return (
    <Link href={url.href({ ...noFilters, tab: "containers" })}>
      {plural(runs.containers, "container")} on {plural(runs.hosts, "host")}
    </Link>
  );
}

function Marks({ image: { place, counts, assessment } }: { image: ImageDetail }) {
  const url = useUrlState();
  const others = place.tags.slice(1);
  const cause = unassessedCause({ ...assessment, scanState: assessment.state });
  return (
    <>
      {counts.open === 0 && cause !== "counting" && (
        <Health health="unknown">{unassessedReason(cause, assessment.withoutFeed)}</Health>
      )}
      {assessment.hasEarlierResult && counts.critical > 0 && (
        <Link href={url.href({ ...noFilters, severity: "critical" })}>
          <SeverityTag severity="critical">{plural(counts.critical, "critical finding")}</SeverityTag>
        </Link>
      )}
      {counts.kev > 0 && (
        <Link href={url.href({ ...noFilters, kev: "1" })}>
          <Kev title={`${plural(counts.kev, "finding")} known to be exploited`} />
        </Link>
      )}
      {others.length > 0 && (
        <Tag tone="line" title={others.join(", ")}>
          also tagged {others.slice(0, 2).join(", ")}
          {others.length > 2 ? ` and ${others.length - 2} more` : ""}
        </Tag>
      )}
      {place.retiredAt && (
        <Tag tone="line" title={place.retiredReason ?? ""}>
          No longer in the repository
        </Tag>
      )}
      {place.isDemo && <DemoTag />}
    </>
  );
}

function Actions({ image }: { image: ImageDetail }) {
  const address = `/api/v1/images/${image.digest}`;
  const at = `at=${encodeURIComponent(`${image.place.registryId}/${image.place.repository}`)}`;
  return (
    <>
      <CopyPageLink
        path={links.image(image.digest, { registryId: image.place.registryId, repository: image.place.repository })}
      />
      {image.assessment.hasEarlierResult && (
        <Menu position="bottom-end" width={230}>
          <Menu.Target>
            <Button leftSection={<Icon name="download" />}>SBOM, VEX, CSV</Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item component="a" href={`${address}/sbom?${at}`} download>
              SBOM, CycloneDX
            </Menu.Item>
            <Menu.Item component="a" href={`${address}/vex?${at}`} download>
              VEX, CycloneDX
            </Menu.Item>
            <Menu.Item component="a" href={`${address}/vex?${at}&format=openvex`} download>
              VEX, OpenVEX
            </Menu.Item>
            <Menu.Item component="a" href={`${address}/findings.csv?${at}`} download>
              Findings, CSV
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
      <RescanButton image={image} label="Scan again" />
    </>
  );
}

function Platforms({ image: { siblings, digest, platform, place } }: { image: ImageDetail }) {
  if (siblings.length < 2) return <span>{platform}</span>;
  return (
    <span className={styles.platforms}>
      {siblings.map((sibling) => (
        <Link
          key={sibling.digest}
          href={links.image(sibling.digest, { registryId: place.registryId, repository: place.repository })}
          aria-current={sibling.digest === digest ? "true" : undefined}
        >
          {sibling.platform}
        </Link>
      ))}
    </span>
  );
}

function baseFact({ base, assessment }: ImageDetail) {
  if (!base) return null;
  const where = base.layers === 1 ? "layer 1" : `layers 1 to ${base.layers}`;
  const name = base.name ?? shortName(assessment.os?.name) ?? "Base";
  return {
    label: "Base image",
    value: (
      <>
        <span className={base.name ? "bw-mono" : undefined}>{name}</span>
        <span className="bw-muted" style={{ fontWeight: 400 }}>
          {where}, {base.source === "label" ? "named by the image" : "by its history"}
        </span>
      </>
    ),
  };
}

/** "Debian GNU/Linux 12 (bookworm)" → "Debian 12". */
function shortName(name: string | undefined): string | undefined {
  return name?.replace(/ \(.*\)$/, "").replace(" GNU/Linux", "");
}

function Places({ image: { places, place } }: { image: ImageDetail }) {
  const others = places.filter((other) => other.placementId !== place.placementId);
  if (others.length === 0) return <span>{place.registryName}</span>;
  return (
    <Menu width={340}>
      <Menu.Target>
        <button type="button" className="bw-link-button">
          {plural(places.length, "place")}
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {places.slice(0, 30).map((other) => (
          <Menu.Item
            key={other.placementId}
            component={Link}
            href={placeHref(other)}
            rightSection={other.placementId === place.placementId ? <Icon name="check" /> : null}
          >
            {other.registryName}/{other.repository}
            {other.tags[0] ? `:${other.tags[0]}` : ""}
            {other.retiredAt ? " (gone)" : ""}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function placeHref(place: ImagePlace): string {
  return links.image(place.digest, { registryId: place.registryId, repository: place.repository });
}
