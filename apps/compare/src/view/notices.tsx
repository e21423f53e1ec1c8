import { announcement, dismiss, notices } from "../lab/state.ts";
import { texts } from "../texts/texts.ts";
import { IconButton } from "./icons.tsx";

/** Messages that stay until they are dismissed, and the announcement for screen readers. */
export function Notices() {
  return (
    <>
      <div class="notices" role="region" aria-label={texts.notices.heading}>
        {notices.value.map(({ id, kind, text, action }) => (
          <div key={id} class="notice" data-kind={kind} role={kind === "error" ? "alert" : "status"}>
            <p>{text}</p>
            {action && (
              <button
                type="button"
                onClick={() => {
                  dismiss(id);
                  action.act();
                }}
              >
                {action.label}
              </button>
            )}
            <IconButton icon="close" label={texts.notices.dismiss} onClick={() => dismiss(id)} />
          </div>
        ))}
      </div>
      <p class="sr-only" role="status">
        {announcement.value}
      </p>
    </>
  );
}
