"""How often drafted tokens are accepted, from texts that the target wrote itself.

For a round that begins after token i of a text and depth j = 0, 1, … (the draft of token i + 1 + j, given the true tokens before):

    accept[i, j]  probability that a drafted token is accepted: at temperature 1 Σ min(p, q), greedily 1 where both argmaxes agree
    carry[i, j]   probability that the text's own token would have been drafted and accepted: min(1, q / p) of that token, greedily the same 1

Then P(at least k accepted) = E[carry[i, 0] ⋯ carry[i, k − 2] · accept[i, k − 1]] over texts drawn from p: exact, since Σ p · min(1, q / p) · f =
Σ min(p, q) · f (the acceptance rule of Leviathan et al. 2023, arXiv:2211.17192).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from eagle_head import EagleHead
from llama_network import Llama


@dataclass
class Text:
    """A text with what the target says about it."""

    tokens: Tensor  # (n,)
    start: int  # the first token the target wrote
    greedy: bool
    probabilities: Tensor  # (n, V): row i predicts token i + 1
    fused: Tensor | None = None  # (n, 3C)


@dataclass
class Acceptance:
    """(rounds, depth) each; rounds begin after each token that the target wrote, except the last."""

    accept: Tensor
    carry: Tensor

    def at_least(self) -> Tensor:
        """(rounds, depth): P(at least k accepted), k = 1, 2, …"""
        before = functional.pad(self.carry[:, :-1].cumprod(1), (1, 0), value=1.0)
        return before * self.accept


@torch.no_grad()
def read_text(target: Llama, entry: dict, layers: tuple[int, ...]) -> Text:
    tokens = torch.tensor(entry["prompt"] + entry["answer"])
    final, kept = target(tokens[None], keep=layers)
    probabilities = torch.softmax((final[0] @ target.head.T).float(), -1)
    fused = torch.cat(kept, -1)[0] if kept else None
    return Text(tokens, len(entry["prompt"]), entry["temperature"] == 0, probabilities, fused)


def of_distributions(text: Text, drafted: list[Tensor], ids: Tensor) -> Acceptance:
    """`drafted[j]` (rounds, U): q for the token at depth j of each round; rows that reach behind the end are not read."""
    rounds = len(text.tokens) - 1 - text.start
    accept, carry = torch.zeros(2, rounds, len(drafted))
    places = torch.full((text.probabilities.shape[1],), len(ids)).index_put((ids,), torch.arange(len(ids)))
    for depth, q in enumerate(drafted):
        count = rounds - depth
        if count <= 0:
            break
        q = q[:count]
        tokens = text.tokens[text.start + 1 + depth :]
        if text.greedy:
            accept[:count, depth] = carry[:count, depth] = (ids[q.argmax(-1)] == tokens).float()
            continue
        p = text.probabilities[text.start + depth : -1]
        accept[:count, depth] = torch.minimum(p[:, ids], q).sum(-1)
        own = functional.pad(q, (0, 1)).gather(1, places[tokens][:, None])[:, 0]
        carry[:count, depth] = (own / p.gather(1, tokens[:, None])[:, 0].clamp(min=1e-9)).clamp(max=1)
    return Acceptance(accept, carry)


@torch.no_grad()
def measure_head(head: EagleHead, target: Llama, text: Text, ids: Tensor, depth: int) -> Acceptance:
    embeddings = target.model["embed_tokens"](text.tokens).float()
    steps = [functional.pad(embeddings[step + 1 :], (0, 0, 0, step + 1))[None] for step in range(depth)]
    hidden_states = head.chain(text.fused[None], steps)
    rounds = slice(text.start - 1, len(text.tokens) - 2)  # row t drafts token t + 2: the round after token t + 1
    drafted = [torch.softmax(head.lm_head(head.norm(hidden[0, rounds])), -1) for hidden in hidden_states]
    return of_distributions(text, drafted, ids)


@torch.no_grad()
def measure_small_draft(network: Llama, text: Text, ids: Tensor, depth: int) -> Acceptance:
    hidden, _ = network(text.tokens[None])
    q = torch.softmax(hidden[0, text.start : -1] @ network.head[ids].T, -1)
    return of_distributions(text, [q[step:] for step in range(depth)], ids)


def measure_lookup(text: Text, depth: int, longest: int = 3) -> Acceptance:
    """Prompt lookup: what followed the latest earlier occurrence of the last 3, else 2, else 1 tokens."""
    tokens = text.tokens.tolist()
    rounds = len(tokens) - 1 - text.start
    accept, carry = torch.zeros(2, rounds, depth)
    latest: dict[tuple, int] = {}
    for end in range(1, len(tokens)):  # tokens[:end] are known
        known = [tuple(tokens[end - size : end]) for size in range(min(longest, end), 0, -1)]
        if end > text.start:
            found = next((latest[gram] for gram in known if gram in latest), end)
            for step in range(min(depth, rounds - (end - 1 - text.start), end - found)):
                drafted, row = tokens[found + step], end - 1 - text.start
                same = float(drafted == tokens[end + step])
                carry[row, step] = same
                accept[row, step] = same if text.greedy else text.probabilities[end - 1 + step, drafted]
        latest |= {gram: end for gram in known}
    return Acceptance(accept, carry)


def greedy_rounds(acceptance: Acceptance, length: int) -> tuple[int, int]:
    """Tokens of a text and rounds it takes greedily with `length` drafted tokens."""
    accepted = acceptance.carry[:, :length].cumprod(1).sum(1).int().tolist()
    place = rounds = 0
    while place < len(accepted):
        place += accepted[place] + 1
        rounds += 1
    return len(accepted), rounds


def tokens_per_round(found: list[Acceptance], length: int, greedy: bool) -> float:
    """Tokens of all texts over their rounds, with `length` drafted tokens. At temperature 1 the expected tokens of a round at any place."""
    if greedy:
        tokens, rounds = (sum(each) for each in zip(*(greedy_rounds(acceptance, length) for acceptance in found)))
        return tokens / max(1, rounds)
    return 1 + float(torch.cat([each.at_least()[:, :length] for each in found]).sum(1).mean())
