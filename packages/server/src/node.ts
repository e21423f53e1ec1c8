import type { AddressInfo } from "node:net";
import { objectOption, type OptionDefinition, resolveOptions } from "@decodekit/core";
import { serve, type ServerType } from "@hono/node-server";
import type { OpenaiServer } from "./openai-server.ts";

export interface ListenOptions {
  /** 0: any free one. @defaultValue 8080 */
  readonly port?: number | undefined;
  /** Name or address to listen at; "0.0.0.0" is every network of the machine. @defaultValue "127.0.0.1", which only this machine reaches */
  readonly host?: string | undefined;
}

/** A server that listens. */
export interface Listening {
  /** Its address, without a slash at the end: "http://127.0.0.1:8080". */
  readonly url: string;
  /** Closes the server, see `OpenaiServer.close`, and stops listening. */
  readonly close: OpenaiServer["close"];
}

const OPTIONS = {
  port: { type: "integer", help: "Port to listen at; 0 is any free one", default: 8080, minimum: 0, maximum: 65535 },
  host: { ...objectOption("a name or address", (value) => typeof value === "string" && value !== "") },
} as const satisfies Readonly<Record<keyof ListenOptions, OptionDefinition>>;

/**
 * Listens in Node. Resolves when the server can be reached; rejects with Node's error if it cannot listen there.
 * @throws InvalidOptionError for an invalid option.
 */
export function listen(server: OpenaiServer, options: ListenOptions = {}): Promise<Listening> {
  const { port, host: hostname = "127.0.0.1" } = resolveOptions("listen", options, OPTIONS);
  return new Promise((resolve, reject) => {
    const listening = serve({ fetch: server.fetch, port, hostname, overrideGlobalObjects: false }, (address: AddressInfo) => {
      const name = address.family === "IPv6" ? `[${address.address}]` : address.address;
      resolve({ url: `http://${name}:${address.port}`, close });
    });
    listening.once("error", reject);
    const close: OpenaiServer["close"] = async (closing) => {
      await server.close(closing);
      await endConnections(listening);
    };
  });
}

/** How long the last answers may take to be sent. */
const SENDING_MILLISECONDS = 2000;
const POLL_MILLISECONDS = 20;

/** Stops listening. Connections end when they have sent their answers. */
async function endConnections(server: ServerType): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  if (!("closeIdleConnections" in server)) return void (await closed);
  const idle = setInterval(() => server.closeIdleConnections(), POLL_MILLISECONDS);
  const late = setTimeout(() => server.closeAllConnections(), SENDING_MILLISECONDS);
  await closed;
  clearInterval(idle);
  clearTimeout(late);
}
