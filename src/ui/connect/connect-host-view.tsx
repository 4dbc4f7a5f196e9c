"use client";
import { useState } from "react";
import type { EnrolmentList } from "#queries/host/enrolment-list.ts";
import { useChange } from "../data/use-change.ts";
import { useView } from "../data/use-view.ts";
import { Page } from "../shell/page.tsx";
import { plural } from "../text/format-number.ts";
import { formatMinute } from "../text/relative-time.tsx";
import { HostApprovals } from "./host-approvals.tsx";
import { HostArrivals } from "./host-arrivals.tsx";
import { HostChooseStep } from "./host-choose-step.tsx";
import { type HostDraft, newHostDraft, toEnrolment } from "./host-draft.ts";
import { HostInstallStep } from "./host-install-step.tsx";
import { Wizard } from "./wizard.tsx";

/** A token with which hosts enrol, shown once. */
export interface Enrolment {
  tokenId: string;
  token: string;
  expiresAt: string;
  server: string;
}

/** Connects Docker hosts: choose → install → the first report, which the page waits for. */
export function ConnectHostView() {
  const [draft, setDraft] = useState<HostDraft>(newHostDraft);
  const [enrolment, setEnrolment] = useState<Enrolment | null>(null);
  const create = useChange<void, Enrolment>(
    () => ({ method: "POST", path: "/api/v1/hosts/enrolments", body: toEnrolment(draft) }),
    setEnrolment,
  );
  const list = useView<EnrolmentList>(
    { view: "hosts/enrolments" },
    { topics: ["containers"], refetchInterval: enrolment ? 3000 : 15_000 },
  ).data;
  const arrivals = list?.arrivals.filter((host) => host.tokenId === enrolment?.tokenId) ?? [];
  const reported = arrivals.filter((host) => host.lastReportAt !== null);
  const step = enrolment === null ? 1 : reported.length > 0 ? 3 : 2;
  return (
    <Page title="Connect Docker hosts" crumbs={[{ label: "Connect", href: "/connect" }]}>
      <Wizard
        current={step}
        steps={[
          { name: "Choose", result: enrolment ? chosen(draft, enrolment) : null },
          { name: "Install", result: arrivals.length > 0 ? `${plural(arrivals.length, "host")} enrolled` : null },
          { name: "First report", result: reported.length > 0 ? `${plural(reported.length, "host")} reported` : null },
        ]}
      >
        {enrolment === null ? (
          <HostChooseStep
            draft={draft}
            change={(changes) => setDraft({ ...draft, ...changes })}
            create={create}
            tokens={list?.tokens.length ?? 0}
          />
        ) : (
          <>
            <HostArrivals arrivals={arrivals} uses={draft.kind === "one" ? 1 : Number(draft.uses)} />
            <HostInstallStep
              enrolment={enrolment}
              isUsedUp={draft.kind === "one" && reported.length > 0}
              again={() => {
                create.reset();
                setEnrolment(null);
              }}
            />
          </>
        )}
        <HostApprovals waiting={list?.arrivals.filter((host) => host.approval === "pending") ?? []} />
      </Wizard>
    </Page>
  );
}

function chosen(draft: HostDraft, { expiresAt }: Enrolment): string {
  return `${draft.kind === "one" ? "One host" : `Up to ${plural(Number(draft.uses), "host")}`}, until ${formatMinute(expiresAt)}`;
}
