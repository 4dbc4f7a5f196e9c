"use client";
import { Button } from "@mantine/core";
import Link from "next/link";
import { useMay } from "../shell/frame-context.tsx";
import { EmptyState } from "../state/empty-state.tsx";
import { FilteredEmpty } from "../state/filtered-empty.tsx";

/** Nothing is connected yet. */
export function NoResources() {
  const isAdmin = useMay("admin");
  return (
    <EmptyState
      title="Nothing is connected yet"
      action={
        isAdmin ? (
          <Button component={Link} href="/welcome">
            Connect your first source
          </Button>
        ) : null
      }
    >
      {isAdmin
        ? "A registry, an AKS cluster or a Docker VM appears here as soon as it is connected."
        : "Ask a Breakwater admin to connect a registry, an AKS cluster or a Docker VM."}
    </EmptyState>
  );
}

interface NoMatchProps {
  filters: number;
  hidden: number | null;
  clear: () => void;
}

export function NoResourcesMatch(props: NoMatchProps) {
  return <FilteredEmpty noun={["resource", "resources"]} {...props} />;
}
