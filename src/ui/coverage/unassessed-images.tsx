"use client";
import { Button } from "@mantine/core";
import Link from "next/link";
import { links } from "#domain/links.ts";
import { unassessedReason } from "#domain/unassessed.ts";
import type { Coverage, UnassessedImage } from "#queries/count/coverage.ts";
import { useChange } from "../data/use-change.ts";
import { DemoTag } from "../marks/tag.tsx";
import { SheetSection } from "../page/sheet.tsx";
import { useMay } from "../shell/frame-context.tsx";
import type { Column } from "../table/column.ts";
import { DataTable } from "../table/data-table.tsx";
import { formatNumber, plural } from "../text/format-number.ts";
import { RelativeTime } from "../text/relative-time.tsx";

export function UnassessedImages({ data }: { data: Coverage }) {
  const isAnalyst = useMay("analyst");
  const { unknown } = data.images;
  return (
    <SheetSection
      span={12}
      title="Images not assessed"
      reading={unknown === 0 ? "Every image is assessed." : <PerRegistry data={data} />}
    >
      {unknown > 0 && (
        <DataTable
          label="Images not assessed"
          rows="detail"
          isInset
          columns={columnsOf(isAnalyst)}
          state={{ kind: "ready", rows: data.unassessed, more: null }}
          rowKey={(row) => `${row.registryId} ${row.digest}`}
          rowHref={hrefOf}
          empty={null}
        />
      )}
      {unknown > data.unassessed.length && (
        <p className="bw-muted bw-small" style={{ marginTop: 10 }}>
          {formatNumber(data.unassessed.length)} of {formatNumber(unknown)} are shown. The links above lead to all of
          them.
        </p>
      )}
    </SheetSection>
  );
}

function PerRegistry({ data }: { data: Coverage }) {
  return (
    <>
      {plural(data.images.unknown, "image")}, by registry:{" "}
      {data.perRegistry.map((entry, index) => (
        <span key={entry.registryId}>
          {index > 0 && ", "}
          <Link href={`${links.registry(entry.registryId)}?tab=images&posture=unknown`}>
            {entry.registry} {formatNumber(entry.unknown)}
          </Link>
        </span>
      ))}
      .
    </>
  );
}

function hrefOf(row: UnassessedImage): string {
  return links.image(row.digest, { registryId: row.registryId, repository: row.repository });
}

function columnsOf(isAnalyst: boolean): Column<UnassessedImage>[] {
  return [
    {
      key: "image",
      label: "Image",
      width: 340,
      phone: "lead",
      cell: (row) => (
        <div className="bw-row">
          <Link href={hrefOf(row)} className="bw-name bw-cut" title={`${row.repository}:${row.tag ?? ""}`}>
            {row.repository}
            {row.tag && <span className="bw-second">:{row.tag}</span>}
          </Link>
          {row.isDemo && <DemoTag />}
        </div>
      ),
    },
    {
      key: "registry",
      label: "Registry",
      width: 132,
      leavesBelow: 1200,
      cell: (row) => <span className="bw-second">{row.registry}</span>,
    },
    {
      key: "why",
      label: "Why",
      phone: "line",
      cell: (row) => (
        <span title={row.reason ?? unassessedReason(row.cause, row.withoutFeed)}>
          {unassessedReason(row.cause, row.withoutFeed)}
          {row.reason && row.cause !== "unknownSystem" && <span className="bw-muted">. {row.reason}</span>}
        </span>
      ),
    },
    {
      key: "pushed",
      label: "Pushed",
      width: 84,
      align: "right",
      leavesBelow: 1040,
      cell: (row) => <RelativeTime at={row.lastPushedAt} />,
    },
    {
      key: "action",
      label: "Action",
      isHeadHidden: true,
      width: 112,
      align: "right",
      phone: "trail",
      cell: (row) =>
        isAnalyst && row.cause !== "waiting" && row.cause !== "scanning" ? <ScanAgain row={row} /> : null,
    },
  ];
}

function ScanAgain({ row }: { row: UnassessedImage }) {
  const scan = useChange(() => ({
    method: "POST",
    path: `/api/v1/images/${row.digest}/scans`,
    body: { registryId: row.registryId },
  }));
  if (scan.problem)
    return (
      <span className="bw-signal" title={scan.problem.detail}>
        Refused
      </span>
    );
  return (
    <Button variant="subtle" loading={scan.isRunning} onClick={() => scan.run()}>
      {scan.result === undefined ? "Scan again" : "Asked"}
    </Button>
  );
}
