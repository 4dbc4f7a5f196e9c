/** Runs once in every web process before it takes requests. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const { startWebProcess } = await import("./web-process.ts");
  await startWebProcess();
}
