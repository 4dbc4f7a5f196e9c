import type { SystemPackage } from "./package-files.ts";

// Package versions that Debian 12, Debian 10 and Alpine shipped at three moments: facts, so that real advisories match.

type Age = "first" | "middle" | "late";
const debian12Sources: Record<string, Record<Age, string>> = {
  apt: { first: "2.6.1", middle: "2.6.1", late: "2.6.1" },
  coreutils: { first: "9.1-1", middle: "9.1-1", late: "9.1-1" },
  curl: { first: "7.88.1-10", middle: "7.88.1-10+deb12u4", late: "7.88.1-10+deb12u8" },
  expat: { first: "2.5.0-1", middle: "2.5.0-1", late: "2.5.0-1+deb12u1" },
  glibc: { first: "2.36-9", middle: "2.36-9+deb12u3", late: "2.36-9+deb12u9" },
  gnutls28: { first: "3.7.9-2", middle: "3.7.9-2+deb12u1", late: "3.7.9-2+deb12u3" },
  krb5: { first: "1.20.1-2", middle: "1.20.1-2+deb12u1", late: "1.20.1-2+deb12u2" },
  libwebp: { first: "1.2.4-0.2", middle: "1.2.4-0.2+deb12u1", late: "1.2.4-0.2+deb12u1" },
  ncurses: { first: "6.4-4", middle: "6.4-4", late: "6.4-4" },
  nghttp2: { first: "1.52.0-1", middle: "1.52.0-1+deb12u1", late: "1.52.0-1+deb12u2" },
  openssl: { first: "3.0.9-1", middle: "3.0.11-1~deb12u2", late: "3.0.15-1~deb12u1" },
  perl: { first: "5.36.0-7", middle: "5.36.0-7+deb12u1", late: "5.36.0-7+deb12u1" },
  shadow: { first: "1:4.13+dfsg1-1", middle: "1:4.13+dfsg1-1", late: "1:4.13+dfsg1-1" },
  sqlite3: { first: "3.40.1-2", middle: "3.40.1-2", late: "3.40.1-2+deb12u1" },
  systemd: { first: "252.12-1~deb12u1", middle: "252.19-1~deb12u1", late: "252.31-1~deb12u1" },
  tar: { first: "1.34+dfsg-1.2", middle: "1.34+dfsg-1.2", late: "1.34+dfsg-1.2+deb12u1" },
  "util-linux": { first: "2.38.1-5", middle: "2.38.1-5", late: "2.38.1-5+deb12u2" },
  zlib: { first: "1:1.2.13.dfsg-1", middle: "1:1.2.13.dfsg-1", late: "1:1.2.13.dfsg-1" },
};

const debianBinaries: Record<string, readonly string[]> = {
  apt: ["apt", "libapt-pkg6.0"],
  coreutils: ["coreutils"],
  curl: ["curl", "libcurl4"],
  expat: ["libexpat1"],
  glibc: ["libc6", "libc-bin"],
  gnutls28: ["libgnutls30"],
  krb5: ["libkrb5-3", "libgssapi-krb5-2"],
  libwebp: ["libwebp7"],
  ncurses: ["libtinfo6", "ncurses-base"],
  nghttp2: ["libnghttp2-14"],
  openssl: ["libssl3", "openssl"],
  perl: ["perl-base"],
  shadow: ["login", "passwd"],
  sqlite3: ["libsqlite3-0"],
  systemd: ["libsystemd0", "libudev1"],
  tar: ["tar"],
  "util-linux": ["util-linux", "libblkid1"],
  zlib: ["zlib1g"],
};

const baseSources = [
  "apt",
  "coreutils",
  "glibc",
  "gnutls28",
  "ncurses",
  "openssl",
  "perl",
  "shadow",
  "systemd",
  "tar",
  "util-linux",
  "zlib",
];

/** Packages of a Debian 12 image: the base, and the binaries of further source packages. */
export function debian12Packages(age: Age, further: readonly string[]): SystemPackage[] {
  return [...baseSources, ...further].flatMap((source) =>
    (debianBinaries[source] ?? []).map((name) => ({
      name,
      version: debian12Sources[source]?.[age] ?? "",
      ...(name === source ? {} : { source }),
    })),
  );
}

/** Packages of a Debian 10 image, whose support has ended. */
export function debian10Packages(patched: boolean): SystemPackage[] {
  const openssl = patched ? "1.1.1n-0+deb10u3" : "1.1.1d-0+deb10u6";
  return [
    { name: "libc6", version: "2.28-10+deb10u1", source: "glibc" },
    { name: "libssl1.1", version: openssl, source: "openssl" },
    { name: "openssl", version: openssl },
    { name: "zlib1g", version: patched ? "1:1.2.11.dfsg-1+deb10u1" : "1:1.2.11.dfsg-1", source: "zlib" },
    { name: "tar", version: "1.30+dfsg-6" },
    { name: "bash", version: "5.0-4" },
  ];
}

const alpineSources: Record<string, Record<Age, string>> = {
  "alpine-baselayout": { first: "3.4.3-r1", middle: "3.4.3-r1", late: "3.4.3-r2" },
  "apk-tools": { first: "2.14.0-r2", middle: "2.14.0-r2", late: "2.14.0-r5" },
  busybox: { first: "1.36.1-r0", middle: "1.36.1-r5", late: "1.36.1-r19" },
  curl: { first: "8.1.2-r0", middle: "8.4.0-r0", late: "8.9.1-r1" },
  expat: { first: "2.5.0-r1", middle: "2.5.0-r1", late: "2.6.3-r0" },
  musl: { first: "1.2.4-r0", middle: "1.2.4-r2", late: "1.2.4_git20230717-r4" },
  nghttp2: { first: "1.53.0-r0", middle: "1.57.0-r0", late: "1.58.0-r0" },
  openssl: { first: "3.1.1-r1", middle: "3.1.4-r1", late: "3.1.7-r1" },
  zlib: { first: "1.2.13-r1", middle: "1.2.13-r1", late: "1.3.1-r0" },
};

const alpineBinaries: Record<string, readonly string[]> = {
  "alpine-baselayout": ["alpine-baselayout"],
  "apk-tools": ["apk-tools"],
  busybox: ["busybox", "ssl_client"],
  curl: ["curl", "libcurl"],
  expat: ["libexpat"],
  musl: ["musl", "musl-utils"],
  nghttp2: ["nghttp2-libs"],
  openssl: ["libcrypto3", "libssl3"],
  zlib: ["zlib"],
};

/** Alpine 3.18 at two moments and 3.19 (`late`). */
export const alpineRelease: Record<Age, string> = { first: "3.18.2", middle: "3.18.5", late: "3.19.4" };

/** Packages of an Alpine image. */
export function alpinePackages(age: Age, further: readonly string[]): SystemPackage[] {
  const base = ["alpine-baselayout", "apk-tools", "busybox", "musl", "openssl", "zlib"];
  return [...base, ...further].flatMap((source) =>
    (alpineBinaries[source] ?? []).map((name) => ({
      name,
      version: alpineSources[source]?.[age] ?? "",
      ...(name === source ? {} : { source }),
    })),
  );
}
