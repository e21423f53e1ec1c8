import { NEW_POSITIONS, PAST } from "../cache-layout.ts";
import { connectionsOf } from "./connections.ts";
import { type EditableGraph, type GraphNode, integerAttribute } from "./editable-graph.ts";
import { applyEdit } from "./graph-edit.ts";

/** `Concat(past, added)`, whose result the graph returns and its attention reads. */
interface Extension {
  readonly concat: GraphNode;
  readonly added: string;
  /** The name of the result. */
  readonly output: string;
}

/**
 * Returns the graph that returns the keys and values of a pass's own tokens only, as outputs `decodekit.new/NAME` in place of NAME, which
 * holds those of all positions. They are as before within the graph. On a CPU the runtime's binding copies what a graph returns to new
 * memory, so that a pass takes as much time again for a long sequence; what a graph reads is not copied on native. Returns undefined
 * for a graph that does not extend every tensor of its cache by `Concat(past, new)` along the positions before the last dimension.
 */
export function withNewPositions(graph: EditableGraph): EditableGraph | undefined {
  const { producers, consumers } = connectionsOf(graph);
  const outputs = new Set(graph.outputs);
  const extensionOf = (past: string): Extension | undefined => {
    const [concat, ...others] = consumers.get(past)?.filter(({ op }) => op === "Concat") ?? [];
    if (!concat || others.length > 0 || concat.hasGraph) return undefined;
    const [first, added, ...more] = concat.inputs;
    const output = concat.outputs[0]!;
    const rank = graph.shapes.get(past)?.length ?? 0;
    const axis = integerAttribute(concat, "axis");
    const isExtension = first === past && added !== undefined && more.length === 0 && outputs.has(output);
    return isExtension && !outputs.has(added) && producers.has(added) && (axis === -2 || axis === rank - 2)
      ? { concat, added, output }
      : undefined;
  };
  const extensions = graph.inputs.filter((name) => PAST.test(name)).map(extensionOf);
  if (extensions.length === 0 || extensions.includes(undefined)) return undefined;
  const whole = new Map((extensions as Extension[]).map(({ output }) => [output, `decodekit.whole/${output}`]));
  const renamed = new Map<GraphNode, Readonly<Record<string, string>>>();
  for (const [output, name] of whole)
    for (const node of consumers.get(output) ?? []) renamed.set(node, { ...renamed.get(node), [output]: name });
  return applyEdit(graph, {
    inputs: [],
    constants: {},
    before: new Map(),
    after: new Map(
      (extensions as Extension[]).map(({ concat, added, output }) => [
        concat,
        [{ op: "Identity", inputs: [added], outputs: [`${NEW_POSITIONS}${output}`] }],
      ]),
    ),
    renamed,
    renamedOutputs: new Map((extensions as Extension[]).map(({ concat, output }) => [concat, { [output]: whole.get(output)! }])),
    graphOutputs: new Map(Array.from(whole.keys(), (output) => [output, `${NEW_POSITIONS}${output}`])),
  });
}
