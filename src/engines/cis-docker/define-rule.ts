import type { RuleReference } from "#domain/rule.ts";
import type { Severity } from "#domain/severity.ts";
import { healthy, notApplicable, type Outcome, type Reading, unhealthy, unknown } from "../kit/outcome.ts";
import type { Container } from "./container-facts.ts";
import type { HostEvidence } from "./facts.ts";
import type { HostFacts } from "./host-facts.ts";
import type { HostImage } from "./image-facts.ts";
import { acceptedOfOwnAgent, ownAgentNote } from "./own-agent.ts";
import type { Policy } from "./policy.ts";

export interface RuleContext {
  facts: HostFacts;
  policy: Policy;
  now: Date;
}

/** Control numbers by benchmark version; null where a version does not have the control. */
export interface ControlNumbers {
  "1.8.0": string;
  "1.7.0": string | null;
  "1.6.0": string | null;
  "1.2.0": string | null;
}

export interface RuleWords {
  /** Slug, equal to the file name; never changes. */
  id: string;
  title: string;
  controls: ControlNumbers;
  level: 1 | 2;
  severity: Severity;
  severityReason: string;
  rationale: string;
  /** What must be read to answer. */
  needs: string[];
  /** Commands and steps for one failing item; the item names the file, container or image at hand. */
  remediation: (item: string, reading?: Reading) => string;
  /** True when full evidence may still need a person, with what the person confirms. */
  confirms?: string;
}

export type Example = HostEvidence;
export interface RuleExamples {
  healthy?: Example[];
  unhealthy?: Example[];
  notApplicable?: Example[];
  manual?: Example[];
  unknown?: Example[];
}

export interface CisRule extends RuleWords {
  scope: "host" | "daemon" | "container" | "image" | "swarm";
  references: RuleReference[];
  assess: (context: RuleContext) => Outcome;
  examples: RuleExamples;
}

type Definition<Assess> = RuleWords & { assess: Assess; examples: RuleExamples };

/** A rule about the machine or the daemon: one outcome. */
export function defineHostRule(
  definition: Definition<(context: RuleContext) => Outcome> & { scope?: CisRule["scope"] },
): CisRule {
  return { ...definition, scope: definition.scope ?? "host", references: referencesOf(definition) };
}

/** A rule about daemon settings. Podman has no daemon; unread settings are unknown. */
export function defineDaemonRule(
  definition: Definition<(context: RuleContext) => Outcome> & {
    needsSettings?: boolean;
    onPodman?: (context: RuleContext) => Outcome;
  },
): CisRule {
  return {
    ...definition,
    scope: "daemon",
    references: referencesOf(definition),
    remediation: (item, reading) => `${argumentFirst(reading)}${definition.remediation(item, reading)}`,
    assess: (context) => {
      const { facts } = context;
      if (facts.engine.isPodman)
        return definition.onPodman?.(context) ?? notApplicable("Podman runs without a daemon.");
      if (definition.needsSettings && !facts.daemon.isReadable) return unreadDaemon();
      return definition.assess(context);
    },
  };
}

/** dockerd refuses to start when its arguments and its file both set a directive (except sockets, which are arguments). */
function argumentFirst(reading: Reading | undefined): string {
  const option = /^dockerd (--[a-z0-9-]+)$/.exec(reading?.path ?? "")?.[1];
  return option && option !== "--host"
    ? `Take ${option} out of the command that starts the daemon first (systemctl edit docker.service): dockerd does not start when both set it.\n`
    : "";
}

/** What one container answers: null when the rule does not apply to it. */
export type ItemOutcome = {
  status: "healthy" | "unhealthy" | "manual" | "unknown";
  readings: Reading[];
  severity?: Severity;
} | null;

/**
 * A rule that judges every container on its own. Running and paused ones decide; stopped ones that break the rule are
 * named in a note, because they harm only when they are started.
 */
export function defineContainerRule(
  definition: Definition<(container: Container, context: RuleContext & { containers: Container[] }) => ItemOutcome> & {
    /** Answers for the whole host before containers are looked at. */
    before?: (context: RuleContext) => Outcome | undefined;
    /** Answers when no container is running. */
    whenNoneRuns?: (context: RuleContext) => Outcome;
    /** Sentence for a host on which every container passed. */
    passed: string;
    /** Sentence that follows the number of failing containers: "containers run privileged". */
    failed: string;
    unconfirmed?: string;
  },
): CisRule {
  return {
    ...definition,
    scope: "container",
    references: referencesOf(definition),
    assess: (context) => {
      const early = definition.before?.(context);
      if (early) return early;
      const { containers } = context.facts;
      if (!containers) return unknown("The list of containers", "Give the agent access to the Docker socket.");
      const judge = (container: Container) => definition.assess(container, { ...context, containers });
      const accepted = containers.filter(
        (container) =>
          acceptedOfOwnAgent(definition.id, container, context.facts) &&
          ["unhealthy", "manual"].includes(judge(container)?.status ?? ""),
      );
      const active = containers.filter((container) => container.isActive && !accepted.includes(container));
      const unread = context.facts.unreadContainers.map(unreadContainer);
      const stopped = containers.filter((container) => !container.isActive && judge(container)?.status === "unhealthy");
      const notes = [
        ...accepted.map((container) => ownAgentNote(container, judge(container)?.readings ?? [])),
        ...stopped.map((container) => `${container.name} is stopped and would break this rule when it is started.`),
      ];
      if (active.length + unread.length === 0 && definition.whenNoneRuns) return definition.whenNoneRuns(context);
      if (active.length + unread.length === 0)
        return {
          ...notApplicable(
            accepted.length > 0 ? "No container but Breakwater's own agent is running." : "No container is running.",
          ),
          ...(notes.length ? { notes } : {}),
        };
      return combine({
        outcomes: [...active.map(judge), ...unread],
        notes,
        passed: definition.passed,
        failed: definition.failed,
        unconfirmed: definition.unconfirmed,
      });
    },
  };
}

