import { useLayoutEffect, useRef } from "preact/hooks";
import { texts } from "../texts/texts.ts";
import { type Children, IconButton } from "./icons.tsx";

interface DialogProps {
  readonly heading: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly children: Children;
}

/** The browser's modal dialog: it traps the focus, closes on Escape and restores the focus. */
export function Dialog({ heading, isOpen, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const element = dialog.current!;
    if (isOpen && !element.open) {
      element.showModal();
      element.querySelector<HTMLElement>("form :is(input:not([type=radio]), input:checked, select, textarea)")?.focus();
    }
    if (!isOpen && element.open) element.close();
  }, [isOpen]);
  return (
    <dialog
      ref={dialog}
      aria-label={heading}
      // Escape also closes the dialog through `isOpen`. The browser's own close event comes later, when the dialog may be open again.
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClose={(event) => !event.currentTarget.open && onClose()}
      onClick={(event) => event.target === dialog.current && onClose()}
    >
      {isOpen && (
        <div class="dialog-body">
          <header>
            <h2>{heading}</h2>
            <IconButton icon="close" label={texts.dialog.close} onClick={onClose} />
          </header>
          {children}
        </div>
      )}
    </dialog>
  );
}
