import type { RuleScope } from "#domain/rule.ts";
import { defineItemRule, type ItemOutcome, type ItemRuleDefinition, type JudgedItems } from "../kit/item-rule.ts";
import { notApplicable, type Outcome, type Reading, unknown } from "../kit/outcome.ts";
import type { RuleContext as KitContext, RuleExamples as KitExamples, Rule, RuleWords } from "../kit/rule.ts";
import type { Container, UnreadContainer } from "./container-facts.ts";
import type { HostEvidence } from "./facts.ts";
import type { HostFacts } from "./host-facts.ts";
import type { HostImage } from "./image-facts.ts";
import { acceptedOfOwnAgent, ownAgentNote } from "./own-agent.ts";
import type { Policy } from "./policy.ts";

export type CisRule = Rule<HostFacts, Policy, HostEvidence>;
export type RuleContext = KitContext<HostFacts, Policy>;
export type RuleExamples = KitExamples<HostEvidence>;

/** The words of a Docker rule; its factory knows the scope. */
export type CisWords = Omit<RuleWords, "scope">;
type Definition<Assess> = CisWords & { assess: Assess; examples: RuleExamples };
/** A rule about items, which the factory finds and names the scope of. */
type ItemDefinition<Item, Judge> = Omit<
  ItemRuleDefinition<Item, HostFacts, Policy, HostEvidence>,
  "scope" | "items" | "judge"
> & { assess: Judge };

/** A rule about the machine or the daemon: one outcome. */
export function defineHostRule(
  definition: Definition<(context: RuleContext) => Outcome> & { scope?: RuleScope },
): CisRule {
  return { ...definition, scope: definition.scope ?? "host" };
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

type JudgeContainer = (container: Container, context: RuleContext & { containers: Container[] }) => ItemOutcome;

/**
 * A rule that judges every container on its own. Running and paused ones decide; stopped ones that break the rule are
 * named in a note, because they harm only when they are started.
 */
export function defineContainerRule(
  definition: ItemDefinition<Container, JudgeContainer> & {
    /** Answers when no container is running. */
    whenNoneRuns?: (context: RuleContext) => Outcome;
    /** The list of containers is enough to find a failing one: mounts and networks stand in it. */
    isTold?: "by the list";
    /** Answers for what is no container, such as services of a swarm. */
    further?: (context: RuleContext) => ItemOutcome[];
    /** Sentences that decide nothing. */
    notes?: (context: RuleContext) => string[];
  },
): CisRule {
  const { assess, whenNoneRuns, isTold, further, notes, ...words } = definition;
  const judge = (container: Container, context: RuleContext) =>
    assess(container, { ...context, containers: context.facts.containers ?? [] });
  return defineItemRule({
    ...words,
    scope: "container",
    judge,
    items: (context) => judgedContainers(context, { id: words.id, judge, whenNoneRuns, isTold, further, notes }),
  });
}

interface ContainerJudgement {
  id: string;
  judge: (container: Container, context: RuleContext) => ItemOutcome;
  whenNoneRuns: ((context: RuleContext) => Outcome) | undefined;
  isTold: "by the list" | undefined;
  further: ((context: RuleContext) => ItemOutcome[]) | undefined;
  notes: ((context: RuleContext) => string[]) | undefined;
}

function judgedContainers(context: RuleContext, rule: ContainerJudgement): JudgedItems<Container> | Outcome {
  const { containers, unreadContainers } = context.facts;
  if (!containers && unreadContainers.length === 0)
    return unknown("The list of containers", "Give the agent access to the Docker socket.");
  const judge = (container: Container) => rule.judge(container, context);
  const all = containers ?? [];
  const accepted = all.filter(
    (container) =>
      acceptedOfOwnAgent(rule.id, container, context.facts) &&
      ["unhealthy", "manual"].includes(judge(container)?.status ?? ""),
  );
  const active = all.filter((container) => container.isActive && !accepted.includes(container));
  const further = [
    ...unreadContainers.filter(({ isActive }) => isActive).map((unread) => judgeUnread(unread, context, rule)),
    ...(rule.further?.(context) ?? []),
  ];
  const stopped = all.filter((container) => !container.isActive && judge(container)?.status === "unhealthy");
  const notes = [
    ...accepted.map((container) => ownAgentNote(container, judge(container)?.readings ?? [])),
    ...stopped.map((container) => `${container.name} is stopped and would break this rule when it is started.`),
    ...unreadContainers
      .filter(({ isActive }) => !isActive)
      .map(({ name, why }) => `${name} is stopped and could not be inspected (${why}).`),
    ...(rule.notes?.(context) ?? []),
  ];
  if (active.length + further.length > 0) return { items: active, further, notes };
  if (rule.whenNoneRuns) return rule.whenNoneRuns(context);
  const none = accepted.length > 0 ? "No container but Breakwater's own agent is running." : "No container is running.";
  return { ...notApplicable(none), ...(notes.length ? { notes } : {}) };
}

/** A container that is there and could not be inspected keeps a rule from being met; the list may show that it fails. */
function judgeUnread(
  { name, why, listed }: UnreadContainer,
  context: RuleContext,
  rule: ContainerJudgement,
): ItemOutcome {
  const told = listed && rule.isTold ? rule.judge(listed, context) : null;
  if (told?.status === "unhealthy") return told;
  const pointer = "/containersInspect";
  return {
    status: "unknown",
    readings: [{ item: name, path: "containers-inspect", pointer, actual: why, expected: "inspected" }],
  };
}

/** A rule that judges every image that is tagged or in use. */
export function defineImageRule(
  definition: ItemDefinition<HostImage, (image: HostImage, context: RuleContext) => ItemOutcome>,
): CisRule {
  const { assess, ...words } = definition;
  return defineItemRule({
    ...words,
    scope: "image",
    judge: assess,
    items: ({ facts: { images } }) => {
      if (!images) return unknown("The list of images", "Give the agent access to the Docker socket.");
      if (images.length === 0) return notApplicable("No image is on this host.");
      // Layers and images that lost their tag are no images in use.
      return { items: images.filter((image) => image.isTagged || image.isUsed) };
    },
  });
}

/** A rule about a swarm, judged on managers. Without a swarm it does not apply, which is not a pass. */
export function defineSwarmRule(definition: Definition<(context: RuleContext) => Outcome>): CisRule {
  return {
    ...definition,
    scope: "swarm",
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

export function unreadDaemon(): Outcome {
  return unknown(
    "The daemon's arguments and configuration file",
    "Run the agent as root, in the host's process namespace, with the host's /etc mounted.",
  );
}
