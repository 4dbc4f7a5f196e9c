"use client";
import { NativeSelect, TextInput } from "@mantine/core";
import { faultOf, type Problem } from "../data/problem.ts";

/** The one host or cluster a token may speak for, by the id in its address. */
export function ScopeFields({ problem }: { problem: Problem | null }) {
  return (
    <>
      <NativeSelect
        size="md"
        label="Sensor of a"
        name="scopeKind"
        data={[
          { value: "host", label: "Docker host" },
          { value: "cluster", label: "AKS cluster" },
        ]}
        error={faultOf(problem, "/scopeKind")}
      />
      <TextInput
        size="md"
        label="Its id"
        name="scopeId"
        spellCheck={false}
        description="The last part of the address of its page: /hosts/<id>."
        error={faultOf(problem, "/scopeId")}
      />
    </>
  );
}
