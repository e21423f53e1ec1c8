import { autoregressive, type DecoderPlugin } from "@decodekit/core";
import type { ServedDecoder } from "@decodekit/server";
import { allDrafters, speculative, type Verify } from "@decodekit/speculative";
import { type ComparedDecoder, isInvalidOption } from "../compared-decoder.ts";
import type { ComparedModel } from "../model-report.ts";
import { parseDecoder } from "../parse-decoder.ts";
import { UsageError } from "../usage-error.ts";
import { whyNot } from "../why-not.ts";

/** Without --decoder: one token per pass, and the same text with drafts. */
const DEFAULTS = ["plain", "speculative"];
/** What the command adds to the plugins: one token per pass, chosen as the request says. */
const PLAIN = "plain";

/**
 * Makes the decoders that requests may name, the default one first. `specifications`: "greedy", "top-p:p=0.9", or "fast=speculative" for
 * another name. `plain` is always there. It and `speculative` follow a request's sampling parameters, unless the specification of the
 * latter has a temperature; the others choose tokens as their options say.
 * @throws UsageError for an unknown decoder or option, a name that is given twice, or a decoder that the model cannot run.
 */
export function servedDecoders(
  specifications: readonly string[] = DEFAULTS,
  plugins: readonly DecoderPlugin[],
  model: ComparedModel,
): Readonly<Record<string, ServedDecoder>> {
  const decoders: Record<string, ServedDecoder> = {};
  for (const given of specifications) {
    const { name, specification } = named(given);
    if (Object.hasOwn(decoders, name)) {
      throw new UsageError(`--decoder ${given}: there is already a decoder named "${name}". Name it otherwise: other=${specification}`);
    }
    decoders[name] = specification === PLAIN ? plain : madeFrom(specification, plugins, model);
  }
  return { ...decoders, ...(!Object.hasOwn(decoders, PLAIN) && { [PLAIN]: plain }) };
}

const plain: ServedDecoder = ({ sampler }) => autoregressive({ name: PLAIN, sampler });

function named(given: string): { readonly name: string; readonly specification: string } {
  const [, alias, rest] = /^\s*([\w.-]+)\s*=\s*(.+)$/s.exec(given) ?? [];
  const specification = (rest ?? given).trim();
  return { name: alias ?? specification.split(":", 1)[0]!, specification };
}

function madeFrom(specification: string, plugins: readonly DecoderPlugin[], model: ComparedModel): ServedDecoder {
  const where = `--decoder ${specification}`;
  let compared: ComparedDecoder;
  try {
    compared = parseDecoder(specification, plugins, model);
  } catch (error) {
    if (!isInvalidOption(error)) throw error;
    throw new UsageError(`${where}: ${error.option} must be ${error.expected}.`, { cause: error });
  }
  const reason = whyNot(model, compared.decoder);
  if (reason !== undefined) throw new UsageError(`${where}: ${model.name} ${reason}, which this decoder requires.`);
  return isSampled(specification) ? sampledSpeculation(compared) : compared.decoder;
}

/** Whether it is the decoder that can draw with any sampler, without a temperature of its own. */
function isSampled(specification: string): boolean {
  return /^speculative(:|$)/.test(specification) && !/[:,]\s*(temperature|p)\s*=/.test(specification);
}

function sampledSpeculation({ options = {} }: ComparedDecoder): ServedDecoder {
  const { drafter, verify, draftLength } = options;
  const length = draftLength === "auto" ? draftLength : Number(draftLength);
  return ({ sampler }) =>
    speculative({
      drafter: allDrafters[drafter as string]!(),
      sampler,
      draftLength: length,
      ...(verify !== undefined && { verify: verify as Verify }),
    });
}
