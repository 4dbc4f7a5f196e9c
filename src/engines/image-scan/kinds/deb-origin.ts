/** Whose package it is: the distribution's own, somebody else's, or not to be told without the distribution's advisories. */
export type Standing = "distribution" | "foreign" | "undecided";

/** What dpkg's database says about where a package comes from. */
export interface DebOrigin {
  version: string;
  maintainer: string | null;
  /** Field `Origin`, which Ubuntu and many vendors set. */
  origin: string | null;
}

/** Marks that builders outside a distribution put into versions: NodeSource, Sury, PPAs, PostgreSQL, Docker and their like. */
const foreignMarks =
  /nodesource|deb\.sury|ppa\d|\.pgdg|\+0~\d{8}|~(?:debian|ubuntu)[.\d]|[~+.](?:jessie|stretch|buster|bullseye|bookworm|trixie|bionic|focal|jammy|noble)(?:[\W\d]|$)/;

/** Words after a tilde that Debian and Ubuntu use in versions of their own. */
const familiarWords =
  /^(?:deb|dfsg|rc|git|ds|beta|cs|pre|hg|alpha|us|ubuntu|exp|experimental|svn|volatile|cvs|bzr|early|stable|sid|dev|stage|bootstrap|bpo|build|repack|snapshot|release|nmu|esm|fips)$/i;

const ownDomains = /(?:^|\.)(?:debian\.(?:org|net)|ubuntu\.com|canonical\.com)$/;

/**
 * Decides by what the package says of itself: the field Origin, marks in the version, then the maintainer's address. Many
 * of Debian's maintainers write from addresses of their own: those stay undecided, as does a package that names nobody and
 * carries a version that Debian could have given it.
 */
export function standingOf(found: DebOrigin, distributionId: string): Standing {
  if (found.origin !== null) {
    const origin = found.origin.toLowerCase();
    return origin === distributionId || origin === "debian" || origin === "ubuntu" ? "distribution" : "foreign";
  }
  if (foreignMarks.test(found.version)) return "foreign";
  if (found.maintainer === null) return hasUnfamiliarWord(found.version) ? "foreign" : "undecided";
  const domain = /@([A-Za-z0-9.-]+)>?\s*$/.exec(found.maintainer.slice(-200))?.[1]?.toLowerCase() ?? "";
  return ownDomains.test(domain) ? "distribution" : "undecided";
}

function hasUnfamiliarWord(version: string): boolean {
  return [...version.matchAll(/~([A-Za-z]{2,})/g)].some(([, word]) => !familiarWords.test(word ?? ""));
}
