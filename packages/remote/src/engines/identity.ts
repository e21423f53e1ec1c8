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
