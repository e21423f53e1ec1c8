import { AnswerValue } from "./answer-value.ts";
import { unknownModel } from "./identity.ts";

/**
 * Returns the entry of the model `wanted`, or of the first one, in an answer that lists models as OpenAI's API does, and its name.
 * @throws RemoteError "not-found" if there is none.
 */
export function listedModel(
  answer: unknown,
  source: string,
  wanted: string | undefined,
): { readonly name: string; readonly entry: AnswerValue } {
  const entries = new AnswerValue(answer, source).member("data").items();
  const names = entries.map((entry) => entry.member("id").text());
  const index = wanted === undefined ? 0 : names.indexOf(wanted);
  const entry = entries[index];
  if (!entry) throw unknownModel(source, names, wanted);
  return { name: names[index]!, entry };
}
