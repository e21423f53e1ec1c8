/** A text, and the schema of what to extract from it. */
export interface ExtractionTask {
  readonly name: string;
  readonly text: string;
  readonly schema: Readonly<Record<string, unknown>>;
}

const short = { type: "string", minLength: 1, maxLength: 40 } as const;
const list = { type: "array", items: short, minItems: 1, maxItems: 4 } as const;

function object(properties: Readonly<Record<string, unknown>>): ExtractionTask["schema"] {
  return { type: "object", properties, required: Object.keys(properties), additionalProperties: false };
}

/** Ten short texts with bounded schemas, so that a text of the schema always ends. */
export const EXTRACTION_TASKS: readonly ExtractionTask[] = [
  {
    name: "person",
    text: "Maria Keller, 34, works as a nurse at the city hospital in Bern.",
    schema: object({ name: short, age: { type: "integer", minimum: 0, maximum: 120 }, occupation: short, city: short }),
  },
  {
    name: "meeting",
    text: "The project meeting is on 2024-05-17 at 14:30 in room 204. Anna, Ben and Carla take part.",
    schema: object({ date: { type: "string", format: "date" }, room: { type: "integer", minimum: 1, maximum: 999 }, participants: list }),
  },
  {
    name: "review",
    text: "The headphones sound great, but the battery is empty after two hours and the case is broken. I send them back.",
    schema: object({
      sentiment: { enum: ["positive", "negative", "mixed"] },
      product: short,
      problems: list,
      recommended: { type: "boolean" },
    }),
  },
  {
    name: "order",
    text: "Please send three boxes of green tea and one teapot to 12 Hill Road, York. I pay by card.",
    schema: object({
      items: {
        type: "array",
        items: object({ product: short, count: { type: "integer", minimum: 1, maximum: 99 } }),
        minItems: 1,
        maxItems: 3,
      },
      address: short,
      payment: { enum: ["card", "cash", "invoice"] },
    }),
  },
  {
    name: "weather",
    text: "Tomorrow it will rain in Oslo with a temperature of 7.5 degrees and strong wind from the west.",
    schema: object({
      city: short,
      temperature: { type: "number", minimum: -60, maximum: 60 },
      conditions: list,
      wind: { enum: ["none", "weak", "strong"] },
    }),
  },
  {
    name: "book",
    text: "The novel The Silent River by Tom Ashford was published in 1987 and has 312 pages.",
    schema: object({
      title: short,
      author: object({ firstName: short, lastName: short }),
      year: { type: "integer", minimum: 1400, maximum: 2100 },
      pages: { anyOf: [{ type: "integer", minimum: 1, maximum: 5000 }, { type: "null" }] },
    }),
  },
  {
    name: "contact",
    text: "You reach Peter Novak at peter.novak@example.org or under the number 555-0142.",
    schema: object({ name: short, email: { type: "string", format: "email" }, phone: { type: "string", pattern: "^[0-9]{3}-[0-9]{4}$" } }),
  },
  {
    name: "flight",
    text: "Flight LX 318 leaves Zurich at 09:40 and arrives in London at 10:35. It is delayed by 20 minutes.",
    schema: object({
      flight: { type: "string", pattern: "^[A-Z]{2} [0-9]{1,4}$" },
      from: short,
      to: short,
      status: { enum: ["on time", "delayed", "cancelled"] },
      delayMinutes: { type: "integer", minimum: 0, maximum: 600 },
    }),
  },
  {
    name: "recipe",
    text: "For the pancakes mix two eggs, flour and milk, and bake them for 5 minutes. They are easy and vegetarian.",
    schema: object({
      dish: short,
      ingredients: list,
      minutes: { type: "integer", minimum: 1, maximum: 300 },
      difficulty: { enum: ["easy", "medium", "hard"] },
      vegetarian: { type: "boolean" },
    }),
  },
  {
    name: "ticket",
    text: "Hello, since yesterday I cannot log in to my account. It says my password is wrong. This is urgent!",
    schema: object({
      category: { enum: ["billing", "login", "delivery", "other"] },
      urgent: { type: "boolean" },
      summary: { type: "string", minLength: 1, maxLength: 60 },
      resolved: { const: false },
    }),
  },
];
