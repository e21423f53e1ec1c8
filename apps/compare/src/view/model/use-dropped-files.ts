import { useEffect } from "preact/hooks";
import { openTrace } from "../../lab/files.ts";
import { droppedFiles, droppedItems } from "../../models/dropped-files.ts";
import { openDialog } from "./open-dialog.ts";

/**
 * Takes files and folders that are dropped anywhere on the page, which a browser would open in its place: a saved run is opened, and the model
 * dialog opens for all others.
 */
export function useDroppedFiles(): void {
  useEffect(() => {
    addEventListener("dragover", allowDrop);
    addEventListener("drop", drop);
    return () => {
      removeEventListener("dragover", allowDrop);
      removeEventListener("drop", drop);
    };
  }, []);
}

const hasFiles = ({ dataTransfer }: DragEvent): boolean => dataTransfer?.types.includes("Files") ?? false;

function allowDrop(event: DragEvent): void {
  if (hasFiles(event)) event.preventDefault();
}

function drop(event: DragEvent): void {
  if (!hasFiles(event)) return;
  event.preventDefault();
  void takeFiles(droppedFiles(droppedItems(event.dataTransfer!)));
}

async function takeFiles(reading: ReturnType<typeof droppedFiles>): Promise<void> {
  const [first, ...others] = await reading.catch(() => []);
  if (first?.path.endsWith(".jsonl") && others.length === 0) await openTrace(first.file);
  // The dialog also says what is wrong with them.
  else openDialog.value = { dropped: reading };
}
