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
  return new Response(body, { headers: headersOf(file) });
}

/** The same for what is read while it is sent, such as a list page after page. */
export function downloadStream(file: { name: string; type: string; chunks: AsyncGenerator<string> }): Response {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await file.chunks.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await file.chunks.return(undefined);
    },
  });
  return new Response(body, { headers: headersOf(file) });
}

function headersOf(file: { name: string; type: string }): Record<string, string> {
  return {
    "content-type": file.type,
    "content-disposition": `attachment; filename="${file.name.replace(/[^\w.-]+/g, "-").slice(0, 150)}"`,
  };
}
