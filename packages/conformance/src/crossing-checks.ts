import type { DecoderPlugin } from "@decodekit/core";
import type { PluginDescription } from "@decodekit/core/worker";
import { expectSame } from "./expect.ts";
import { eventsOf, outputOf } from "./plugin-output.ts";
import type { PluginCheck, PluginSubject } from "./plugin-subject.ts";

/** Ways of a plugin to the other side of something, and back. */
export const crossingChecks: readonly PluginCheck[] = [
  {
    name: "says the same of itself after JSON, structuredClone and a MessageChannel",
    async run({ plugin }) {
      const description = describe(plugin);
      for (const [member, value] of Object.entries(description)) {
        expectAlike(JSON.parse(JSON.stringify(value) ?? "null"), value, `${member} after JSON`);
        expectAlike(await crossed(value, member), value, `${member} after a MessageChannel`);
      }
    },
  },
  {
    name: "makes from presets that crossed a MessageChannel decoders that give the same, and whose events cross it unchanged",
    async run({ plugin }) {
      for (const [index, preset] of plugin.presets.entries()) {
        const what = `preset ${index}`;
        const received = (await crossed(preset, what)) as typeof preset;
        expectSame(await outputOf(plugin.create(received)), await outputOf(plugin.create(preset)), `${what}: output after the crossing`);
        for (const [place, event] of (await eventsOf(plugin.create(preset))).entries()) {
          const name = `${what}: event ${place} (${event.type})`;
          expectAlike(await crossed(event, name), event, name);
        }
      }
    },
  },
  {
    name: "does in a worker what it does here, with every preset",
    inapplicable: ({ options: { worker } }) => (worker ? undefined : "was given no worker (option worker)"),
    run: checkWorker,
  },
];

async function checkWorker({ plugin, options: { worker } }: PluginSubject): Promise<void> {
  const { endpoint, plugin: specifier } = worker!;
  const { describePlugin, importDecoder } = await import("@decodekit/core/worker");
  expectAlike(await describePlugin(endpoint, specifier), describe(plugin), "what it says of itself in the worker");
  for (const [index, options] of plugin.presets.entries()) {
    const local = plugin.create(options);
    const remote = await importDecoder(endpoint, { plugin: specifier, options });
    const facts = ({ name, requires, lossless = false }: typeof local): unknown => ({ name, requires, lossless });
    expectSame(facts(remote), facts(local), `preset ${index}: the decoder in the worker`);
    expectSame(await outputOf(remote), await outputOf(local), `preset ${index}: output in the worker`);
  }
}

function describe({ name, title, description, requires, options, presets }: DecoderPlugin): PluginDescription {
  return { name, title, description, requires, options, presets };
}

/** `value` as it arrives at the other end of a MessageChannel. */
async function crossed(value: unknown, what: string): Promise<unknown> {
  const { port1, port2 } = new MessageChannel();
  try {
    const received = new Promise<unknown>((resolve) => {
      port2.addEventListener("message", ({ data }: MessageEvent<unknown>) => resolve(data));
      port2.start();
    });
    port1.postMessage(value);
    return await received;
  } catch (error) {
    throw new Error(`${what} cannot be sent: ${String(error)}. Only plain values, arrays and typed arrays cross to a worker.`, {
      cause: error,
    });
  } finally {
    port1.close();
    port2.close();
  }
}

/** @throws Error where the two differ in anything but properties that are undefined. */
function expectAlike(actual: unknown, expected: unknown, what: string): void {
  const difference = differenceOf(actual, expected);
  if (difference === undefined) return;
  throw new Error(`${what}${difference} is not what it was: only plain values, arrays and typed arrays survive`);
}

/** The path to the first difference; undefined where there is none. */
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

/** What a value is made from: the names of its constructors, its own first. Instances of classes come out as plain objects. */
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
