const name = "breakwater:navigation";

/** Tells whoever listens that the browser is on its way to `url`. */
export function announceNavigation(url: string): void {
  window.dispatchEvent(new CustomEvent<string>(name, { detail: url }));
}

/** Calls `listener` with the address at the start of every navigation. Returns what ends it. */
export function onNavigation(listener: (url: string) => void): () => void {
  const heard = (event: Event) => {
    if (event instanceof CustomEvent && typeof event.detail === "string") listener(event.detail);
  };
  window.addEventListener(name, heard);
  return () => window.removeEventListener(name, heard);
}
