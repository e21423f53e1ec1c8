import type { Children } from "../icons.tsx";

/** One way to share: its name, what it does, and its buttons. */
export function Section({
  name,
  explain,
  children,
}: {
  readonly name: string;
  readonly explain?: string | undefined;
  readonly children: Children;
}) {
  return (
    <section class="share-section" aria-label={name}>
      <h3>{name}</h3>
      {explain && <p class="hint">{explain}</p>}
      {children}
    </section>
  );
}

/** What an action has done. It is read out. */
export function Result({ children }: { readonly children: string }) {
  return (
    <p class="share-result" role="status">
      {children}
    </p>
  );
}
