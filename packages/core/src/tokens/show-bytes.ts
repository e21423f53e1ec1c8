/** Returns the text of UTF-8 bytes, shape (n,); bytes that are not whole characters in hexadecimal: "<0xE2><0x82>". */
export function showBytes(bytes: Uint8Array): string {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let text = "";
  for (let index = 0; index < bytes.length;) {
    const length = characterLength(bytes[index]!);
    const character = bytes.subarray(index, index + length);
    try {
      text += decoder.decode(character);
      index += length;
    } catch {
      text += `<0x${bytes[index]!.toString(16).toUpperCase().padStart(2, "0")}>`;
      index++;
    }
  }
  return text;
}

/** Returns how many bytes the character has that begins with `first`. */
function characterLength(first: number): number {
  if (first < 0xc0) return 1;
  if (first < 0xe0) return 2;
  return first < 0xf0 ? 3 : 4;
}
