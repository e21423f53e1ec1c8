import { type CausalModel, InvalidOptionError } from "@decodekit/core";

/** @throws InvalidOptionError for a model whose sessions cannot fork, which `where`, a decoder, requires. */
export function requireFork(where: string, { capabilities }: CausalModel): void {
  if (capabilities.fork) return;
  const expected = "able to fork its sessions (capabilities.fork)";
  throw new InvalidOptionError({ where, option: "the causal model", expected, actual: "one that is not" });
}
