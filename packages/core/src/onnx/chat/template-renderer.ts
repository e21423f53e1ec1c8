import { ChatTemplateError } from "../../errors.ts";
import { formatDate } from "./format-date.ts";
import { replaceStripMethods, stripFunctions } from "./strip-methods.ts";

/** Renders one template. */
export interface TemplateRenderer {
  /**
   * `variables`: by name. `now`: the date that the template may write.
   * @throws ChatTemplateError if the template is invalid, refuses its variables, or needs `now` and it is undefined.
   */
  render(variables: Readonly<Record<string, unknown>>, now: Date | undefined): string;
}

/** Loads the renderer of templates, and returns how to create one for the template `text` of the file `source`. */
export async function loadRenderer(): Promise<(source: string, text: string) => TemplateRenderer> {
  const { Environment, Interpreter, parse, tokenize } = await import("@huggingface/jinja");
  return (source, text) => {
    let program: object | undefined;
    const parsed = (): object => {
      const whole: object = parse(tokenize(text, { lstrip_blocks: true, trim_blocks: true }));
      replaceStripMethods(whole);
      return whole;
    };
    return {
      render(variables, now) {
        const refused = { reason: undefined as string | undefined };
        try {
          program ??= parsed();
          const environment = new Environment();
          for (const [name, value] of Object.entries({ ...globals(refused, now), ...variables })) environment.set(name, value);
          const { value } = new Interpreter(environment).run(program as ReturnType<typeof parse>) as { readonly value: string };
          return value;
        } catch (error) {
          if (refused.reason !== undefined) throw new ChatTemplateError(source, `the template says: ${refused.reason}`, error);
          const advice = now === undefined && text.includes("strftime_now") ? " It writes the date; pass now: new Date()." : "";
          throw new ChatTemplateError(source, `the template could not be rendered (${(error as Error).message}).${advice}`, error);
        }
      },
    };
  };
}

/** The variables that every template has, as in the library transformers. Python writes constants in two ways. */
function globals(refused: { reason: string | undefined }, now: Date | undefined): Readonly<Record<string, unknown>> {
  const raise = (reason: string): never => {
    refused.reason = reason;
    throw new Error(reason);
  };
  const constants = { false: false, true: true, none: null, False: false, True: true, None: null };
  const date = now && { strftime_now: (format: string) => formatDate(now, format) };
  return { ...constants, ...stripFunctions, range, raise_exception: raise, ...date };
}

/** Python's `range`. */
function range(start: number, stop?: number, step = 1): readonly number[] {
  const [from, to] = stop === undefined ? [0, start] : [start, stop];
  return Array.from({ length: Math.max(0, Math.ceil((to - from) / step)) }, (_, index) => from + index * step);
}