/** A container that is there and could not be inspected keeps a rule from being met, and hides no failing one. */
function unreadContainer(why: string, index: number): ItemOutcome {
  const item = `container ${index + 1} that was not read`;
  return {
    status: "unknown",
    readings: [{ item, path: "containers-inspect", pointer: "/containersInspect", actual: why, expected: "inspected" }],
  };
}

/** A rule that judges every image that is tagged or in use. */
export function defineImageRule(
  definition: Definition<(image: HostImage, context: RuleContext) => ItemOutcome> & {
    before?: (context: RuleContext) => Outcome | undefined;
    passed: string;
    failed: string;
    unconfirmed?: string;
  },
): CisRule {
  return {
    ...definition,
    scope: "image",
    references: referencesOf(definition),
    assess: (context) => {
      const early = definition.before?.(context);
      if (early) return early;
      const { images } = context.facts;
      if (!images) return unknown("The list of images", "Give the agent access to the Docker socket.");
      if (images.length === 0) return notApplicable("No image is on this host.");
      // Layers and images that lost their tag are no images in use.
      const judged = images.filter((image) => image.isTagged || image.isUsed);
      return combine({ ...definition, outcomes: judged.map((image) => definition.assess(image, context)), notes: [] });
    },
  };
}

/** A rule about a swarm, judged on managers. Without a swarm it does not apply, which is not a pass. */
export function defineSwarmRule(definition: Definition<(context: RuleContext) => Outcome>): CisRule {
  return {
    ...definition,
    scope: "swarm",
    references: referencesOf(definition),
    assess: (context) => {
      const { facts } = context;
      if (!facts.info) return unknown("The state of the engine", "Give the agent access to the Docker socket.");
      const reading = {
        path: "Swarm.LocalNodeState",
        pointer: "/info/Swarm/LocalNodeState",
        actual: facts.swarmState,
        expected: "active",
      };
      if (facts.swarmState !== "active") return notApplicable("This host is not part of a swarm.", [reading]);
      if (!facts.isManager)
        return notApplicable("This node is a worker; the swarm is judged on its managers.", [reading]);
      return definition.assess(context);
    },
  };
}

interface Combination {
  outcomes: ItemOutcome[];
  notes: string[];
  passed: string;
  failed: string;
  unconfirmed?: string | undefined;
}

/** The verdict of a control is the worst of its items. */
function combine({ outcomes, notes, passed, failed, unconfirmed }: Combination): Outcome {
  const present = outcomes.filter((outcome) => outcome !== null);
  const of = (status: string) => present.filter((outcome) => outcome.status === status);
  const readings = (status: string) =>
    of(status).flatMap(({ severity, readings: list }) =>
      list.map((reading): Reading => (severity ? { severity, ...reading } : reading)),
    );
  const count = (status: string) => new Set(readings(status).map((reading) => reading.item)).size;
  if (of("unhealthy").length > 0) {
    // Items that a person must still confirm stand beside the failing ones: fixing the latter would leave them open.
    const open = readings("manual").map((reading): Reading => ({ ...reading, severity: "low" }));
    return unhealthy(`${count("unhealthy")} of ${present.length} ${failed}.`, [...readings("unhealthy"), ...open], {
      notes,
    });
  }
  if (of("unknown").length > 0) {
    return {
      status: "unknown",
      reason: `Not known for ${count("unknown")} of ${present.length}: evidence is missing.`,
      readings: readings("unknown"),
    };
  }
  if (of("manual").length > 0)
    return {
      status: "manual",
      reason: unconfirmed ?? "A person must confirm.",
      readings: readings("manual"),
      ...(notes.length ? { notes } : {}),
    };
  if (of("healthy").length === 0) return notApplicable("Nothing on this host has what this control is about.");
  return healthy(passed, readings("healthy"), notes);
}

export function unreadDaemon(): Outcome {
  return unknown(
    "The daemon's arguments and configuration file",
    "Run the agent as root, in the host's process namespace, with the host's /etc mounted.",
  );
}

function referencesOf(words: RuleWords): RuleReference[] {
  return Object.entries(words.controls).flatMap(([version, control]) =>
    control === null ? [] : [{ framework: `CIS Docker ${version}`, control, level: `Level ${words.level}` }],
  );
}
