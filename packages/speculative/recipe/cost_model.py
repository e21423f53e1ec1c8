"""Step 6b: from acceptance and costs, whether a draft pays, with how many tokens, and up to which ratio of draft to target.

    python cost_model.py --acceptance runs/acceptance.json --costs runs/costs.json

With t(γ) the tokens of a round that drafts γ, r(n) the cost of a pass over n rows and d that of a drafted token, both over a pass of one row
(Leviathan et al. 2023, arXiv:2211.17192, theorem 3.8, with t and r as measured):

    speed-up(γ) = t(γ) / (r(γ + 1) + γ d)

A draft pays at γ while d < (t(γ) − r(γ + 1)) / γ; the largest of these over γ is the ratio of draft to target from which on nothing pays.
Acceptance is that of the drafts' float32 weights; `evaluate_files.py` says what other kinds of files lose.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Choice:
    length: int
    speed_up: float


def row_cost(costs: dict[int, float], rows: int) -> float:
    """Cost of a pass over `rows` rows over that of one; between the measured numbers of rows on a straight line, behind them on the last one."""
    known = sorted(costs)
    for left, right in zip(known, known[1:]):
        if rows <= right or right == known[-1]:
            return (costs[left] + (costs[right] - costs[left]) * (rows - left) / (right - left)) / costs[1]
    return 1.0


def best_length(tokens: list[float], costs: dict[int, float], draft: float) -> Choice:
    """The number of drafted tokens with the largest speed-up over plain decoding; 0 where none exceeds 1. `tokens` are t(1), t(2), …"""
    best = Choice(0, 1.0)
    for length, each in enumerate(tokens, start=1):
        speed_up = each / (row_cost(costs, length + 1) + length * draft)
        if speed_up > best.speed_up:
            best = Choice(length, speed_up)
    return best


def break_even(tokens: list[float], costs: dict[int, float]) -> float:
    """The cost of a drafted token, over a pass of one row, up to which some length pays. At most 0: not even a free draft does."""
    return max((each - row_cost(costs, length + 1)) / length for length, each in enumerate(tokens, start=1))


def rows_of_table(acceptance: dict, costs: dict, mode: str, kind: str):
    """(target's file, draft, task, ratio of costs, that up to which it pays, best choice)"""
    for file, passes in costs["target"].items():
        times = {int(rows): value for rows, value in passes.items()}
        for name in acceptance:
            cost = 0.0 if name == "lookup" else costs["drafts"].get(f"{file.split()[0]} {name} {kind}")
            if cost is None:
                continue
            ratio = cost / times[1]
            for task, values in acceptance[name][mode].items():
                tokens = values["tokensPerRound"]
                yield file, name, task, ratio, break_even(tokens, times), best_length(tokens, times, ratio)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--acceptance", type=Path, required=True, help="what evaluate_drafts.py wrote")
    parser.add_argument("--costs", type=Path, required=True, help="what measure_costs.py wrote, or figures of a browser in the same form")
    parser.add_argument("--mode", choices=["greedy", "temperature 1"], default="greedy")
    parser.add_argument("--draft-kind", default="fp32", help="the drafts' kind of file")
    parser.add_argument("--all-tasks", action="store_true", help="a line per task, instead of one for all")
    options = parser.parse_args()
    acceptance, costs = (json.loads(file.read_text()) for file in (options.acceptance, options.costs))
    print("| target's file | draft | task | draft / target | pays below | best length | speed-up |\n|---|---|---|---|---|---|---|")
    for file, name, task, ratio, bound, best in rows_of_table(acceptance, costs, options.mode, options.draft_kind):
        if options.all_tasks or task == "all":
            bound = f"{bound:.2f}" if bound > 0 else "never"
            print(f"| {file} | {name} | {task} | {ratio:.2f} | {bound} | {best.length or 'none'} | {best.speed_up:.2f} |")


if __name__ == "__main__":
    main()
