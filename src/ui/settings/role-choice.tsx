"use client";
import { Radio, Stack } from "@mantine/core";
import { type Role, roleIncludes, roles } from "#domain/role.ts";

export const roleWords: Record<Role, { label: string; meaning: string }> = {
  viewer: { label: "Viewer", meaning: "Sees everything but accounts and the audit log. Changes nothing." },
  analyst: { label: "Analyst", meaning: "A viewer who also judges findings: exempts, checks again, marks notices." },
  admin: {
    label: "Admin",
    meaning: "An analyst who also connects sources and manages accounts, tokens and advisories.",
  },
};

interface RoleChoiceProps {
  label: string;
  value: Role;
  onChange: (role: Role) => void;
  /** Roles above it are not offered. */
  upTo?: Role;
  error?: string | undefined;
}

/** One of the roles, each with what it may do. */
export function RoleChoice({ label, value, onChange, upTo = "admin", error }: RoleChoiceProps) {
  return (
    <Radio.Group
      label={label}
      value={value}
      onChange={(next) => onChange(roles.find((role) => role === next) ?? value)}
      error={error}
    >
      <Stack gap={8} mt={4}>
        {roles
          .filter((role) => roleIncludes(upTo, role))
          .map((role) => (
            <Radio
              key={role}
              value={role}
              size="xs"
              label={roleWords[role].label}
              description={roleWords[role].meaning}
            />
          ))}
      </Stack>
    </Radio.Group>
  );
}
