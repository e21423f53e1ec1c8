import type { DecodeEvent, TokenId } from "@decodekit/core";

/** Compares what was first shown of each token with what became of it. */
export interface ShownTokens {
  add(event: DecodeEvent): void;
  /** How many committed tokens are not what was first shown in their place. */
  changed(): number;
}

/** `maskTokenId` shows that a token is unknown. Drafts that a verification has rejected do not count as shown. */
export function shownTokens(maskTokenId: TokenId | undefined): ShownTokens {
  const first = new Map<number, TokenId>();
  let changed = 0;
  return {
    add(event) {
      if (event.type === "draft-verify") {
        for (let place = event.start + event.accepted; place < event.start + event.drafted; place++) first.delete(place);
      } else if (event.type === "tokens-propose") {
        for (const [offset, token] of event.tokens.entries()) {
          const place = event.start + offset;
          if (token !== maskTokenId && !first.has(place)) first.set(place, token);
        }
      } else if (event.type === "tokens-commit") {
        for (const [offset, token] of event.tokens.entries()) if ((first.get(event.start + offset) ?? token) !== token) changed++;
      }
    },
    changed: () => changed,
  };
}
