/** A question with one number as its answer. */
export interface Question {
  readonly text: string;
  readonly answer: number;
}

/** Arithmetic for primary schools, in words and in figures. */
export const QUESTIONS: readonly Question[] = [
  { text: "What is 7 + 5?", answer: 12 },
  { text: "What is 14 - 6?", answer: 8 },
  { text: "What is 6 times 4?", answer: 24 },
  { text: "What is 30 divided by 5?", answer: 6 },
  { text: "What is 25 + 17?", answer: 42 },
  { text: "What is 3 + 4 + 5?", answer: 12 },
  { text: "What is 2 times 3, plus 4?", answer: 10 },
  { text: "What is 100 - 35?", answer: 65 },
  { text: "Tom has 3 apples and buys 4 more. How many apples does he have?", answer: 7 },
  { text: "Anna has 10 sweets and gives 4 to Ben. How many sweets does she have left?", answer: 6 },
  { text: "A box holds 6 eggs. How many eggs do 3 boxes hold?", answer: 18 },
  { text: "Four children share 12 cookies equally. How many cookies does each child get?", answer: 3 },
  { text: "There are 5 birds on a tree. 2 fly away and 4 come. How many birds are on the tree?", answer: 7 },
  { text: "A pencil costs 2 dollars. How many dollars do 7 pencils cost?", answer: 14 },
  { text: "Sara reads 8 pages each day. How many pages does she read in 5 days?", answer: 40 },
  { text: "A bus has 20 passengers. 8 get off and 3 get on. How many passengers are on the bus?", answer: 15 },
  { text: "Lily has 2 bags with 5 marbles each, and 3 more marbles. How many marbles does she have?", answer: 13 },
  { text: "A farmer has 4 cows and 9 sheep. How many animals does he have?", answer: 13 },
  { text: "Max is 9 years old. His sister is 4 years younger. How old is his sister?", answer: 5 },
  { text: "A rope is 15 metres long. It is cut into pieces of 3 metres. How many pieces are there?", answer: 5 },
];

/** Returns the first number in a text, or undefined. */
export function firstNumber(text: string): number | undefined {
  return numbersIn(text)[0];
}

/** Returns the last number in a text, or undefined. */
export function lastNumber(text: string): number | undefined {
  return numbersIn(text).at(-1);
}

function numbersIn(text: string): readonly number[] {
  return (text.replaceAll(",", "").match(/\d+(?:\.\d+)?/gu) ?? []).map(Number);
}
