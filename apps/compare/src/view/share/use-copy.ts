import type { RefObject } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

interface Copied {
  readonly text: string;
  /** False if the browser does not allow to copy: the text is selected then. */
  readonly isCopied: boolean;
}

interface Copying<Field> {
  /** A field that shows the text. */
  readonly field: RefObject<Field | null>;
  readonly copied: Copied | undefined;
  readonly copy: (text: string) => void;
  readonly forget: () => void;
}

/** Copies texts. What cannot be copied is selected in a field, from where the visitor can do it. */
export function useCopy<Field extends HTMLInputElement | HTMLTextAreaElement>(): Copying<Field> {
  const field = useRef<Field>(null);
  const [copied, setCopied] = useState<Copied>();
  useLayoutEffect(() => {
    if (copied?.isCopied !== false) return;
    field.current?.focus();
    field.current?.select();
  }, [copied]);
  const copy = async (text: string): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied({ text, isCopied: true });
    } catch {
      setCopied({ text, isCopied: false });
    }
  };
  return { field, copied, copy: (text) => void copy(text), forget: () => setCopied(undefined) };
}
