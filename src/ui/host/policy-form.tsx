"use client";
import Link from "next/link";
import { useState } from "react";
import { links } from "#domain/links.ts";
import type { HostDetail } from "#queries/host/host-detail.ts";
import type { HostsPolicy } from "#queries/host/hosts-policy-view.ts";
import { toProblem } from "../data/problem.ts";
import { useChange } from "../data/use-change.ts";
import { useView } from "../data/use-view.ts";
import { SaveLine } from "../registry/save-line.tsx";
import { ErrorCard } from "../state/error-card.tsx";
import { LoadingBars } from "../state/loading-bars.tsx";
import { policyFault } from "./policy-fault.ts";
import { policyOf, policyTexts } from "./policy-fields.ts";
import { PolicyFieldset } from "./policy-fieldset.tsx";

interface Props {
  host: HostDetail;
  isAdmin: boolean;
}

/** What this host is expected to be. What is not set here follows the site, then the benchmark, and says so. */
export function PolicyForm({ host, isAdmin }: Props) {
  const view = useView<HostsPolicy>({ view: "settings/docker-hosts" }, { topics: ["containers"] });
  return (
    <section>
      <h2 className="bw-h2">Expectations</h2>
      <p>
        They decide controls. What is not set here follows{" "}
        <Link href={links.settings("docker-hosts")}>the site's expectations</Link>, then the benchmark. Saving assesses
        the last report again.
      </p>
      {view.data ? (
        <Form host={host} isAdmin={isAdmin} site={view.data} />
      ) : view.error ? (
        <ErrorCard what="the expectations" problem={toProblem(view.error)} retry={() => void view.refetch()} />
      ) : (
        <LoadingBars count={6} />
      )}
    </section>
  );
}

function Form({ host, isAdmin, site }: Props & { site: HostsPolicy }) {
  const saved = policyTexts(host.policy);
  const [texts, setTexts] = useState(saved);
  const save = useChange(() => ({
    method: "PATCH",
    path: `/api/v1/hosts/${host.id}`,
    body: { policy: policyOf(texts, host.policy) },
  }));
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.run();
      }}
    >
      <PolicyFieldset
        texts={texts}
        change={setTexts}
        isAdmin={isAdmin}
        inherited={(key) =>
          key in site.policy
            ? { value: site.policy[key], from: "site" }
            : { value: site.benchmark[key], from: "benchmark" }
        }
        fault={(key) => policyFault(save.problem, key)}
      />
      {isAdmin && (
        <div style={{ marginTop: 16 }}>
          <SaveLine
            change={save}
            isChanged={JSON.stringify(policyOf(texts, null)) !== JSON.stringify(policyOf(saved, null))}
          />
        </div>
      )}
    </form>
  );
}
