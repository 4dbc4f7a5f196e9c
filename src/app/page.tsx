import { severities } from "#domain/severity.ts";

export default function Home() {
  return <main>Breakwater sorts findings by {severities.join(", ")}.</main>;
}
