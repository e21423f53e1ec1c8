import type { Rolldown } from "vite";

/** Matches the module that has all texts of one language. */
const LANGUAGE = /\/src\/texts\/(?!en)[a-z]{2}\.ts$/;
/** Matches the modules of its parts. */
const PARTS = /\/src\/texts\/(?!en)[a-z]{2}(\/[\w-]+)?\.ts$/;

/**
 * Puts what a language imports, besides its own parts, into a chunk of its own. The page waits for its language before it goes on: if the
 * language imported from the chunk of the page, each would wait for the other.
 */
export function languageChunks(): Rolldown.CodeSplittingGroup {
  let tools: ReadonlySet<string> | undefined;
  return {
    name(id, context) {
      tools ??= toolsOf(id, (each) => context.getModuleInfo(each));
      return tools.has(id) ? "text-tools" : null;
    },
  };
}

type GetModuleInfo = (id: string) => Rolldown.ModuleInfo | null;

/** Returns the modules that any language imports, found from any module of the page. */
function toolsOf(from: string, getModuleInfo: GetModuleInfo): ReadonlySet<string> {
  const languages = [...reach(from, getModuleInfo, (info) => [...info.importers, ...info.importedIds, ...info.dynamicallyImportedIds])];
  const tools = new Set<string>();
  for (const language of languages.filter((id) => LANGUAGE.test(id)))
    for (const id of reach(language, getModuleInfo, ({ importedIds }) => importedIds)) if (!PARTS.test(id)) tools.add(id);
  return tools;
}

function reach(from: string, getModuleInfo: GetModuleInfo, next: (info: Rolldown.ModuleInfo) => readonly string[]): ReadonlySet<string> {
  const found = new Set<string>();
  const waiting = [from];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    const info = getModuleInfo(id);
    if (info) waiting.push(...next(info));
  }
  return found;
}

/** Whether a chunk holds the texts of a language other than English, which only those who read it fetch. */
export function isLanguageChunk({ facadeModuleId }: Pick<Rolldown.OutputChunk, "facadeModuleId">): boolean {
  return facadeModuleId !== null && LANGUAGE.test(facadeModuleId);
}
