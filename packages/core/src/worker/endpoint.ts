/**
 * An object to exchange messages through: a Web Worker, a `Worker` of `node:worker_threads`, a `MessagePort`, or within a worker the
 * worker's own scope.
 */
export type Endpoint = WebEndpoint | NodeEndpoint;

export interface WebEndpoint {
  postMessage(message: unknown, transfer: Transferable[]): void;
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void;
  /** Present on a port, which delivers no messages before this call. */
  start?(): void;
}

export interface NodeEndpoint {
  // Node's list of transferable objects has other types; only ports are transferred here.
  postMessage(message: unknown, transfer: never[]): void;
  on(type: "message", listener: (message: unknown) => void): unknown;
}

export function post(endpoint: Endpoint, message: unknown, transfer: readonly MessagePort[]): void {
  endpoint.postMessage(message, transfer as never[]);
}

export function listen(endpoint: Endpoint, receive: (message: unknown) => void): void {
  if (isNodeWorker(endpoint)) {
    endpoint.on("message", receive);
    return;
  }
  endpoint.addEventListener("message", ({ data }) => receive(data));
  endpoint.start?.();
}

/**
 * Calls `ended` when a worker fails or ends by itself, or the other side of a port closes it. Not every browser reports a closed port; a
 * worker's own scope never ends.
 */
export function whenEnded(endpoint: Endpoint, ended: (problem: string, cause?: unknown) => void): void {
  if (isNodeWorker(endpoint)) {
    const on = endpoint.on.bind(endpoint) as unknown as (type: string, listener: (detail: unknown) => void) => void;
    on("error", (error) => ended(`The worker failed: ${String(error)}.`, error));
    on("exit", (code) => ended(`The worker ended with code ${String(code)}.`));
    return;
  }
  const target = endpoint as unknown as EventTarget;
  if (endpoint instanceof MessagePort) target.addEventListener("close", () => ended("The other side closed the port."));
  if (!("terminate" in endpoint)) return;
  target.addEventListener("error", (event) => {
    // A script that cannot be fetched causes a plain event without a message.
    const { message } = event as Partial<ErrorEvent>;
    ended(message ? `The worker failed: ${message}` : "The worker's script could not be loaded.");
  });
}

/** Terminates a worker, or closes a port, at once. */
export async function stop(endpoint: Endpoint): Promise<void> {
  const worker = endpoint as { terminate?(): unknown; close?(): void };
  if (worker.terminate) await worker.terminate();
  else worker.close?.();
}

export function isEndpoint(value: unknown): value is Endpoint {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return false;
  const { postMessage, addEventListener, on } = value as Readonly<Record<string, unknown>>;
  return typeof postMessage === "function" && (typeof addEventListener === "function" || typeof on === "function");
}

/** Returns whether `endpoint` is a `Worker` object of `node:worker_threads`. */
export function isNodeWorker(endpoint: Endpoint): endpoint is NodeEndpoint {
  return !("addEventListener" in endpoint) && "on" in endpoint;
}
