/** A short text, and what tasks ask about it. All texts are our own. */
export interface Passage {
  readonly text: string;
  /** A name that occurs in it, and one that does not. */
  readonly name: string;
  readonly otherName: string;
  /** A number that occurs in it once, and one that does not. */
  readonly number: string;
  readonly otherNumber: string;
  readonly question: string;
}

const passage = (
  text: string,
  [name, otherName]: [string, string],
  [number, otherNumber]: [string, string],
  question: string,
): Passage => ({
  text,
  name,
  otherName,
  number,
  otherNumber,
  question,
});

export const PASSAGES: readonly Passage[] = [
  passage(
    "The library in Ostrand lends books for 21 days. Members may borrow six books at a time and renew each of them twice. Irma Feld runs the reading room, where laptops are allowed but phones are not. A lost book costs its price and a fee of four euros.",
    ["Ostrand", "Velden"],
    ["21", "28"],
    "How long may a book be kept, and what does a lost book cost?",
  ),
  passage(
    "Night bus N4 runs from the station to the university every 35 minutes between midnight and five. It stops at the hospital and at Marta Square. The driver sells single tickets, but day passes must be bought before. Bicycles are not carried on Saturdays.",
    ["Marta Square", "Linden Square"],
    ["35", "40"],
    "Where does the bus stop, and who sells tickets?",
  ),
  passage(
    "Dorian keeps 14 hens behind the mill. In spring they lay about nine eggs a day, in December hardly three. He sells what he does not eat to the baker in Tollen, who pays thirty cents for an egg. A fox took two hens last autumn, and since then Dorian locks the shed at dusk.",
    ["Dorian", "Mattias"],
    ["14", "17"],
    "Why does he lock the shed, and to whom does he sell the eggs?",
  ),
  passage(
    "The clock on the town hall of Bergau was built in 1684 by two brothers. It has only one hand, because nobody needed minutes then. Every week Selma Roth climbs 96 steps to wind it. In the great storm the hand was bent, and for a month the clock showed noon.",
    ["Bergau", "Haslach"],
    ["96", "112"],
    "Why does the clock have only one hand?",
  ),
  passage(
    "To plant a young apple tree, dig a hole of 60 centimetres, loosen the ground below and put in a stake. Set the tree so that the graft stays above the soil. Fill the hole, tread it down and water it with two cans. Tie the trunk to the stake with a soft band, and check the band each year, says Emil Grau.",
    ["Emil Grau", "Otto Brand"],
    ["60", "75"],
    "What has to be done each year, and why is there a stake?",
  ),
  passage(
    "The workshop of Nadia Kern repairs bicycles and kick scooters. A new tube costs 12 euros with the work, a full check 45. Whoever brings a bicycle before ten o'clock can fetch it on the same day. On Wednesdays young people may use the tools themselves, with someone to help them.",
    ["Nadia Kern", "Clara Voss"],
    ["45", "52"],
    "What happens on Wednesdays, and what does a full check cost?",
  ),
  passage(
    "Lake Merin is 8 kilometres long and frozen from January to March. Anglers cut holes into the ice and sit on wooden boxes. Three islands lie in its middle; on the largest one, Sava, a chapel stands. In summer the mail boat calls there each Friday, if the wind allows it.",
    ["Sava", "Norra"],
    ["8", "11"],
    "What stands on the largest island, and when does the mail boat come?",
  ),
  passage(
    "In the first week of the course you learn to throw a bowl, in the second to glaze it. The kiln needs 18 hours to reach its heat and a whole day to cool. Please bring an apron and an old towel. Leonie Marsh teaches on Mondays, her brother on Thursdays. The clay is part of the price.",
    ["Leonie Marsh", "Ruth Calder"],
    ["18", "22"],
    "What should be brought, and who teaches on Thursdays?",
  ),
  passage(
    "The choir of Saint Alban has 33 singers and looks for two tenors. It rehearses on Tuesdays at eight in the old brewery. In June it sings at the harbour, in December in the church. Nobody has to read music, but everybody has to come on time. Ask for Hugo Lenz after the rehearsal.",
    ["Hugo Lenz", "Paul Ister"],
    ["33", "41"],
    "Whom should a tenor ask, and where does the choir rehearse?",
  ),
];

/** Small pieces of code, each with a name that occurs in it and a better one. */
export const CODE: readonly (readonly [code: string, name: string, better: string])[] = [
  ["def area(w, h):\n    if w < 0 or h < 0:\n        return None\n    return w * h", "area", "rectangle_area"],
  ["function last(list) {\n  if (list.length === 0) return undefined;\n  return list[list.length - 1];\n}", "last", "lastItem"],
  ["def mean(xs):\n    total = 0\n    for x in xs:\n        total += x\n    return total / len(xs)", "xs", "numbers"],
  ["function pad(text, width) {\n  while (text.length < width) {\n    text = ' ' + text;\n  }\n  return text;\n}", "pad", "padLeft"],
  [
    "def is_leap(y):\n    if y % 400 == 0:\n        return True\n    if y % 100 == 0:\n        return False\n    return y % 4 == 0",
    "y",
    "year",
  ],
  ["class Counter {\n  constructor() {\n    this.n = 0;\n  }\n  up() {\n    this.n += 1;\n    return this.n;\n  }\n}", "up", "increment"],
  ["def reverse_words(text):\n    words = text.split()\n    words.reverse()\n    return ' '.join(words)", "words", "parts"],
  ["const square = (x) => x * x;\nconst cube = (x) => x * square(x);\nconsole.log(cube(3));", "cube", "thirdPower"],
  [
    "def find(items, wanted):\n    for place, item in enumerate(items):\n        if item == wanted:\n            return place\n    return -1",
    "find",
    "index_of",
  ],
];

/** Situations for a mail. */
export const SITUATIONS: readonly string[] = [
  "your parcel has not arrived after two weeks",
  "you found a wallet in the tram",
  "you cannot come to the choir on Tuesday",
  "the heating in your flat is broken",
  "you would like to visit a school for one day",
  "you want to give back a coat that is too small",
  "you need a copy of an invoice of last year",
  "the noise of a building site keeps you awake",
  "you offer to help in the garden of the club",
];

/** Things to be explained. */
export const TOPICS: readonly string[] = [
  "why the sea is salty",
  "how a lock on a canal works",
  "why leaves turn yellow in autumn",
  "how a magnet holds a note on a fridge",
  "what happens when water boils",
  "why we see the moon change its shape",
  "how a letter finds its way to another country",
  "why a bicycle does not fall over when it rolls",
  "how yeast makes dough rise",
];

/** What a story is about. */
export const SUBJECTS: readonly string[] = [
  "a baker who loses her watch in the dough",
  "two brothers who build a raft",
  "an old dog that waits at a station",
  "a boy who can hear the snow fall",
  "a clock that runs backwards",
  "a gardener who plants a key",
  "a ferry that never leaves the harbour",
  "a teacher who forgets a name",
  "a fox that learns to count",
];
