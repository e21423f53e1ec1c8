import type { ComponentChild } from "preact";

const paths = {
  play: "M7 4.5v15l12-7.5z",
  pause: "M7 5h3.5v14H7zM13.5 5H17v14h-3.5z",
  first: "M6 5h2.5v14H6zM19 5v14L9.5 12z",
  last: "M15.5 5H18v14h-2.5zM5 5v14l9.5-7z",
  back: "M15 5v14L6 12z",
  forward: "M9 5v14l9-7z",
  stop: "M6 6h12v12H6z",
} as const;

const lines = {
  close: "M6 6l12 12M18 6L6 18",
  plus: "M12 5v14M5 12h14",
  sliders: "M4 7h9M19 7h1M4 17h1M11 17h9M16 4.5v5M8 14.5v5",
  share:
    "M8.5 10.8l7-3.6M8.5 13.2l7 3.6M6 14.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5M18 8.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5M18 20.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5",
  undo: "M9 7L4.5 11.5 9 16M5 11.5h9a5 5 0 0 1 0 10h-2",
  redo: "M15 7l4.5 4.5L15 16M19 11.5h-9a5 5 0 0 0 0 10h2",
  open: "M12 16V5M7.5 9.5 12 5l4.5 4.5M5 20h14",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4",
  moon: "M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10z",
  auto: "M12 4a8 8 0 1 0 0 16M12 4a8 8 0 0 1 0 16M12 4v16M12 8h5M12 12h8M12 16h5",
} as const;

export type IconName = keyof typeof paths | keyof typeof lines;

/** A decorative icon; its container has the label. */
export function Icon({ name }: { readonly name: IconName }) {
  const isLine = name in lines;
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path
        d={isLine ? lines[name as keyof typeof lines] : paths[name as keyof typeof paths]}
        fill={isLine ? "none" : "currentColor"}
        stroke={isLine ? "currentColor" : "none"}
        stroke-width="1.75"
        stroke-linecap="round"
        stroke-linejoin="round"
      />
    </svg>
  );
}

export function IconButton({
  icon,
  label,
  onClick,
  disabled,
  pressed,
}: {
  readonly icon: IconName;
  readonly label: string;
  readonly onClick: () => void;
  readonly disabled?: boolean;
  readonly pressed?: boolean;
}) {
  return (
    <button type="button" class="icon-button" aria-label={label} title={label} onClick={onClick} disabled={disabled} aria-pressed={pressed}>
      <Icon name={icon} />
    </button>
  );
}

export type Children = ComponentChild | readonly ComponentChild[];
