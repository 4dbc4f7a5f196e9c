/** What a failed request says: RFC 9457 problem+json, or a plain sentence when the server was not reached. */
export interface Problem {
  status: number;
  title: string;
  detail: string;
  /** Request id, shown as "Ref", so that a person can name the failure to whoever reads the log. */
  reference: string | null;
  errors: { pointer: string; detail: string }[];
}

export class ProblemError extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.detail);
    this.name = "ProblemError";
    this.problem = problem;
  }
}

/** Any thrown value as a Problem. */
export function toProblem(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  return {
    status: 0,
    title: "No answer",
    detail: "The Breakwater server did not answer. Check your connection, then try again.",
    reference: null,
    errors: [],
  };
}

/** The fault of one field, by JSON pointer: `faultOf(problem, "/url")`. */
export function faultOf(problem: Problem | null, pointer: string): string | undefined {
  return problem?.errors.find((fault) => fault.pointer === pointer)?.detail;
}

/** Calls the API and returns its JSON. Throws ProblemError for everything that is not 2xx. */
export async function callApi<Result>(path: string, init: RequestInit = {}): Promise<Result> {
  const response = await fetch(path, {
    ...init,
    headers: { accept: "application/json", ...init.headers },
    credentials: "same-origin",
  });
  if (!response.ok) throw new ProblemError(await readProblem(response));
  if (response.status === 204) return undefined as Result;
  return (await response.json()) as Result;
}

/** POST, PATCH or DELETE with a JSON body. */
export function sendChange<Result = unknown>(
  method: "POST" | "PATCH" | "PUT" | "DELETE",
  path: string,
  body?: unknown,
): Promise<Result> {
  return callApi<Result>(path, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
  });
}

async function readProblem(response: Response): Promise<Problem> {
  const body: unknown = await response.json().catch(() => null);
  const fields = typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
  const text = (name: string, fallback: string) => (typeof fields[name] === "string" ? fields[name] : fallback);
  return {
    status: response.status,
    title: text("title", `The server answered ${response.status}`),
    detail: text("detail", "The server could not do this. Try again; if it stays, look at Settings, System health."),
    reference: text("instance", "") || null,
    errors: Array.isArray(fields.errors) ? (fields.errors as Problem["errors"]) : [],
  };
}
