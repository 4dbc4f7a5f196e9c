"use client";
import { Modal } from "@mantine/core";
import type { UserItem } from "#queries/account/user-list.ts";
import { useChange } from "../data/use-change.ts";
import { plural } from "../text/format-number.ts";
import { ChangeRoleForm } from "./change-role-form.tsx";
import { Confirm } from "./confirm.tsx";
import { CreateUserForm } from "./create-user-form.tsx";
import styles from "./settings.module.css";
import { ShownOnce } from "./shown-once.tsx";

export type UserTask =
  | { kind: "create" }
  | { kind: "role" | "password" | "disable" | "enable" | "delete"; user: UserItem };

/** The dialog of the change under way, or nothing. */
export function UserDialog({ task, close }: { task: UserTask | null; close: () => void }) {
  if (task === null) return null;
  if (task.kind === "create") {
    return (
      <Modal opened onClose={close} title="Add a person" closeButtonProps={{ "aria-label": "Close" }}>
        <CreateUserForm close={close} />
      </Modal>
    );
  }
  if (task.kind === "role") {
    return (
      <Modal
        opened
        onClose={close}
        title={`Change the role of ${task.user.email}`}
        closeButtonProps={{ "aria-label": "Close" }}
      >
        <ChangeRoleForm user={task.user} close={close} />
      </Modal>
    );
  }
  if (task.kind === "password") return <ResetPassword user={task.user} close={close} />;
  return <UserConfirm kind={task.kind} user={task.user} close={close} />;
}

function ResetPassword({ user, close }: { user: UserItem; close: () => void }) {
  const change = useChange<void, { oneTimePassword: string }>(() => ({
    method: "POST",
    path: `/api/v1/users/${user.id}/password`,
  }));
  const title = `Reset the password of ${user.email}`;
  if (!change.result) {
    return (
      <Confirm
        title={title}
        isOpen
        close={close}
        action="Reset the password"
        onConfirm={() => change.run()}
        isRunning={change.isRunning}
        problem={change.problem}
      >
        The old password stops working and {plural(user.sessions, "session")} {user.sessions === 1 ? "ends" : "end"}{" "}
        now. You get a one-time password to hand over.
      </Confirm>
    );
  }
  return (
    <Modal
      opened
      onClose={close}
      title={title}
      closeButtonProps={{ "aria-label": "Close" }}
      closeOnClickOutside={false}
    >
      <ShownOnce name="one-time password" secret={change.result.oneTimePassword} done={close}>
        Give this to {user.name} in a way others cannot read. It works for 7 days and must be changed at the first
        sign-in.
      </ShownOnce>
    </Modal>
  );
}

const verbs = {
  disable: { action: "Disable", request: { method: "PATCH", body: { disabled: true } } },
  enable: { action: "Enable", request: { method: "PATCH", body: { disabled: false } } },
  delete: { action: "Delete", request: { method: "DELETE" } },
} as const;

function UserConfirm({ kind, user, close }: { kind: keyof typeof verbs; user: UserItem; close: () => void }) {
  const { action, request } = verbs[kind];
  const change = useChange(() => ({ ...request, path: `/api/v1/users/${user.id}` }), close);
  return (
    <Confirm
      title={`${action} ${user.email}`}
      isOpen
      close={close}
      action={action}
      onConfirm={() => change.run()}
      isRunning={change.isRunning}
      problem={change.problem}
    >
      {kind === "enable" ? (
        `${user.name} can sign in again with the old password. Tokens that were revoked stay revoked.`
      ) : (
        <>
          {user.name} {kind === "disable" ? "can no longer sign in." : "loses the account."}
          <ul className={styles.loss}>
            <li>
              {user.sessions === 0
                ? "No session is open."
                : `${plural(user.sessions, "session ends", "sessions end")} now.`}
            </li>
            <li>
              {user.tokens === 0
                ? "No api token is in use."
                : `${plural(user.tokens, "api token stops", "api tokens stop")} working, for good.`}
            </li>
            <li>What {user.name} did stays in the audit log.</li>
            {kind === "disable" && <li>The account stays and can be enabled again.</li>}
          </ul>
        </>
      )}
    </Confirm>
  );
}
