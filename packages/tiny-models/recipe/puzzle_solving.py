"""Ways to decode a puzzle's answer with the network, and how many puzzles each solves exactly.

left-to-right  the causal stream, greedy, one cell per pass
any-order      the canvas stream, the most certain cell first, one cell per pass, never remasked
revising       as any-order, then cells whose digit has become unlikely are cleared and filled again, a few rounds
all-at-once    every cell predicted in one pass, then all predicted again from the last prediction until nothing changes, a few rounds
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from dual_network import DualNetwork
from model_config import MASK_TOKEN
from sudoku import ANSWER_START, CELLS, DIGIT_OFFSET, SIDE, is_solved, to_tokens

REVISIONS = 12  # rounds; each clears the unlikely cells and fills them again
FIRST_DIGIT = DIGIT_OFFSET + 1
DIGITS = slice(FIRST_DIGIT, FIRST_DIGIT + SIDE)  # token ids of the digits


def canvas_visibility_of_answer(device: torch.device | str) -> tuple[Tensor, Tensor]:
    """Bias (1, 1, 36, ANSWER_START + 36) in which everything is visible (the clean tokens end before the answer), positions (36,)."""
    bias = torch.zeros(1, 1, CELLS, ANSWER_START + CELLS, device=device)
    return bias, torch.arange(ANSWER_START, ANSWER_START + CELLS, device=device)


@torch.no_grad()
def digit_probabilities(network: DualNetwork, prompts: Tensor, answers: Tensor) -> Tensor:
    """(N, 36, 6) of the canvas stream; `prompts` (N, ANSWER_START), `answers` (N, 36) tokens, MASK_TOKEN where unknown."""
    bias, positions = canvas_visibility_of_answer(prompts.device)
    hidden = network(prompts, answers, bias, positions)[:, ANSWER_START:]
    return torch.softmax((hidden @ network.head.T)[..., DIGITS].float(), dim=-1)


@torch.no_grad()
def left_to_right(network: DualNetwork, prompts: Tensor) -> Tensor:
    tokens = prompts
    for _ in range(CELLS):
        logits = network(tokens)[:, -1] @ network.head.T
        tokens = torch.cat((tokens, FIRST_DIGIT + logits[:, DIGITS].argmax(-1, keepdim=True)), dim=1)
    return tokens[:, ANSWER_START:]


def fill_surest_first(network: DualNetwork, prompts: Tensor, answers: Tensor) -> Tensor:
    answers, rows = answers.clone(), torch.arange(len(prompts), device=prompts.device)
    while (open_cells := answers == MASK_TOKEN).any():
        surest, digit = digit_probabilities(network, prompts, answers).max(-1)
        cell = surest.masked_fill(~open_cells, -1).argmax(-1)
        chosen = torch.where(open_cells.any(-1), digit[rows, cell] + FIRST_DIGIT, answers[rows, cell])
        answers[rows, cell] = chosen
    return answers


def any_order(network: DualNetwork, prompts: Tensor) -> Tensor:
    return fill_surest_first(network, prompts, torch.full((len(prompts), CELLS), MASK_TOKEN, device=prompts.device))


def revising(network: DualNetwork, prompts: Tensor) -> Tensor:
    answers = any_order(network, prompts)
    for _ in range(REVISIONS):
        best = digit_probabilities(network, prompts, answers).argmax(-1) + FIRST_DIGIT
        doubted = best != answers
        if not doubted.any():
            break
        answers = fill_surest_first(network, prompts, answers.masked_fill(doubted, MASK_TOKEN))
    return answers


def all_at_once(network: DualNetwork, prompts: Tensor) -> Tensor:
    answers = torch.full((len(prompts), CELLS), MASK_TOKEN, device=prompts.device)
    for _ in range(REVISIONS):
        best = digit_probabilities(network, prompts, answers).argmax(-1) + FIRST_DIGIT
        if torch.equal(best, answers):
            break
        answers = best
    return answers


WAYS: dict[str, Callable[[DualNetwork, Tensor], Tensor]] = {"left-to-right": left_to_right, "any-order": any_order, "revising": revising, "all-at-once": all_at_once}


def solve_rates(network: DualNetwork, puzzles: list[dict]) -> dict[str, dict[str, float]]:
    """Share of exactly solved puzzles by difficulty and method; `puzzles` as in held-out.json."""
    device = network.head.device
    numbers = lambda text: [0 if mark == "." else int(mark) for mark in text]
    rates: dict[str, dict[str, float]] = {}
    for level in dict.fromkeys(puzzle["difficulty"] for puzzle in puzzles):
        clues = np.array([numbers(puzzle["clues"]) for puzzle in puzzles if puzzle["difficulty"] == level])
        prompts = torch.from_numpy(to_tokens(clues, np.ones_like(clues))[:, :ANSWER_START]).to(device)
        rates[level] = {}
        for name, solve in WAYS.items():
            answers = (solve(network, prompts) - DIGIT_OFFSET).tolist()
            solved = [is_solved(tuple(given), tuple(answer)) for given, answer in zip(clues.tolist(), answers)]
            rates[level][name] = round(sum(solved) / len(solved), 4)
    return rates
