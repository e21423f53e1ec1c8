import type { PromptSet } from "./prompt-set.ts";

export interface BuiltInSet extends PromptSet {
  readonly name: "stories" | "repetitions" | "dialogues" | "tasks";
  /** Whether its prompts are messages for a chat model, and not the beginnings of texts. */
  readonly isForChat: boolean;
}

/** Asks the story model to repeat a text with another name, in the form that its model card describes. */
function renamed(text: string, old: string, name: string): string {
  return `${text}<|edit|> rename ${old} to ${name}<|edit|>`;
}

/** Small sets of our own: three for the story model, and one for chat models. Their titles are in `texts/en/sets.ts`. */
export const builtInSets: readonly BuiltInSet[] = [
  {
    name: "stories",
    isForChat: false,
    prompts: [
      "Once upon a time, there was a little fox who wanted to",
      "One day, Mia and her dad went to the lake.",
      "Tom had a new kite. He ran up the hill and",
      "The old tree in the garden was very sad because",
      "A small boat sailed on the blue sea.",
      "Every morning, the baker gave a warm bun to",
      "It was raining, so Ben and Lucy stayed inside and",
      "The little train could not climb the hill.",
      "Anna found a shiny key under her bed.",
      "One night, a star fell into the pond.",
      "The bear woke up and he was hungry.",
      "There was a clock that could talk.",
    ],
  },
  {
    name: "repetitions",
    isForChat: false,
    prompts: [
      renamed("Lily had a red ball. One day, Lily lost her ball. She was very sad.", "Lily", "Anna"),
      renamed('Tom and his dog went to the park. "Run, Tom!" said his mom. Tom ran very fast.', "Tom", "Ben"),
      renamed("One day, Mia found a little bird. The bird was cold. Mia took the bird home.", "Mia", "Lucy"),
      renamed("Sam was hungry. Sam wanted a big cake. His mom made a cake for Sam.", "Sam", "Max"),
      renamed('Anna saw a frog. "Hello, frog," said Anna. The frog was happy to see Anna.', "Anna", "Sara"),
      renamed("Ben had a blue kite. The wind took the kite away. Ben ran after it.", "Ben", "Tim"),
      "The wheels of the bus went round and round. The wheels of the bus went round and round. The wheels of the bus",
      '"Who ate my cake?" said the bear. "Not I," said the cat. "Not I," said the dog. "Not I," said',
      "The cat ran up the tree. The dog ran up the hill. The cat ran down the tree. The dog",
      "Mom put the red cup on the table. Dad put the blue cup on the table. Lily put",
      "Max liked to jump. Max jumped in the garden. Max jumped in the kitchen. Max jumped",
      "The frog said hello to the bird. The bird said hello to the bee. The bee said hello to",
    ],
  },
  {
    name: "dialogues",
    isForChat: false,
    prompts: [
      '"Can you help me?" asked the little bird. The tree said, "',
      '"Why are you crying?" asked Ben. Lily said, "',
      '"Where is my ball?" asked Tom. His mom said, "',
      'The dog said, "I am hungry." The cat said, "I am',
      '"What is in the box?" asked Mia. Her dad smiled and said, "',
      'Anna asked, "Do you want to play with me?" The boy said, "',
      '"May I have a cookie?" asked Sam. "',
      'The teacher asked, "Who can tell me the color of the sky?" Lucy said, "',
      '"I am not afraid of the dark," said Leo. His sister said, "',
      'The rabbit asked the owl, "How can I find my way home?" The owl said, "',
      '"Look, a rainbow!" said Max. "',
      '"Will you be my friend?" asked the mouse. The lion said, "',
    ],
  },
  {
    name: "tasks",
    isForChat: true,
    prompts: [
      "What is the capital of Portugal? Answer in one sentence.",
      "Name three things that float on water.",
      "Write a polite mail that moves a meeting from Tuesday to Thursday.",
      "Explain to a child why the sky is blue.",
      "Repeat this sentence exactly: The first ferry leaves at ten past seven and costs four euros.",
      "Correct the spelling: I am sory that I coud not come to yor party.",
      "Write a JSON object with the keys name, age and city for Ada, who is 36 and lives in London.",
      "Write a Python function that returns the largest number of a list.",
      "Summarise in one sentence: The railway of 1871 took the trade of the river away, and the towns along it grew poor.",
      "Put these words in alphabetical order: pear, apple, cherry, banana.",
      "What is the difference between weather and climate?",
      "Write the first three sentences of a story about a lighthouse keeper.",
    ],
  },
];
