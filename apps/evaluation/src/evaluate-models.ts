import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { loadModel } from "@decodekit/core/onnx";
import { stories } from "@decodekit/tiny-models";
import { canvasAcceptance, maskedLosses } from "./canvas-measures.ts";
import { causalLoss } from "./causal-loss.ts";
import { editExactMatch, readEditTasks } from "./edit-task.ts";
import { heldOutStories, readTexts } from "./held-out-stories.ts";

const MASK_RATES = [0.25, 0.5, 0.75, 1];
const CANVAS_STORIES = 48;

const { values } = parseArgs({
  options: {
    corpus: { type: "string", default: "../shared/corpus/tinystories.txt" },
    execution: { type: "string", default: "auto" },
    help: { type: "boolean", short: "h", default: false },
  },
});
if (values.help) {
  console.log(
    "evaluate-models [--corpus FILE_OR_FOLDER] [--execution auto|native|wasm]\n\nThe corpus is what the models were trained on; its held-out part is measured.",
  );
  process.exit();
}
if (!existsSync(values.corpus)) {
  console.error(`There is no corpus at ${values.corpus}. Give the text that the models were trained on: --corpus FILE_OR_FOLDER.`);
  process.exit(2);
}

const model = await loadModel(stories, { execution: values.execution as "auto" });
const heldOut = heldOutStories(readTexts(values.corpus));
console.log(`${model.name}: ${(model.parameters / 1e6).toFixed(2)} M parameters on ${model.execution}; ${heldOut.length} held-out stories`);

const { natsPerToken, natsPerCharacter, tokens } = await causalLoss(model, heldOut);
console.log(`causal loss: ${natsPerToken.toFixed(3)} nats/token, ${natsPerCharacter.toFixed(3)} nats/character (${tokens} tokens)`);

const few = heldOut.slice(0, CANVAS_STORIES);
for (const [rate, loss] of await maskedLosses(model, few, MASK_RATES)) {
  console.log(`masked loss at rate ${rate}: ${loss.toFixed(3)} nats/masked token (blocks of 16, ${few.length} stories)`);
}
const acceptance = await canvasAcceptance(model, few);
console.log(`canvas draft, Σ min(p, q) at places 1 to 8: ${acceptance.map((value) => value.toFixed(2)).join(" ")}`);

const edits = readEditTasks(heldOut);
const exact = await editExactMatch(model, edits);
console.log(`edit task: ${(100 * exact).toFixed(0)} % of ${edits.length} exactly right (greedy)`);
await model.dispose();
