/** Returns the tokens of the text to edit: those between the token that begins the prompt and the first edit mark, which also ends it. */
export const excerptOf = (prompt: Int32Array): Int32Array => prompt.subarray(1, prompt.indexOf(prompt.at(-1)!));
