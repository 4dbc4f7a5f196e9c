import { AppError } from "#domain/app-error.ts";

/** Turns what Node reports about a failed connection into words for the person who typed the address. */
export function networkFault(error: unknown, url: URL): AppError {
  if (error instanceof AppError) return error;
  const code = errorCode(error);
  return new AppError("upstream-unreachable", `${describe(code, error, url)}`, { cause: error });
}

/** The system or TLS error code of an error, or an empty string. */
export function errorCode(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}

const certificateCodes: Record<string, string> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: "it is self-signed",
  SELF_SIGNED_CERT_IN_CHAIN: "its chain ends in a certificate authority that this machine does not know",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    "the certificate authority that signed it is not known, or the server does not send its intermediate certificates",
  UNABLE_TO_GET_ISSUER_CERT: "the certificate authority that signed it is not known",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "the certificate authority that signed it is not known",
  CERT_HAS_EXPIRED: "it has expired",
  CERT_NOT_YET_VALID: "it is not valid yet (check the clocks)",
  CERT_REVOKED: "it was revoked",
  CERT_SIGNATURE_FAILURE: "its signature is wrong",
};

function describe(code: string, error: unknown, url: URL): string {
  const host = url.host;
  const certificate = certificateCodes[code];
  if (certificate) {
    const issuer = issuerOf(error);
    return `The certificate of ${host} is not trusted: ${certificate}${issuer ? ` (issued by ${issuer})` : ""}. Add the PEM of its certificate authority to the connection.`;
  }
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return `The certificate of ${host} is for other names. Use the name that stands in the certificate.`;
  }
  if (code === "ENOTFOUND" || code === "ENODATA")
    return `The name ${url.hostname} does not exist in DNS. Check the spelling.`;
  if (code === "EAI_AGAIN") return `The name ${url.hostname} could not be looked up: DNS did not answer.`;
  if (code === "ECONNREFUSED") return `${host} refused the connection: nothing listens there.`;
  if (code === "ECONNRESET" || code === "EPIPE" || code === "ERR_STREAM_PREMATURE_CLOSE")
    return `${host} closed the connection in the middle of the answer.`;
  if (code === "EHOSTUNREACH" || code === "ENETUNREACH") return `There is no network route to ${host}.`;
  if (code === "ETIMEDOUT") return `${host} did not answer in time.`;
  if (code === "EPROTO" || code.startsWith("ERR_SSL"))
    return `${host} does not speak TLS on this port. If the registry has no TLS, use http://.`;
  if (code.startsWith("HPE_"))
    return `${host} answered with something that is not HTTP${url.protocol === "http:" ? ". If the port expects TLS, use https://" : ""}.`;
  return `${host} could not be reached${code ? ` (${code})` : ""}.`;
}

function issuerOf(error: unknown): string | null {
  if (!(error instanceof Error) || !("cert" in error)) return null;
  const { cert } = error;
  if (typeof cert !== "object" || cert === null || !("issuer" in cert)) return null;
  const { issuer } = cert;
  if (typeof issuer !== "object" || issuer === null) return null;
  const names = Object.entries(issuer).filter(([key]) => key === "CN" || key === "O");
  return names.length > 0 ? names.map(([, value]) => String(value).slice(0, 100)).join(", ") : null;
}
