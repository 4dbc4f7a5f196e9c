export interface PageSecurity {
  /** Base64 of at least 128 random bits, new for every answer. */
  nonce: string;
  isDevelopment: boolean;
  /** The public address is https, so browsers may be told to insist on it. */
  isHttps: boolean;
}

/**
 * The headers of every page. Scripts and style sheets run only with this answer's nonce (CSP level 3 with strict-dynamic);
 * style attributes are allowed because virtual rows and charts set sizes in them, and attributes cannot load anything.
 */
export function pageSecurityHeaders(security: PageSecurity): Record<string, string> {
  return {
    "content-security-policy": contentSecurityPolicy(security),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
    "cross-origin-opener-policy": "same-origin",
    ...(security.isHttps ? { "strict-transport-security": "max-age=31536000; includeSubDomains" } : {}),
  };
}

function contentSecurityPolicy({ nonce, isDevelopment, isHttps }: PageSecurity): string {
  // React's development build compiles with eval, the development server talks over a web socket, and its overlay brings
  // style elements without a nonce.
  const development = { script: isDevelopment ? " 'unsafe-eval'" : "", connect: isDevelopment ? " ws: wss:" : "" };
  const styles = isDevelopment ? "'unsafe-inline'" : `'nonce-${nonce}'`;
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}' 'strict-dynamic'${development.script}`,
    `style-src 'self' ${styles}`,
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src 'self'${development.connect}`,
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    ...(isHttps ? ["upgrade-insecure-requests"] : []),
  ].join("; ");
}
