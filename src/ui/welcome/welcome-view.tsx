"use client";
import { Button } from "@mantine/core";
import Link from "next/link";
import { links } from "#domain/links.ts";
import type { WelcomeState } from "#queries/welcome-state.ts";
import { Sources } from "../connect/sources.tsx";
import { toProblem } from "../data/problem.ts";
import { useChange } from "../data/use-change.ts";
import { useView } from "../data/use-view.ts";
import { Icon } from "../icon.tsx";
import { useMay, usePerson } from "../shell/frame-context.tsx";
import { Freshness } from "../shell/freshness.tsx";
import { Page } from "../shell/page.tsx";
import { ErrorCard } from "../state/error-card.tsx";
import { CopyLink } from "../text/copy-link.tsx";
import { formatNumber, plural } from "../text/format-number.ts";
import { formatMinute } from "../text/relative-time.tsx";
import { Water } from "./water.tsx";
import styles from "./welcome.module.css";

/** First run: choose what to connect, or look around in the demo first. */
export function WelcomeView() {
  const view = useView<WelcomeState>(
    { view: "welcome" },
    { topics: ["containers", "advisories", "jobs"], refetchInterval: 5000 },
  );
  const state = view.data;
  return (
    <Page title="Welcome" freshness={<Freshness at={state?.advisories.newestDataAt ?? null} word="Advisories" />}>
      <div className={styles.frame}>
        <Water />
        <div className={styles.welcome}>
          <h2>{state && state.resources > 0 ? "Connect another source" : "Connect your first source"}</h2>
          <p className={styles.lead}>
            Breakwater reads what your registries, clusters and Docker VMs already know, and tells you what to fix
            first. It changes nothing without you.
          </p>
          <Sources />
          {state && <Demo state={state} />}
          {view.error && !state && (
            <ErrorCard
              what="the state of this installation"
              problem={toProblem(view.error)}
              retry={() => void view.refetch()}
            />
          )}
          <Promises state={state} />
        </div>
      </div>
    </Page>
  );
}

function Demo({ state }: { state: WelcomeState }) {
  const isAdmin = useMay("admin");
  const load = useChange(() => ({ method: state.hasDemo ? "DELETE" : "POST", path: "/api/v1/demo" }));
  const isBusy = load.isRunning || state.isDemoChanging;
  return (
    <div className={styles.demo}>
      <span className="bw-muted">
        <Icon name="container" size={20} />
      </span>
      <div>
        <div className="bw-medium">{state.hasDemo ? "The demo is loaded" : "Look around first"}</div>
        <div className="bw-second" role="status">
          {demoText(state, isBusy, load.problem?.detail)}
        </div>
      </div>
      {isAdmin ? (
        <span className="bw-row">
          {state.hasDemo && (
            <Button component={Link} href={links.containers()} size="lg">
              See the demo
            </Button>
          )}
          <Button size="lg" loading={isBusy} onClick={() => load.run()}>
            {state.hasDemo ? "Remove the demo" : "Run the demo"}
          </Button>
        </span>
      ) : (
        <span className="bw-muted">An admin loads it</span>
      )}
    </div>
  );
}

function demoText(state: WelcomeState, isBusy: boolean, problem: string | undefined): string {
  if (problem) return problem;
  if (!isBusy && state.demoFault) return `The demo could not be loaded: ${state.demoFault} Run it again to retry.`;
  if (isBusy)
    return state.hasDemo
      ? "Being removed."
      : "A small registry starts, images are pushed and scanned. This takes less than a minute.";
  if (state.hasDemo) return "What carries the label Demo is made up. One click removes every trace.";
  return "A small registry with made-up images, really pushed, scanned and matched. It is marked as demo everywhere and one click removes every trace.";
}

function Promises({ state }: { state: WelcomeState | undefined }) {
  const person = usePerson();
  const isAdmin = useMay("admin");
  return (
    <div className={styles.promises}>
      {state ? <AdvisoryPromise state={state} /> : <div />}
      <div>
        <b>You can stop half way</b>
        Each wizard keeps its place for 7 days.
      </div>
      <div>
        {isAdmin ? (
          <>
            <b>Who else should see this?</b>
            <Link href={links.settings("users")}>Add people</Link> as viewers, analysts or admins.
          </>
        ) : (
          <>
            <b>Not an admin?</b>
            Copy a request that names the rights you need.{" "}
            <CopyLink
              label="Copy request"
              value={`Please connect our container registry to Breakwater. It needs an account that may read images (for Azure Container Registry: the role AcrPull). I am signed in as ${person.name}.`}
            />
          </>
        )}
      </div>
    </div>
  );
}

function AdvisoryPromise({ state }: { state: WelcomeState }) {
  const { advisories, areFeedsOn } = state;
  const settings = <Link href={links.settings("advisories")}>Look at the sources</Link>;
  if (advisories.state === "ready") {
    return (
      <div>
        <b>Advisories are ready</b>
        {plural(advisories.sources, "source")}, {formatNumber(advisories.records)} records
        {advisories.newestDataAt && `, newest ${formatMinute(advisories.newestDataAt)}`}.
      </div>
    );
  }
  if (advisories.state === "unreachable") {
    return (
      <div data-signal>
        <b>Public feeds cannot be reached{advisories.since && ` since ${formatMinute(advisories.since)}`}</b>
        {advisories.reason ?? "No reason was given"}. Findings rest on older data
        {advisories.newestDataAt && `, of ${formatMinute(advisories.newestDataAt)}`}. {settings}
      </div>
    );
  }
  return (
    <div data-signal>
      <b>No advisories yet</b>
      {areFeedsOn
        ? advisories.reason
          ? `Public feeds cannot be reached: ${advisories.reason}. Until then images are listed but not assessed.`
          : "The public feeds are being read. Until then images are listed but not assessed."
        : "The public feeds are switched off. Until advisories are imported, images are listed but not assessed."}{" "}
      {settings}
    </div>
  );
}
