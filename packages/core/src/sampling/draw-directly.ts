import type { Sampler } from "../contracts/sampler.ts";

/**
 * Returns the member `draw` of a sampler with these `distribution` and `pick`. In a copy of the sampler with another one of them it does
 * not apply.
 */
export function drawDirectly(
  { distribution, pick }: Pick<Sampler, "distribution" | "pick">,
  draw: (...input: Parameters<NonNullable<Sampler["draw"]>>) => number,
): NonNullable<Sampler["draw"]> {
  return function drawIfOwn(this: Sampler, ...input) {
    return this.distribution === distribution && this.pick === pick ? draw(...input) : undefined;
  };
}
