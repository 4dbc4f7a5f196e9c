import type { HostEvidence } from "./facts.ts";
import { isFailed } from "./facts.ts";

/** Who runs this host instead of its owner, and what says so. CIS checks are not applicable there. */
export interface ManagedBy {
  manager: "AKS" | "Databricks";
  signals: string[];
}

interface Signal {
  manager: ManagedBy["manager"];
  isStrong: boolean;
  text: string;
}

/**
 * Recognises AKS nodes and Databricks virtual machines by two signals, or one strong one (reference: agent facts). A host
 * merely named like one, or one that runs its own Kubernetes, is assessed.
 */
export function managedBy(evidence: HostEvidence): ManagedBy | null {
  const host = evidence.host && !isFailed(evidence.host) ? evidence.host : null;
  const info = evidence.info && !isFailed(evidence.info) ? evidence.info : null;
  const managed = host?.managed;
  const files = managed?.files ?? [];
  const imds = managed?.imds;
  const name = host?.hostname ?? info?.Name ?? "";
  const tags = imds?.tags ?? {};
  const signals: Signal[] = [];
  const add = (manager: Signal["manager"], isStrong: boolean, text: string, when: boolean) => {
    if (when) signals.push({ manager, isStrong, text });
  };
  // Self-managed nodes on Azure have the cloud provider's file too, and a kubelet that reads it: together one weak signal.
  const kubelets = (managed?.processes ?? []).filter((line) => /kubelet/.test(line));
  const hasProvider = kubelets.some((line) => /cloud-provider=azure/.test(line));
  add(
    "AKS",
    false,
    "the Azure cloud provider is configured",
    files.includes("/etc/kubernetes/azure.json") || hasProvider,
  );
  const ofCluster = kubelets.some((line) => /kubernetes\.azure\.com\/(?:cluster|nodepool|mode)=/.test(line));
  add("AKS", true, "kubelet has the labels of an AKS node pool", ofCluster);
  add("AKS", true, `scale set ${imds?.vmScaleSetName}`, /^aks-.+-vmss$/.test(imds?.vmScaleSetName ?? ""));
  const aksTag = Object.keys(tags).find((tag) => tag.startsWith("aks-managed-"));
  add("AKS", true, `tag ${aksTag}`, aksTag !== undefined);
  add(
    "AKS",
    false,
    `host name ${name}`,
    /^aks-[a-z0-9]+-\d{8}-(vmss[0-9a-z]{6}|\d+)$/.test(name) || /^aks[a-z0-9]{6}[0-9a-z]{6}$/.test(name),
  );
  add("AKS", false, `resource group ${imds?.resourceGroupName}`, /^MC_/i.test(imds?.resourceGroupName ?? ""));
  add("AKS", false, "/opt/azure/containers exists", files.includes("/opt/azure/containers"));
  add(
    "Databricks",
    true,
    `tags Vendor=Databricks, ClusterId=${tags.ClusterId}`,
    tags.Vendor === "Databricks" && (tags.ClusterId !== undefined || tags.DatabricksInstanceGroupId !== undefined),
  );
  add(
    "Databricks",
    true,
    `resource group ${imds?.resourceGroupName}`,
    /^databricks-rg-/i.test(imds?.resourceGroupName ?? ""),
  );
  add("Databricks", false, "/databricks exists", files.includes("/databricks"));
  add("Databricks", false, "/local_disk0 exists", files.includes("/local_disk0"));
  add(
    "Databricks",
    false,
    "DATABRICKS_RUNTIME_VERSION is set",
    (managed?.environment ?? []).includes("DATABRICKS_RUNTIME_VERSION"),
  );
  add("Databricks", false, `host name ${name}`, /^\d{4}-\d{6}-[a-z0-9]+-\d+-\d+-\d+-\d+$/.test(name));
  for (const manager of ["AKS", "Databricks"] as const) {
    const own = signals.filter((signal) => signal.manager === manager);
    if (own.some((signal) => signal.isStrong) || own.length >= 2)
      return { manager, signals: own.map((signal) => signal.text) };
  }
  return null;
}
