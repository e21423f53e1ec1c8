/** What a chat task asks for. In the first three kinds most of the answer stands in the prompt, in the last four hardly any of it. */
export const TASK_KINDS = ["copy", "edit", "extract", "code", "json", "summary", "mail", "question", "explanation", "story"] as const;

export type TaskKind = (typeof TASK_KINDS)[number];

/** Kinds whose answers mostly repeat their prompts. */
export const COPYING_KINDS: readonly TaskKind[] = ["copy", "edit", "extract"];

/** A message of a user to a chat model. */
export interface ChatTask {
  readonly kind: TaskKind;
  readonly prompt: string;
}

const HARBOUR =
  "The harbour of Lissey opens at five in the morning. The first ferry to the islands leaves at half past five and carries up to forty " +
  "passengers and twelve bicycles. Tickets are sold on board, in cash only. In winter, from the first of November to the end of March, " +
  "the ferry does not run on Sundays. Dogs travel free of charge but must be kept on a lead.";
const MINUTES =
  "Minutes of the garden club, 14 March. Present: Ana Prill, Tom Vesper, Rosa Lindt, Karl Ohm. The club has 312 euros. Tom will repair the " +
  "shed before Easter. Rosa orders 40 kilograms of soil from the nursery in Weston. Ana will write to the city about the broken fence. " +
  "The next meeting is on 11 April at seven o'clock in the school hall.";
const LETTER =
  "Dear Mrs Holloway, thank you for your order of 3 July. We are sorry to tell you that the blue lamp is no longer made. We can send you the " +
  "green lamp at the same price, or return your money within five days. Please let us know what you prefer before 20 July. With kind " +
  "regards, Peter Aldous, Aldous Lamps.";
const MISSPELT_LETTER = LETTER.replace("thank", "thankk").replace("sorry", "sory").replace("prefer", "prefeer");
const RECIPE =
  "Heat the oven to 180 degrees. Mix 200 grams of flour, 100 grams of sugar and a pinch of salt. Add two eggs and 80 grams of soft butter, " +
  "and stir until the dough is smooth. Fold in a handful of walnuts. Bake the cake for 35 minutes and let it cool in the tin.";
const RIVER =
  "The river Orla rises in the hills near Brenn and flows north for 212 kilometres before it reaches the sea at Port Hallen. For centuries it " +
  "carried timber, stone and salt. The railway of 1871 took that trade away, and the towns along the river grew poor. Since 1998 a cycle " +
  "path follows the old towpath, and about 90,000 visitors come each summer. The path has brought new inns, two museums and a small " +
  "brewery, but in dry years the water is now so low that the boats for tourists cannot run.";
const SENSOR =
  "Sensor report. Station A12, 4.5 degrees, humidity 81 percent, battery low. Station B07, 6.1 degrees, humidity 77 percent, battery good. " +
  "Station C33, 3.9 degrees, humidity 85 percent, battery good.";
const TOTAL = `def total(prices, discount):
    result = 0
    for price in prices:
        if price < 0:
            raise ValueError("a price is negative")
        result = result + price
    return result * (1 - discount)`;
const STACK = `class Stack {
  constructor() {
    this.items = [];
  }
  push(item) {
    this.items.push(item);
  }
  pop() {
    if (this.items.length === 0) throw new Error("the stack is empty");
    return this.items.pop();
  }
}`;
const WORDS = `function countWords(text) {
  const counts = {};
  for (const word of text.split(" ")) {
    if (word === "") continue;
    counts[word] = (counts[word] || 0) + 1;
  }
  return counts;
}`;

const task = (kind: TaskKind, instruction: string, material?: string): ChatTask => ({
  kind,
  prompt: material === undefined ? instruction : `${instruction}\n\n${material}`,
});

/** Three tasks of each kind, in the order of the kinds. All texts are our own. */
export const CHAT_TASKS: readonly ChatTask[] = [
  task("copy", "Repeat the following text exactly, word for word.", HARBOUR),
  task("copy", "Repeat the following text exactly, word for word.", LETTER),
  task("copy", "Copy this code exactly.", STACK),
  task("edit", "Repeat the following text word for word, but write Marren instead of Lissey.", HARBOUR),
  task("edit", "Repeat the following text and put every sentence on a line of its own.", RECIPE),
  task("edit", "Correct the spelling in this letter and return the whole letter.", MISSPELT_LETTER),
  task("extract", "Write the sentences of this text as a bulleted list.", HARBOUR),
  task("extract", "Quote the first three sentences of this text.", RIVER),
  task("extract", "List the steps of this recipe as a numbered list, in the words of the text.", RECIPE),
  task("code", "Add a comment above each line of the body of this Python function and return the whole function.", TOTAL),
  task("code", "Rename the method push to add in this class and return the whole class.", STACK),
  task("code", "Convert all words to lower case before they are counted, and return the whole function.", WORDS),
  task("json", "Write this report as a JSON array of objects with the keys station, temperature, humidity and battery.", SENSOR),
  task("json", "Write the facts of these minutes as a JSON object with the keys date, present, money, tasks and nextMeeting.", MINUTES),
  task("json", "Write this recipe as a JSON object with the keys temperature, ingredients, steps and minutes.", RECIPE),
  task("summary", "Summarise this text in two sentences.", RIVER),
  task("summary", "Summarise these minutes for a member who was not there.", MINUTES),
  task("summary", "What are the three most important points of this text?", HARBOUR),
  task("mail", "Write a polite reply to this letter that accepts the green lamp.", LETTER),
  task("mail", "Write a short mail to a colleague to move the meeting on Tuesday at ten to Thursday at two."),
  task("mail", "Write a mail to a hotel that asks for a quiet room for two nights in May."),
  task("question", "When does the first ferry leave, and what does it cost to bring a dog? Answer in full sentences.", HARBOUR),
  task("question", "Why did the towns along the river become poor, and what has changed since then?", RIVER),
  task("question", "What is the difference between weather and climate?"),
  task("explanation", "Explain to a child of ten years how a rainbow is made."),
  task("explanation", "Explain what this function does, step by step.", TOTAL),
  task("explanation", "Explain why bread rises when it is baked."),
  task("story", "Write a short story about a lighthouse keeper who finds a letter in a bottle."),
  task("story", "Tell a story about a girl who repairs an old radio."),
  task("story", "Write a story that begins with the sentence: The last train had already left."),
];
