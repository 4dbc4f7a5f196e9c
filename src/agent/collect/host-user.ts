import type { HostRoot } from "./host-root.ts";

export interface HostUser {
  uid: number;
  /** The number as text when the host does not name them. */
  name: string;
  home: string | null;
}

/** A user of the host by number. */
export async function userOf(root: HostRoot, uid: number): Promise<HostUser> {
  const lines = ((await root.textIfReadable("/etc/passwd")) ?? "").split("\n");
  const fields = lines.map((line) => line.split(":")).find((entry) => entry[2] === String(uid));
  const name = fields?.[0];
  return {
    uid,
    name: name && /^[A-Za-z0-9_][A-Za-z0-9_.@-]{0,63}$/.test(name) ? name : String(uid),
    home: fields?.[5]?.startsWith("/") ? fields[5] : null,
  };
}
