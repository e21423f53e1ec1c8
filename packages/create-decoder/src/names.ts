/** The name of a package in the forms that its files have. */
export interface Names {
  /** As on npm: "my-decoder", "@me/my-decoder". */
  readonly package: string;
  /** Without a scope, in kebab-case: files, and the name on the command line. */
  readonly kebab: string;
  /** Of the function: "myDecoder". */
  readonly camel: string;
  /** For people: "My decoder". */
  readonly title: string;
}

const PACKAGE = /^(?:@[a-z0-9][a-z0-9._-]*\/)?[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/u;

/** Names that would be no function. */
const RESERVED = new Set([
  "default",
  "delete",
  "export",
  "function",
  "import",
  "new",
  "null",
  "return",
  "this",
  "true",
  "false",
  "var",
  "void",
]);

/** Says why a text is no name of such a package, or nothing if it is one. */
export function problemOf(name: string): string | undefined {
  if (name === "") return "A package needs a name.";
  if (!PACKAGE.test(name)) return "Use lower-case letters, digits and hyphens, as in my-decoder or @me/my-decoder.";
  if (RESERVED.has(kebabOf(name))) return "That word means something else in JavaScript.";
  return name.length > 100 ? "Use at most 100 characters." : undefined;
}

/** Returns the forms of a name without problems. */
export function namesOf(name: string): Names {
  const kebab = kebabOf(name);
  const [first = "", ...rest] = kebab.split("-");
  const words = [first, ...rest].join(" ");
  return {
    package: name,
    kebab,
    camel: first + rest.map((word) => word[0]!.toUpperCase() + word.slice(1)).join(""),
    title: words[0]!.toUpperCase() + words.slice(1),
  };
}

function kebabOf(name: string): string {
  return name.slice(name.indexOf("/") + 1);
}
