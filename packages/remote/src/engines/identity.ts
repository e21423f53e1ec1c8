import { RemoteError } from "../remote-error.ts";

/** What tells models of a server apart, by names for messages. */
export type Identity = Readonly<Record<string, string | number>>;

/** @throws RemoteError "wrong-model" if a server now serves another model than before. */
export function checkIdentity(source: string, before: Identity, now: Identity): void {
  const changed = Object.keys(before).filter((name) => before[name] !== now[name]);
  if (changed.length === 0) return;
  const list = changed.map((name) => `${name} was ${before[name]} and is ${now[name]}`).join(", ");
  throw otherModel(source, `the server now serves another model: ${list}`);
}

export function otherModel(source: string, problem: string): RemoteError {
  const advice = "Connect again, with the tokenizer of that model.";
  return new RemoteError({ reason: "wrong-model", source, problem, advice });
}

/** The error for a server that does not have the model `wanted`, or has none. */
export function unknownModel(source: string, names: readonly string[], wanted: string | undefined): RemoteError {
  const problem = wanted === undefined ? "the server has no model" : `the server has no model ${wanted}, but ${names.join(", ") || "none"}`;
  return new RemoteError({ reason: "not-found", source, problem, advice: "Check the option model." });
}
