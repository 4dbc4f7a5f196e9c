/**
 * One server-sent event stream per browser. The tab that holds the lock reads `/api/v1/stream` and passes each message on
 * to the others; when it closes, another takes over. A browser without locks opens a stream per tab.
 */
export interface LiveStream {
  subscribe(listener: (topics: readonly string[]) => void): () => void;
  /** False while the stream is down, so that views fall back to polling. */
  isConnected(): boolean;
  onConnection(listener: () => void): () => void;
}

type Message = { kind: "topics"; topics: string[] } | { kind: "connected"; connected: boolean };

let shared: LiveStream | undefined;

/** The stream of this page, started at first use. Browser only. */
export function liveStream(): LiveStream {
  shared ??= startStream();
  return shared;
}

function startStream(): LiveStream {
  const listeners = new Set<(topics: readonly string[]) => void>();
  const connectionListeners = new Set<() => void>();
  const channel = new BroadcastChannel("breakwater-live");
  let connected = false;

  const receive = (message: Message) => {
    if (message.kind === "topics") for (const listener of listeners) listener(message.topics);
    else if (connected !== message.connected) {
      connected = message.connected;
      for (const listener of connectionListeners) listener();
    }
  };
  const publish = (message: Message) => {
    receive(message);
    channel.postMessage(message);
  };
  channel.onmessage = (event: MessageEvent<Message>) => receive(event.data);

  if (navigator.locks) {
    void navigator.locks.request("breakwater-live", () => {
      readStream(publish);
      return new Promise<never>(() => {});
    });
  } else readStream(receive);

  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    isConnected: () => connected,
    onConnection(listener) {
      connectionListeners.add(listener);
      return () => connectionListeners.delete(listener);
    },
  };
}

function readStream(publish: (message: Message) => void): void {
  let retryMs = 1000;
  let lastId = "";
  const open = () => {
    // A replaced EventSource cannot send the Last-Event-ID header itself.
    const source = new EventSource(`/api/v1/stream${lastId ? `?after=${encodeURIComponent(lastId)}` : ""}`);
    source.onopen = () => {
      retryMs = 1000;
      publish({ kind: "connected", connected: true });
    };
    source.addEventListener("change", (event) => {
      lastId = event.lastEventId;
      publish({ kind: "topics", topics: readTopics(event.data) });
    });
    source.onerror = () => {
      publish({ kind: "connected", connected: false });
      if (source.readyState !== EventSource.CLOSED) return;
      source.close();
      setTimeout(open, retryMs);
      retryMs = Math.min(retryMs * 2, 60_000);
    };
  };
  open();
}

function readTopics(data: string): string[] {
  try {
    const parsed: unknown = JSON.parse(data);
    const topics = typeof parsed === "object" && parsed !== null && "topics" in parsed ? parsed.topics : [];
    return Array.isArray(topics) ? topics.filter((topic): topic is string => typeof topic === "string") : [];
  } catch {
    return [];
  }
}
