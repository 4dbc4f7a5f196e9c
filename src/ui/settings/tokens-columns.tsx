import { Button } from "@mantine/core";
import Link from "next/link";
import { links } from "#domain/links.ts";
import type { TokenItem } from "#queries/account/token-list.ts";
import { DemoTag } from "../marks/tag.tsx";
import type { Column } from "../table/column.ts";
import { plural } from "../text/format-number.ts";
import { formatMinute, RelativeTime } from "../text/relative-time.tsx";
import { roleWords } from "./role-choice.tsx";
import styles from "./settings.module.css";
import { tokenKindWords } from "./token-kind-words.ts";

/** The columns of the tokens list; `revoke` asks before a token ends. */
export function tokenColumns(revoke: (token: TokenItem) => void): Column<TokenItem>[] {
  return [
    {
      key: "name",
      label: "Token",
      phone: "lead",
      cell: (token) => (
        <>
          <div className="bw-row-tight">
            <span className={`bw-name ${styles.wraps}`}>{token.name}</span>
            {token.isDemo && <DemoTag />}
          </div>
          <div className="bw-sub">
            <span className="bw-mono">{token.prefix}…</span>
            {token.createdByName && `, made by ${token.createdByName}`}
          </div>
        </>
      ),
    },
    { key: "kind", label: "Kind", width: 100, phone: "line", cell: (token) => tokenKindWords[token.kind].label },
    { key: "scope", label: "May speak for", width: 220, leavesBelow: 860, cell: (token) => <Scope token={token} /> },
    { key: "expiry", label: "Ends", width: 180, phone: "line", cell: (token) => <Ending token={token} /> },
    {
      key: "lastUsed",
      label: "Last used",
      width: 120,
      leavesBelow: 1040,
      cell: (token) =>
        token.lastUsedAt ? <RelativeTime at={token.lastUsedAt} ago /> : <span className="bw-muted">Never</span>,
    },
    {
      key: "actions",
      label: "Revoke",
      isHeadHidden: true,
      width: 124,
      align: "right",
      phone: "trail",
      cell: (token) =>
        token.canRevoke && (
          <Button onClick={() => revoke(token)} aria-label={`Revoke ${token.name}`}>
            Revoke
          </Button>
        ),
    },
  ];
}

function Scope({ token }: { token: TokenItem }) {
  const limits = [
    token.usesLeft !== null && `${plural(token.usesLeft, "use")} left`,
    token.allowedAddresses.length > 0 && `from ${token.allowedAddresses.join(", ")}`,
  ].filter(Boolean);
  return (
    <>
      <ScopeName token={token} />
      {limits.length > 0 && <div className="bw-sub">{limits.join(", ")}</div>}
    </>
  );
}

function ScopeName({ token }: { token: TokenItem }) {
  if (token.kind === "api") return <>The role {roleWords[token.role ?? "viewer"].label}</>;
  if (token.kind === "enrol") return <span className="bw-second">New hosts</span>;
  const name = token.scopeName ?? `${token.scopeKind ?? "Nothing"} ${token.scopeId?.slice(0, 8) ?? ""}`;
  if (token.scopeKind === "registry" && token.scopeId && token.scopeName)
    return <Link href={links.registry(token.scopeId)}>{name}</Link>;
  if (token.scopeKind === "host" && token.scopeId && token.scopeName)
    return <Link href={links.host(token.scopeId)}>{name}</Link>;
  return <>{name}</>;
}

function Ending({ token }: { token: TokenItem }) {
  switch (token.state) {
    case "revoked":
      return <>Revoked {token.revokedAt && <RelativeTime at={token.revokedAt} ago />}</>;
    case "expired":
      return <>Expired {token.expiresAt && <RelativeTime at={token.expiresAt} ago />}</>;
    case "used":
      return <>All uses taken</>;
    case "expiring":
      return <span className="bw-signal">Ends {token.expiresAt ? formatMinute(token.expiresAt) : "soon"}</span>;
    case "active":
      return token.expiresAt ? (
        <>{formatMinute(token.expiresAt).slice(0, 10)}</>
      ) : (
        <span className="bw-medium">Never ends</span>
      );
    default:
      return unreachable(token.state);
  }
}

function unreachable(state: never): never {
  throw new Error(`Unknown token state: ${String(state)}`);
}
