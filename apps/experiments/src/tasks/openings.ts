/** Openings of stories, written for this benchmark. */
export const OPENINGS: readonly string[] = [
  "Once upon a time, there was a little girl named Lily.",
  "One day, a boy named Tim went to the park.",
  "Tom had a big red ball.",
  "There was a small bird who lived in a tall tree.",
  "Anna and Ben were good friends.",
  "Mia loved to draw pictures of her cat.",
  "A little dog named Max lived on a farm.",
  "It was a sunny day, and Sam wanted to swim.",
  "Once there was an old man who had a kind heart.",
  "Lucy found a shiny stone in the garden.",
  "The bear was very hungry.",
  "Jack and his mom went to the store.",
  "A frog sat on a green leaf in the pond.",
  "Sara had a new doll with a pink dress.",
  "One night, Leo heard a strange noise.",
  "The little train wanted to climb the hill.",
  "Amy was afraid of the dark.",
  "Ben built a tower with his blocks.",
  "There was a fish who wanted to fly.",
  "Grandma baked a big cake for Emma.",
  "The rabbit hopped into the forest.",
  "Bob had a toy car that was very fast.",
  "It was raining, so Molly stayed inside.",
  "A duck and a hen played near the lake.",
  "Daisy wanted to help her dad in the kitchen.",
  "The wind took away Nick's hat.",
  "Once upon a time, a lion lost his roar.",
  "Zoe saw a butterfly on a flower.",
  "Peter and Kate found a map in the attic.",
  "The snow was white and soft.",
  "A turtle was slow, but he never gave up.",
  "Rose gave her little brother a cookie.",
];

export const NAMES: readonly string[] = "Lily Tim Tom Anna Ben Mia Max Sam Lucy Jack Sara Leo Amy Emma Bob Molly".split(" ");

/** More openings, with a name in each. */
export const NAMED_OPENINGS: readonly string[] = NAMES.flatMap((name) => [
  `One day, ${name} went to the beach with a friend.`,
  `${name} had a little kite and wanted to see it fly.`,
]);

/** Openings of the earlier outputs that drafters receive. */
export const EARLIER_OPENINGS: readonly string[] = NAMES.flatMap((name) => [
  `Once upon a time, there was a kind child named ${name}.`,
  `${name} liked to play outside with a friend.`,
  `One morning, ${name} woke up and looked out of the window.`,
  `${name} was sad because a toy was broken.`,
  `There was a big tree near the house of ${name}.`,
  `${name} and a friend wanted to bake cookies.`,
  `One day, ${name} found a box in the yard.`,
  `${name} saw a puppy in the street.`,
]);

/** Four times as many, including `EARLIER_OPENINGS`. */
export const MANY_EARLIER_OPENINGS: readonly string[] = EARLIER_OPENINGS.concat(
  NAMES.flatMap((name) => [
    `Once there was a clever child called ${name}.`,
    `${name} had a big dream.`,
    `One day, ${name} went for a walk in the woods.`,
    `${name} lived in a little house on a hill.`,
    `It was the birthday of ${name}.`,
    `${name} wanted to learn how to ride a bike.`,
    `One night, ${name} could not sleep.`,
    `${name} and a brother were playing with a ball.`,
    `A kind lady gave ${name} a red apple.`,
    `${name} loved to read books about animals.`,
    `One day, ${name} lost a favorite toy.`,
    `${name} helped mom clean the kitchen.`,
    `There was a little cat that belonged to ${name}.`,
    `${name} and dad went fishing at the lake.`,
    `${name} was playing in the sand when it began to rain.`,
    `Every day, ${name} fed the ducks in the park.`,
    `${name} made a new friend at school.`,
    `One day, ${name} saw a rainbow in the sky.`,
    `${name} did not want to share the toys.`,
    `In the garden, ${name} planted a seed.`,
    `${name} found a shiny coin on the road.`,
    `${name} went to the zoo to see the lions.`,
    `A big dog barked at ${name}.`,
    `${name} drew a picture for grandma.`,
  ]),
);

/** 200 openings of stories, 10 for each of 20 names. */
export const STORY_OPENINGS: readonly string[] = [...NAMES, "Sue", "John", "Kate", "Fred"].flatMap((name) => [
  `Once upon a time, there was a child named ${name}.`,
  `One day, ${name} went to the park.`,
  `${name} had a big red ball.`,
  `${name} was sad because`,
  `It was raining, so ${name} stayed inside and`,
  `The dog saw ${name} and`,
  `${name} found a shiny stone in the garden.`,
  `"Can I help you?" asked ${name}.`,
  `One night, ${name} heard a strange noise.`,
  `${name} and the bird were good friends.`,
]);
