import { healthy, manual, notApplicable, unhealthy, unknown } from "../../../kit/outcome.ts";
import { defineHostRule } from "../../define-rule.ts";
import {
  compareLines,
  componentFlaw,
  engineLine,
  engineReleases,
  isDistributionBuild,
  newestLine,
} from "../../engine-releases.ts";
import { example } from "../../example.ts";
import type { HostFacts } from "../../host-facts.ts";

/** CIS Docker 1.8.0, control 1.2.2. */
export default defineHostRule({
  id: "docker-version-supported",
  title: "Docker is up to date",
  failedTitle: "Docker is out of date",
  references: [
    { framework: "CIS Docker 1.8.0", control: "1.2.2", level: "Level 1" },
    { framework: "CIS Docker 1.7.0", control: "1.2.2", level: "Level 1" },
    { framework: "CIS Docker 1.6.0", control: "1.2.2", level: "Level 1" },
    { framework: "CIS Docker 1.2.0", control: "1.1.2", level: "Level 1" },
  ],
  severity: "high",
  severityReason: "old engines and runc carry known container escapes",
  rationale: "Releases that are no longer maintained keep known holes for good.",
  needs: ["version of the engine, containerd and runc", "release table"],
  remediation: (item) =>
    `Upgrade Docker Engine (${item} at hand) to a maintained line: read its release notes, then update docker-ce (or your distribution's package) and restart the daemon.`,
  confirms: "that the distribution's build carries the fixes of newer numbers, or that a newer line is maintained",
  assess: ({ facts, now }) => {
    const version = facts.engine.version;
    if (!version) return unknown("The engine's version", "Give the agent access to the Docker socket.");
    const line = engineLine(version);
    const reading = (expected: string) => ({
      item: version,
      path: "Version",
      pointer: "/version/Version",
      actual: version,
      expected,
    });
    if (facts.engine.isPodman)
      return notApplicable("Podman follows the life cycle of its distribution.", [reading("a Docker Engine release")]);
    if (!line)
      return manual("The version is not in a form that can be compared: confirm that it is maintained.", [
        reading("a version such as 29.1.0"),
      ]);
    const entry = engineReleases.find((release) => release.line === line);
    if (!entry) {
      return compareLines(line, newestLine()) > 0
        ? manual(`Line ${line} is newer than the release table of this product: confirm that it is maintained.`, [
            reading("a line of the release table"),
          ])
        : unhealthy(`Line ${line} is out of support.`, [reading(`line ${newestLine()} or another maintained one`)]);
    }
    if (entry.supportedUntil && entry.supportedUntil < now.toISOString().slice(0, 10)) {
      return unhealthy(`Line ${line} is out of support since ${entry.supportedUntil}.`, [
        reading(`line ${newestLine()} or another maintained one`),
      ]);
    }
    const isPatched = !entry.fixedFrom || compareLines(version, entry.fixedFrom.version) >= 0;
    const flaws = [
      ...(!isPatched && entry.fixedFrom
        ? [
            {
              reading: reading(`${entry.fixedFrom.version} or newer`),
              reason: entry.fixedFrom.reason,
              commit: commitOf(facts, "Engine"),
            },
          ]
        : []),
      ...componentFlaws(facts),
    ];
    const certain = flaws.filter(
      (flaw) => !isDistributionBuild(`${flaw.reading.actual} ${flaw.commit}`) && !shipsItsOwn(facts),
    );
    if (certain.length > 0)
      return unhealthy(
        `Known flaws are not fixed: ${certain.map((flaw) => flaw.reason).join("; ")}.`,
        certain.map((flaw) => flaw.reading),
      );
    if (flaws.length > 0)
      return manual(
        "Builds of a distribution carry fixes under older numbers: confirm that its advisories are applied.",
        flaws.map((flaw) => flaw.reading),
      );
    return healthy(`Line ${line} is maintained.`, [reading("a maintained line")]);
  },
  examples: () => ({
    healthy: [example()],
    unhealthy: [
      example({
        version: {
          Components: [
            { Name: "Engine", Version: "29.1.0" },
            { Name: "runc", Version: "1.1.4" },
          ],
        },
      }),
      example({ version: { Version: "20.10.24+dfsg1" } }),
      example({ version: { Version: "19.03.5" } }),
    ],
    manual: [
      example({
        version: {
          Version: "25.0.3",
          Components: [{ Name: "Engine", Version: "25.0.3", Details: { GitCommit: "25.0.3-0ubuntu1~24.04.1" } }],
        },
      }),
      example({ version: { Version: "25.0.3", Components: [] }, host: { osRelease: 'ID="amzn"\n' } }),
      example({ version: { Version: "99.0.1" } }),
      example({ version: { Version: "dev" } }),
    ],
    notApplicable: [
      example({ version: { Version: "5.2.0", Components: [{ Name: "Podman Engine", Version: "5.2.0" }] } }),
    ],
    unknown: [example({ without: ["version"] })],
  }),
});

/** Flaws of containerd and runc, which an engine brings along or finds on the host. */
function componentFlaws({ version }: HostFacts) {
  return (version?.Components ?? []).flatMap(({ Name, Version, Details }, index) => {
    const flaw = componentFlaw(Name, Version ?? "");
    return flaw
      ? [
          {
            reason: `${Name}: ${flaw.reason}`,
            commit: Details?.GitCommit ?? "",
            reading: {
              item: `${Name} ${Version}`,
              path: `Components.${Name}.Version`,
              pointer: `/version/Components/${index}/Version`,
              actual: Version ?? "",
              expected: `${flaw.fixedIn} or newer`,
            },
          },
        ]
      : [];
  });
}

/** Distributions that say their own number where upstream has the commit: `26.1.3-0ubuntu1~24.04.1`. */
function commitOf({ version }: HostFacts, name: string): string {
  return version?.Components?.find((component) => component.Name === name)?.Details?.GitCommit ?? "";
}

/** Systems for which Docker publishes no packages: the engine there is always the distribution's build. */
function shipsItsOwn({ host }: HostFacts): boolean {
  return /^ID=["']?(?:amzn|alpine|arch|azurelinux|mariner|opensuse[\w-]*|photon|flatcar|bottlerocket|nixos|gentoo)\b/m.test(
    host?.osRelease ?? "",
  );
}
