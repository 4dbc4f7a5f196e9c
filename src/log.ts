import pino from "pino";
import { config } from "#config.ts";

/**
 * JSON lines on stdout. Payloads, tokens and credentials are never passed to it; the redaction below is a second net.
 */
export const log = pino({
  level: config().logLevel,
  base: { role: config().role },
  redact: {
    paths: ["*.password", "*.token", "*.secret", "*.authorization", "headers.authorization", "headers.cookie"],
    censor: "[hidden]",
  },
});
