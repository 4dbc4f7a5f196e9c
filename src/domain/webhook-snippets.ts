/** A ready-to-paste way of making a registry call Breakwater. */
export interface WebhookSnippet {
  kind: "acr" | "event-grid" | "distribution" | "harbor";
  title: string;
  language: "shell" | "yaml" | "text";
  text: string;
}

export interface WebhookTarget {
  /** Address of the events route. */
  url: string;
  /** The webhook token, or a placeholder where it is no longer known. */
  token: string;
  registryHost: string;
}

/** Address of the events route of a registry below the public address of this installation. */
export function webhookUrl(publicUrl: string, registryId: string): string {
  return `${publicUrl}/api/v1/ingest/registries/${registryId}/events`;
}

/** The header that carries the token: ACR, Event Grid and Distribution can all send it. */
export const webhookHeader = (token: string): { name: string; value: string } => ({
  name: "Authorization",
  value: `Bearer ${token}`,
});

/** Snippets for every kind of registry that can call, the likely one first. */
export function webhookSnippets(target: WebhookTarget): WebhookSnippet[] {
  const all = [acr(target), eventGrid(target), distribution(target), harbor(target)];
  const isAcr = /\.azurecr\.(io|cn|us|de)$/.test(target.registryHost);
  return isAcr ? all : [...all.slice(2), ...all.slice(0, 2)];
}

function acr({ url, token, registryHost }: WebhookTarget): WebhookSnippet {
  return {
    kind: "acr",
    title: "Azure Container Registry, with the az command line (one webhook per region of a geo-replicated registry)",
    language: "shell",
    text: [
      `az acr webhook create --registry ${registryName(registryHost)} --name breakwater \\`,
      `  --uri '${url}' \\`,
      "  --actions push delete quarantine \\",
      `  --headers 'Authorization=Bearer ${token}'`,
    ].join("\n"),
  };
}

function eventGrid({ url, token, registryHost }: WebhookTarget): WebhookSnippet {
  return {
    kind: "event-grid",
    title: "Azure Event Grid, with the az command line",
    language: "shell",
    text: [
      "az eventgrid event-subscription create --name breakwater \\",
      `  --source-resource-id "$(az acr show --name ${registryName(registryHost)} --query id --output tsv)" \\`,
      "  --included-event-types Microsoft.ContainerRegistry.ImagePushed Microsoft.ContainerRegistry.ImageDeleted \\",
      `  --endpoint '${url}' \\`,
      `  --delivery-attribute-mapping Authorization static 'Bearer ${token}' true`,
    ].join("\n"),
  };
}

function distribution({ url, token }: WebhookTarget): WebhookSnippet {
  return {
    kind: "distribution",
    title: "Docker Distribution: add to config.yml and restart the registry",
    language: "yaml",
    text: [
      "notifications:",
      "  endpoints:",
      "    - name: breakwater",
      `      url: ${url}`,
      "      headers:",
      `        Authorization: ["Bearer ${token}"]`,
      "      timeout: 5s",
      "      threshold: 5",
      "      backoff: 10s",
      "      ignore:",
      "        actions: [pull]",
    ].join("\n"),
  };
}

function harbor({ url, token }: WebhookTarget): WebhookSnippet {
  return {
    kind: "harbor",
    title: "Harbor: project → Webhooks → New webhook",
    language: "text",
    text: [
      "Notify type:  http",
      "Events:       Artifact pushed, Artifact deleted",
      `Endpoint URL: ${url}`,
      `Auth header:  Bearer ${token}`,
    ].join("\n"),
  };
}

function registryName(host: string): string {
  return /^[a-z0-9]{5,50}\.azurecr\./.test(host) ? (host.split(".")[0] ?? host) : "<registry name>";
}
