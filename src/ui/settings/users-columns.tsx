import { Menu } from "@mantine/core";
import type { UserItem } from "#queries/account/user-list.ts";
import { Icon } from "../icon.tsx";
import { Tag } from "../marks/tag.tsx";
import type { Column } from "../table/column.ts";
import { plural } from "../text/format-number.ts";
import { RelativeTime } from "../text/relative-time.tsx";
import { roleWords } from "./role-choice.tsx";
import styles from "./settings.module.css";
import type { UserTask } from "./user-dialog.tsx";

/** The columns of the accounts list; `start` opens the dialog of a change. */
export function userColumns(start: (task: UserTask) => void): Column<UserItem>[] {
  return [
    {
      key: "name",
      label: "Person",
      phone: "lead",
      cell: (user) => (
        <>
          <div className="bw-row-tight">
            <span className={`bw-name ${styles.wraps}`}>{user.name}</span>
            {user.isYou && <Tag tone="line">You</Tag>}
          </div>
          <div className="bw-sub bw-cut" title={user.email}>
            {user.email}
          </div>
        </>
      ),
    },
    {
      key: "role",
      label: "Role",
      width: 120,
      phone: "line",
      cell: (user) => (
        <>
          {roleWords[user.role].label}
          {user.isLastAdmin && <div className="bw-sub">The only admin</div>}
        </>
      ),
    },
    { key: "state", label: "State", width: 220, phone: "line", cell: (user) => <UserState user={user} /> },
    {
      key: "lastSignIn",
      label: "Last sign-in",
      width: 130,
      leavesBelow: 860,
      cell: (user) =>
        user.lastSignInAt ? <RelativeTime at={user.lastSignInAt} ago /> : <span className="bw-muted">Never</span>,
    },
    {
      key: "sessions",
      label: "Open now",
      width: 160,
      leavesBelow: 1040,
      cell: (user) => (
        <span className={user.sessions + user.tokens === 0 ? "bw-muted" : undefined}>
          {plural(user.sessions, "session")}, {plural(user.tokens, "token")}
        </span>
      ),
    },
    {
      key: "actions",
      label: "Change",
      isHeadHidden: true,
      width: 64,
      align: "right",
      phone: "trail",
      cell: (user) => <UserMenu user={user} start={start} />,
    },
  ];
}

function UserState({ user }: { user: UserItem }) {
  const until = user.oneTimePasswordUntil;
  if (user.state === "disabled") return <Tag>Disabled</Tag>;
  if (user.state === "expired") {
    return (
      <>
        <div className="bw-signal">Password expired</div>
        <div className="bw-sub">The one-time password was never used</div>
      </>
    );
  }
  if (user.state === "invited") {
    return (
      <>
        <div>Invited</div>
        <div className="bw-sub">One-time password until {until?.slice(0, 10)}</div>
      </>
    );
  }
  return <span className="bw-muted">Active</span>;
}

function UserMenu({ user, start }: { user: UserItem; start: (task: UserTask) => void }) {
  const reason = user.isYou
    ? "This is your own account: another admin can do this"
    : "The only admin: make another one first";
  const isFixed = user.isYou || user.isLastAdmin;
  return (
    <Menu position="bottom-end" width={260}>
      <Menu.Target>
        <button type="button" className="bw-icon-button" aria-label={`Change ${user.email}`}>
          <Icon name="more" />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {isFixed && <Menu.Label>{reason}</Menu.Label>}
        {user.isYou && (
          <Menu.Item component="a" href="/change-password">
            Change your password
          </Menu.Item>
        )}
        <Menu.Item disabled={isFixed} onClick={() => start({ kind: "role", user })}>
          Change the role
        </Menu.Item>
        {!user.isYou && <Menu.Item onClick={() => start({ kind: "password", user })}>Reset the password</Menu.Item>}
        {user.state === "disabled" ? (
          <Menu.Item onClick={() => start({ kind: "enable", user })}>Enable</Menu.Item>
        ) : (
          <Menu.Item disabled={isFixed} onClick={() => start({ kind: "disable", user })}>
            Disable
          </Menu.Item>
        )}
        <Menu.Item disabled={isFixed} onClick={() => start({ kind: "delete", user })}>
          Delete
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
