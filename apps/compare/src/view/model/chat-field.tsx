import { useState } from "preact/hooks";
import { changeSettings } from "../../lab/documents.ts";
import { shownFacts } from "../../lab/shown-facts.ts";
import * as state from "../../lab/state.ts";
import { isChat } from "../../models/chat-prompt.ts";
import { texts } from "../../texts/texts.ts";
import { MAX_PROMPT_LENGTH } from "../../url/settings.ts";
import { Segments } from "../segments.tsx";

const t = texts.models.chat;

interface ChatFieldProps {
  /** Whether the settings are shown: the system message is one of them, unless it is written already. */
  readonly isOpen: boolean;
}

/** Whether the prompt is a message of a chat, with an optional system message. Nothing for models that are known to have no chat template. */
export function ChatField({ isOpen }: ChatFieldProps) {
  const { chat, system } = state.settings.value;
  const { hasChat } = shownFacts.value;
  if (hasChat === false && chat !== "on") return null;
  const reads = isChat({ chat }, hasChat);
  return (
    <div class="chat-field">
      <span class="field-label" aria-hidden="true">
        {t.label}
      </span>
      <Segments
        name="chat"
        label={t.label}
        choices={t.choices}
        chosen={reads === false ? "off" : "on"}
        onChoose={(choice) => changeSettings({ chat: choice === "on" && hasChat !== false ? "auto" : choice })}
      />
      {reads === undefined && <p class="hint">{t.unknown}</p>}
      {hasChat === false && reads && <p class="problem">{t.none}</p>}
      {reads !== false && (isOpen || system !== "") && (
        <input
          class="system"
          type="text"
          aria-label={t.system}
          placeholder={t.system}
          maxLength={MAX_PROMPT_LENGTH}
          value={system}
          onInput={(event) => changeSettings({ system: event.currentTarget.value })}
        />
      )}
      <Rendered />
    </div>
  );
}

/** The prompt of the shown run as the model read it, on demand. */
function Rendered() {
  const [isOpen, setOpen] = useState(false);
  const rendered = state.trace.value?.chat?.rendered;
  if (rendered === undefined) return null;
  return (
    <details class="rendered" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t.rendered}</summary>
      {isOpen && <pre>{rendered}</pre>}
    </details>
  );
}
