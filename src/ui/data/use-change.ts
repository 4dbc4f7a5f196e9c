"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type Problem, sendChange, toProblem } from "./problem.ts";

export interface Change<Input, Result> {
  run(input: Input): void;
  isRunning: boolean;
  problem: Problem | null;
  result: Result | undefined;
  reset(): void;
}

/**
 * One change to the server: `useChange(input => ({ method: "POST", path: "/api/v1/…", body: … }))`. Every view refetches
 * afterwards. Failures come back as `problem`, to be shown where the person acted.
 */
export function useChange<Input = void, Result = unknown>(
  request: (input: Input) => { method: "POST" | "PATCH" | "PUT" | "DELETE"; path: string; body?: unknown },
  onDone?: (result: Result, input: Input) => void,
): Change<Input, Result> {
  const client = useQueryClient();
  const mutation = useMutation<Result, Error, Input>({
    mutationFn: (input) => {
      const { method, path, body } = request(input);
      return sendChange<Result>(method, path, body);
    },
    onSuccess: async (result, input) => {
      onDone?.(result, input);
      await client.invalidateQueries({ queryKey: ["view"] });
    },
  });
  return {
    run: (input) => mutation.mutate(input),
    isRunning: mutation.isPending,
    problem: mutation.error ? toProblem(mutation.error) : null,
    result: mutation.data,
    reset: mutation.reset,
  };
}
