/** How far an upload is. */
export interface Upload {
  state: "sending" | "done" | "failed";
  sent: number;
  total: number;
  reason: string | null;
}

/** Sends a file as the body of a POST and reports its progress; `fetch` cannot tell how much has gone out. */
export function uploadFile(path: string, file: File, report: (upload: Upload) => void): void {
  const request = new XMLHttpRequest();
  const total = file.size;
  let sent = 0;
  const fail = (reason: string) => report({ state: "failed", sent, total, reason });
  request.upload.onprogress = (event) => {
    sent = event.loaded;
    report({ state: "sending", sent, total, reason: null });
  };
  request.onerror = () => fail("The upload was cut off. Check your connection, then try again.");
  request.onload = () => {
    if (request.status < 300) report({ state: "done", sent: total, total, reason: null });
    else fail(detailOf(request.responseText) ?? `The server answered ${request.status}.`);
  };
  request.open("POST", path);
  request.setRequestHeader("content-type", "application/octet-stream");
  report({ state: "sending", sent: 0, total, reason: null });
  request.send(file);
}

function detailOf(text: string): string | null {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === "object" && body !== null && "detail" in body && typeof body.detail === "string"
      ? body.detail
      : null;
  } catch {
    return null;
  }
}
