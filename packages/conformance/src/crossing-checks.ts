import type { DecoderPlugin } from "@decodekit/core";
import type { PluginDescription } from "@decodekit/core/worker";
import { expectSame } from "./expect.ts";
import { eventsOf, outputOf } from "./plugin-output.ts";
import type { PluginCheck, PluginSubject } from "./plugin-subject.ts";

/** Checks that a plugin survives serialization and a worker. */
export const crossingChecks: readonly PluginCheck[] = [
  {
    name: "has the same description after JSON, structuredClone and a MessageChannel",
    async run({ plugin }) {
      const description = describe(plugin);
      for (const [member, value] of Object.entries(description)) {
        expectAlike(JSON.parse(JSON.stringify(value) ?? "null"), value, `${member} after JSON`);
        expectAlike(await transferred(value, member), value, `${member} after a MessageChannel`);
      }
    },
  },
  {
    name: "creates the same decoders from presets sent through a MessageChannel, which their events pass unchanged",
    async run({ plugin }) {
      for (const [index, preset] of plugin.presets.entries()) {
        const what = `preset ${index}`;
        const received = (await transferred(preset, what)) as typeof preset;
        expectSame(await outputOf(plugin.create(received)), await outputOf(plugin.create(preset)), `${what}: output after the transfer`);
        for (const [place, event] of (await eventsOf(plugin.create(preset))).entries()) {
          const name = `${what}: event ${place} (${event.type})`;
          expectAlike(await transferred(event, name), event, name);
        }
      }
    },
  },
  {
    name: "decodes in a worker as it does here, with every preset",
    inapplicable: ({ options: { worker } }) => (worker ? undefined : "received no worker (option worker)"),
    run: checkWorker,
  },
];

async function checkWorker({ plugin, options: { worker } }: PluginSubject): Promise<void> {
  const { endpoint, plugin: specifier } = worker!;
  const { describePlugins, importDecoder } = await import("@decodekit/core/worker");
  const described = (await describePlugins(endpoint, specifier)).find(({ name }) => name === plugin.name);
  expectAlike(described, describe(plugin), "its description in the worker");
  for (const [index, options] of plugin.presets.entries()) {
    const local = plugin.create(options);
    const remote = await importDecoder(endpoint, { plugin: specifier, name: plugin.name, options });
    const facts = ({ name, requires, lossless = false }: typeof local): unknown => ({ name, requires, lossless });
    expectSame(facts(remote), facts(local), `preset ${index}: the decoder in the worker`);
    expectSame(await outputOf(remote), await outputOf(local), `preset ${index}: output in the worker`);
  }
}

function describe({ name, title, description, requires, options, presets }: DecoderPlugin): PluginDescription {
  return { name, title, description, requires, options, presets };
}

/** Returns `value` as it arrives at the other end of a MessageChannel. */
async function transferred(value: unknown, what: string): Promise<unknown> {
  const { port1, port2 } = new MessageChannel();
  try {
    const received = new Promise<unknown>((resolve) => {
      port2.addEventListener("message", ({ data }: MessageEvent<unknown>) => resolve(data));
      port2.start();
    });
    port1.postMessage(value);
    return await received;
  } catch (error) {
    throw new Error(`${what} cannot be sent: ${String(error)}. Only plain values, arrays and typed arrays can be sent to a worker.`, {
      cause: error,
    });
  } finally {
    port1.close();
    port2.close();
  }
}

/** @throws Error if the two differ in anything but undefined properties. */
function expectAlike(actual: unknown, expected: unknown, what: string): void {
  const difference = differenceOf(actual, expected);
  if (difference === undefined) return;
  throw new Error(`${what}${difference} has changed: only plain values, arrays and typed arrays survive`);
}

/** Returns the path to the first difference, or undefined if there is none. */
function differenceOf(actual: unknown, expected: unknown): string | undefined {
  if (Object.is(actual, expected)) return undefined;
  if (!(isObject(actual) && isObject(expected)) || kindOf(actual) !== kindOf(expected)) return "";
  const keys = new Set([...definedKeys(actual), ...definedKeys(expected)]);
  for (const key of keys) {
    const difference = differenceOf(actual[key], expected[key]);
    if (difference !== undefined) return `.${key}${difference}`;
  }
  return undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

/** Returns the names of a value's constructors, its own first: sending turns instances of classes into plain objects. */
function kindOf(value: object): string {
  const names: string[] = [];
  for (let prototype: unknown = Object.getPrototypeOf(value); isObject(prototype); prototype = Object.getPrototypeOf(prototype)) {
    names.push(prototype.constructor.name);
  }
  return names.join(" ");
}

function definedKeys(value: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.keys(value).filter((key) => value[key] !== undefined);
}
