import { X509Certificate } from "node:crypto";

/** Validity of the first certificate of a PEM text; null when it cannot be read. */
export function certificateValidity(pem: string): { from: Date; to: Date } | null {
  if (!pem.includes("BEGIN CERTIFICATE")) return null;
  try {
    const certificate = new X509Certificate(pem);
    return { from: new Date(certificate.validFrom), to: new Date(certificate.validTo) };
  } catch {
    return null;
  }
}
