"""Continuations of many prompts at once, with a cache: what a target says itself is what its drafts are trained on.

Rows have lengths of their own; those that have ended leave the batch. B rows, V vocabulary.
"""

from __future__ import annotations

import torch
from torch import Tensor

from llama_network import Cache, Llama

LEAVE_SHARE = 0.8  # ended rows are dropped once fewer than this share of the batch goes on
CHECK_STEPS = 16


class Batch:
    """Rows that grow by one token a step."""

    def __init__(self, network: Llama, prompts: list[list[int]], new_tokens: int) -> None:
        self.network, self.new_tokens = network, new_tokens
        self.stops = torch.tensor(network.config.stop_tokens)
        self.lengths = torch.tensor([len(prompt) for prompt in prompts])  # (B,)
        self.rows = torch.arange(len(prompts))  # which prompt a row continues
        self.outputs: list[list[int]] = [[] for _ in prompts]
        longest = int(self.lengths.max())
        self.cache = Cache(network.config)
        tokens = torch.tensor([prompt + [0] * (longest - len(prompt)) for prompt in prompts])
        hidden, _ = network(tokens, cache=self.cache)
        self.logits = self.project(hidden[self.rows, self.lengths - 1])

    def project(self, hidden: Tensor) -> Tensor:
        return (hidden @ self.network.head.T).float()

    def advance(self, chosen: Tensor) -> None:
        """Appends (B,) tokens and computes the logits after them."""
        hidden, _ = self.network(chosen[:, None], positions=self.lengths[:, None], cache=self.cache)
        self.lengths = self.lengths + 1
        self.logits = self.project(hidden[:, -1])

    def keep(self, rows: Tensor) -> None:
        self.rows, self.lengths, self.logits = self.rows[rows], self.lengths[rows], self.logits[rows]
        self.cache.keep(rows)

    def run(self, temperatures: Tensor, generator: torch.Generator) -> list[list[int]]:
        """`temperatures` (B,), 0 is greedy → the new tokens of every prompt, the stop token included where it came."""
        ended = torch.zeros(len(self.rows), dtype=torch.bool)
        for step in range(self.new_tokens):
            chosen = choose(self.logits, temperatures, generator)
            for row, token in zip(self.rows[~ended].tolist(), chosen[~ended].tolist()):
                self.outputs[row].append(token)
            ended |= torch.isin(chosen, self.stops)
            if step + 1 == self.new_tokens or bool(ended.all()):
                break
            if step % CHECK_STEPS == 0 and (~ended).float().mean() < LEAVE_SHARE:
                going = (~ended).nonzero().squeeze(1)
                self.keep(going)
                chosen, temperatures, ended = chosen[going], temperatures[going], ended[going]
            self.advance(chosen)
        return self.outputs


def choose(logits: Tensor, temperatures: Tensor, generator: torch.Generator) -> Tensor:
    """(B, V) → (B,): the likeliest token, or a draw at the row's temperature (Gumbel, 1954: argmax of logit + noise)."""
    sampled = temperatures > 0
    if not bool(sampled.any()):
        return logits.argmax(-1)
    noise = -torch.empty_like(logits[sampled]).exponential_(generator=generator).log_()
    scores = logits.clone()
    scores[sampled] = logits[sampled] / temperatures[sampled, None] + noise
    return scores.argmax(-1)


@torch.no_grad()
def continue_prompts(network: Llama, prompts: list[list[int]], temperatures: list[float], new_tokens: int, seed: int) -> list[list[int]]:
    generator = torch.Generator().manual_seed(seed)
    return Batch(network, prompts, new_tokens).run(torch.tensor(temperatures), generator)
