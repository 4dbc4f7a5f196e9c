import { about } from "../../about-image.ts";
import { defineImageRule, type RuleContext } from "../../define-rule.ts";
import { example } from "../../example.ts";
import type { HostImage } from "../../image-facts.ts";

/** Files that a verdict names; an image may hold a thousand. */
const NAMED = 30;

/** CIS Docker 1.8.0, control 4.8. */
export default defineImageRule({
  id: "docker-setuid-files",
  title: "Images hold no set-user-id programs",
  failedTitle: "An image holds set-user-id programs",
  references: [
    { framework: "CIS Docker 1.8.0", control: "4.8", level: "Level 2" },
    { framework: "CIS Docker 1.7.0", control: "4.8", level: "Level 2" },
    { framework: "CIS Docker 1.6.0", control: "4.8", level: "Level 2" },
    { framework: "CIS Docker 1.2.0", control: "4.8", level: "Level 2" },
  ],
  severity: "medium",
  severityReason: "privilege escalation inside the container",
  rationale: "Such a program lets an ordinary user of the container become root in it.",
  needs: ["image scan: file modes"],
  remediation: (item, reading) =>
    reading === undefined || reading.actual.includes(" and ")
      ? `Late in the Dockerfile of ${item}: RUN find / -xdev -perm /6000 -type f -exec chmod a-s {} +`
      : `In the Dockerfile of ${item}: RUN chmod a-s ${reading.actual}`,
  passed: "No image holds such a program.",
  failed: "images hold set-user-id programs",
  assess: (image, context) => {
    const expected = "no file with the set-user-id or set-group-id bit";
    const scan = context.facts.scanOf(image);
    if (!scan?.setuidFiles)
      return { status: "unknown", readings: [about(image, "image scan: file modes", "not scanned", expected)] };
    const allowed = new Set(context.policy.allowedSetuidFiles.map(absolute));
    const found = scan.setuidFiles.map(absolute).filter((path) => !allowed.has(path));
    // What the scan could only count cannot be on the list of allowed ones.
    const uncounted = Math.max(0, (scan.setuidCount ?? 0) - scan.setuidFiles.length);
    const more = Math.max(0, found.length - NAMED) + uncounted;
    const actual = [found.slice(0, NAMED).join(" "), more > 0 ? `${more} more` : ""].filter(Boolean).join(" and ");
    return {
      status: found.length + uncounted > 0 ? "unhealthy" : "healthy",
      ...(found.length + uncounted > 0 && isHarmless(image, context) ? { severity: "low" } : {}),
      readings: [about(image, "image scan: file modes", actual || "none", expected)],
    };
  },
  examples: () => ({
    healthy: [example()],
    unhealthy: [
      example({ scan: { setuidFiles: ["usr/bin/su"] } }),
      example({ scan: { setuidFiles: [], setuidCount: 12_000 } }),
    ],
    unknown: [example({ scan: null }), example({ scan: { setuidFiles: null } })],
  }),
});

const absolute = (path: string) => (path.startsWith("/") ? path : `/${path}`);

/** Where no container of the image can gain privileges, the programs are of no use. */
function isHarmless(image: HostImage, { facts }: RuleContext): boolean {
  const users = facts.containers?.filter(({ isActive, inspect }) => isActive && inspect.Image === image.id) ?? [];
  return (
    users.length > 0 &&
    users.every(({ inspect }) =>
      inspect.HostConfig.SecurityOpt?.some((entry) => /^no-new-privileges(?:[:=]true)?$/.test(entry)),
    )
  );
}
