"use client";
import { Button } from "@mantine/core";
import { useState } from "react";
import type { Role } from "#domain/role.ts";
import type { UserItem } from "#queries/account/user-list.ts";
import { useChange } from "../data/use-change.ts";
import { plural } from "../text/format-number.ts";
import { RoleChoice } from "./role-choice.tsx";
import styles from "./settings.module.css";

/** Gives a person another role. */
export function ChangeRoleForm({ user, close }: { user: UserItem; close: () => void }) {
  const [role, setRole] = useState<Role>(user.role);
  const change = useChange(() => ({ method: "PATCH", path: `/api/v1/users/${user.id}`, body: { role } }), close);
  const isSame = role === user.role;
  return (
    <div className={styles.form}>
      <RoleChoice label="Role" value={role} onChange={setRole} />
      <p className={styles.note}>
        {isSame
          ? `This is the present role of ${user.name}. Choose another one to change it.`
          : `${plural(user.sessions, "session")} of ${user.name} ${user.sessions === 1 ? "ends" : "end"} now; the new role counts from the next sign-in. Api tokens never do more than the new role.`}
      </p>
      {change.problem && (
        <p className={styles.fault} role="alert">
          {change.problem.detail}
        </p>
      )}
      <div className={styles.foot}>
        <Button onClick={close}>Cancel</Button>
        <Button variant="filled" disabled={isSame} loading={change.isRunning} onClick={() => change.run()}>
          Change the role
        </Button>
      </div>
    </div>
  );
}
