import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface TestRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly bytes: Uint8Array;
}

/** How a server answers: as it should, or wrongly. */
export type TestAnswer =
  | { readonly json: unknown; readonly status?: number; readonly headers?: Readonly<Record<string, string>> }
  | { readonly bytes: Uint8Array; readonly headers?: Readonly<Record<string, string>> }
  /** Closes the connection after the first half of the answer, or before it. */
  | { readonly halfOf: unknown }
  | { readonly fault: "reset" | "silence" };

export interface TestServer {
  readonly url: string;
  /** Whether pages of any origin may call it, as those of llama.cpp allow it. */
  isOpenToPages: boolean;
  /** All requests so far. */
  readonly requests: readonly TestRequest[];
  /** Requests whose client left before the answer. */
  readonly abandoned: () => number;
  close(): Promise<void>;
  /** Listens at the same address again. */
  reopen(): Promise<void>;
}

/** Calls a function when a test or a file of tests has ended: `onTestFinished` or `afterAll`. */
export type AtEnd = (close: () => Promise<void>) => unknown;

/** Starts an HTTP server on loopback. */
export async function serveForTest(atEnd: AtEnd, answer: (request: TestRequest) => TestAnswer | Promise<TestAnswer>): Promise<TestServer> {
  const requests: TestRequest[] = [];
  const pages = { areWelcome: true };
  let abandoned = 0;
  const server = createServer((incoming, outgoing) => {
    if (pages.areWelcome) {
      outgoing.setHeader("access-control-allow-origin", "*");
      outgoing.setHeader("access-control-allow-headers", "*, authorization");
    }
    if (incoming.method === "OPTIONS") {
      outgoing.writeHead(204).end();
      return;
    }
    outgoing.on("close", () => void (outgoing.writableFinished || abandoned++));
    void readBody(incoming)
      .then(async (bytes) => {
        const request = { method: incoming.method!, path: incoming.url!, headers: incoming.headers, bytes };
        requests.push(request);
        send(outgoing, await answer(request));
      })
      // A test then sees a connection that is reset, and the console why.
      .catch((error: unknown) => {
        console.error(error);
        outgoing.destroy();
      });
  });
  const listen = (port: number): Promise<void> => new Promise((resolve) => void server.listen(port, "127.0.0.1", resolve));
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  await listen(0);
  const { port } = server.address() as AddressInfo;
  atEnd(close);
  return {
    get isOpenToPages() {
      return pages.areWelcome;
    },
    set isOpenToPages(areWelcome) {
      pages.areWelcome = areWelcome;
    },
    url: `http://127.0.0.1:${port}`,
    requests,
    abandoned: () => abandoned,
    close,
    reopen: () => listen(port),
  };
}

async function readBody(incoming: IncomingMessage): Promise<Uint8Array> {
  const pieces: Buffer[] = [];
  for await (const piece of incoming) pieces.push(piece as Buffer);
  return new Uint8Array(Buffer.concat(pieces));
}

function send(outgoing: ServerResponse, answer: TestAnswer): void {
  if ("fault" in answer) {
    if (answer.fault === "reset") outgoing.destroy();
    return;
  }
  if ("halfOf" in answer) {
    const text = JSON.stringify(answer.halfOf);
    outgoing.writeHead(200, { "content-type": "application/json", "content-length": text.length });
    outgoing.write(text.slice(0, text.length / 2), () => outgoing.destroy());
    return;
  }
  const [content, type] =
    "bytes" in answer ? [answer.bytes, "application/octet-stream"] : [JSON.stringify(answer.json), "application/json"];
  outgoing.writeHead("status" in answer ? (answer.status ?? 200) : 200, { "content-type": type, ...answer.headers });
  outgoing.end(content);
}
