const NAMES = "Lily Tim Tom Anna Ben Mia Max Sam Lucy Jack Sara Leo Amy Emma Bob Molly Sue John Kate Fred".split(" ");

/** 200 beginnings of stories. */
export const STORY_OPENINGS: readonly string[] = NAMES.flatMap((name) => [
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
