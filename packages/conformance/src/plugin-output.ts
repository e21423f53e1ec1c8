import type { DecodeEvent, Decoder } from "@decodekit/core";
import { collectDecode } from "@decodekit/core/testing";
import { prompt, uncertainFixture } from "./fixture.ts";

const seeds = [0, 1, 2] as const;

/** Returns a decoder's output on uncertain models, seed by seed. */
export async function outputOf(decoder: Decoder): Promise<readonly (readonly number[])[]> {
  const outputs: (readonly number[])[] = [];
  for (const seed of seeds) {
    const { tokens } = await collectDecode(decoder.decode(uncertainFixture().models, prompt(), { maxNewTokens: 8, seed }));
    outputs.push([...tokens]);
  }
  return outputs;
}

/** Returns the events of one decode on uncertain models. */
export async function eventsOf(decoder: Decoder): Promise<readonly DecodeEvent[]> {
  return (await collectDecode(decoder.decode(uncertainFixture().models, prompt(), { maxNewTokens: 8 }))).events;
}
