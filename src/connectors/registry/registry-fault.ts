import { AppError, type ErrorCode } from "#domain/app-error.ts";

/**
 * Why a registry did not do what was asked: `notFound` the object is not there, `unauthenticated` the credentials are
 * wrong, `noRight` they are right but not enough, `throttled` too many requests, `unreachable` no answer,
 * `broken` an answer that does not obey the protocol, `realm` it wants credentials at a host nobody confirmed.
 */
export type RegistryFaultReason =
  | "notFound"
  | "unauthenticated"
  | "noRight"
  | "throttled"
  | "unreachable"
  | "broken"
  | "realm";

const codeOf: Record<RegistryFaultReason, ErrorCode> = {
  notFound: "not-found",
  unauthenticated: "upstream-refused",
  noRight: "upstream-refused",
  throttled: "upstream-unreachable",
  unreachable: "upstream-unreachable",
  broken: "upstream-refused",
  realm: "upstream-refused",
};

/** An AppError that also says which kind of refusal it was. */
export class RegistryFault extends AppError {
  readonly reason: RegistryFaultReason;
  constructor(
    reason: RegistryFaultReason,
    message: string,
    options: { cause?: unknown; retryAfterSeconds?: number } = {},
  ) {
    super(codeOf[reason], message, options);
    this.name = "RegistryFault";
    this.reason = reason;
  }
}

/** The kind of any error that a registry call may throw. */
export function faultReason(error: unknown): RegistryFaultReason | null {
  if (error instanceof RegistryFault) return error.reason;
  if (!(error instanceof AppError)) return null;
  if (error.code === "upstream-unreachable") return "unreachable";
  if (error.code === "not-found") return "notFound";
  return error.code === "upstream-refused" || error.code === "too-large" ? "broken" : null;
}
