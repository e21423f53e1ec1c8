import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { ModelFiles } from "@decodekit/core/onnx";

/** How the server answers a request for one path. */
export type Answer = (response: ServerResponse, request: IncomingMessage) => void;

export interface ServedFiles {
  /** URL of the folder, without a trailing slash. */
  readonly url: string;
  /** Requested paths with their queries. */
  readonly asked: string[];
  close(): Promise<void>;
}

/** Serves a model's files on loopback as a static server does; `answers`, by path, replace files. */
export async function serveModel({ files }: ModelFiles, answers: Readonly<Record<string, Answer>>): Promise<ServedFiles> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url!);
    const path = new URL(request.url!, "http://localhost").pathname.replace(/^\/m\//, "");
    const answer = answers[path] ?? (files[path] === undefined ? notFound : fileOf(String(files[path])));
    answer(response, request);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/m`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export const notFound: Answer = (response) => void response.writeHead(404).end("Not Found");

export function answerWith(status: number, type: string | undefined, body: string | Uint8Array): Answer {
  return (response) => void response.writeHead(status, type === undefined ? {} : { "content-type": type }).end(body);
}

/** Returns the content of a data URL. */
export function contentOf(dataUrl: string): Buffer {
  const [head, payload] = dataUrl.slice("data:".length).split(",") as [string, string];
  return head.endsWith(";base64") ? Buffer.from(payload, "base64") : Buffer.from(decodeURIComponent(payload));
}

function fileOf(dataUrl: string): Answer {
  return (response) => void response.writeHead(200, { "content-type": "application/octet-stream" }).end(contentOf(dataUrl));
}
