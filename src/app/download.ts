/** A file that is sent piece by piece as the browser takes it. `name` is what it is saved as; foreign characters go. */
export function download(file: { name: string; type: string; chunks: Iterable<string> }): Response {
  const encoder = new TextEncoder();
  const source = file.chunks[Symbol.iterator]();
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const { done, value } = source.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    cancel() {
      source.return?.();
    },
  });
  return new Response(body, {
    headers: {
      "content-type": file.type,
      "content-disposition": `attachment; filename="${file.name.replace(/[^\w.-]+/g, "-").slice(0, 150)}"`,
    },
  });
}
