"""Step 5: acceptance of the drafts by task, greedily and at temperature 1, beside prompt lookup.

    python generate_texts.py --evaluation --seed 9 --tokens 30000 --model FOLDER --corpus FOLDER_WITH_TEXT --out runs/evaluation.jsonl
    python evaluate_drafts.py --model FOLDER --texts runs/evaluation.jsonl --vocabulary runs/draft_vocabulary.json \\
      --head runs/head --small runs/small --out runs/acceptance.json

The texts are the target's own, so that what it would accept can be read off one pass over each (`drafter_measures.py`).
"""

from __future__ import annotations

import other_recipe, polite_threads  # noqa: E401, F401  (first)

import argparse
import json
from collections import defaultdict
from pathlib import Path

import torch

from draft_vocabulary import read_draft_vocabulary
from drafter_measures import Acceptance, measure_head, measure_lookup, measure_small_draft, read_text, tokens_per_round
from llama_network import load_llama
from own_texts import read_own_texts
from train_head import load_head

SHOWN = (1, 2, 4)  # numbers of drafted tokens, in the table


class Drafters:
    """The drafters that are there, as functions of a text."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.target = load_llama(options.model, torch.bfloat16)
        ids, depth = torch.tensor(read_draft_vocabulary(options.vocabulary)), options.depth
        self.layers: tuple[int, ...] = ()
        self.measures = {"lookup": lambda text: measure_lookup(text, depth)}
        if options.head:
            settings = json.loads((options.head / "draft.json").read_text())
            self.layers = tuple(settings["target_layers"])
            head = load_head(options.head, self.target, settings)
            self.measures["head"] = lambda text: measure_head(head, self.target, text, ids, depth)
        if options.small:
            small = load_llama(options.small / "weights")
            self.measures["small"] = lambda text: measure_small_draft(small, text, ids, depth)


def summary(found: list[Acceptance], greedy: bool) -> dict:
    """Of the texts of one task: share accepted of those drafted at depth 1, 2, … whose earlier ones were, and tokens per round with 1, 2, … drafted."""
    at_least = torch.cat([each.at_least() for each in found])
    reach = at_least.mean(0)
    conditional = reach / torch.cat([torch.ones(1), reach[:-1]]).clamp(min=1e-9)
    rounded = lambda values: [round(value, 4) for value in values]
    first = torch.stack([each.at_least()[:, 0].mean() for each in found])
    return {
        "texts": len(found),
        "tokens": len(at_least),
        "accepted": rounded(conditional.tolist()),
        "tokensPerRound": rounded(tokens_per_round(found, length, greedy) for length in range(1, at_least.shape[1] + 1)),
        "standardError": round(float(first.std() / len(found) ** 0.5), 4) if len(found) > 1 else None,  # of the first share, over texts
    }


def evaluate(options: argparse.Namespace) -> dict:
    drafters = Drafters(options)
    found: dict[tuple, list[Acceptance]] = defaultdict(list)
    for entry in read_own_texts(*options.texts)[: options.count]:
        if len(entry["answer"]) < 4:
            continue
        text = read_text(drafters.target, entry, drafters.layers)
        mode = "greedy" if text.greedy else "temperature 1"
        for name, measure in drafters.measures.items():
            acceptance = measure(text)
            for task in (entry["task"], "all"):
                found[name, mode, task].append(acceptance)
    results: dict = {}
    for (name, mode, task), each in sorted(found.items()):
        results.setdefault(name, {}).setdefault(mode, {})[task] = summary(each, mode == "greedy")
    return results


def print_table(results: dict) -> None:
    lengths = ", ".join(map(str, SHOWN))
    print(f"| drafter | mode | task | accepted at depth 1 (standard error), 2, 3, 4 | tokens a round with {lengths} drafted |\n|---|---|---|---|---|")
    for name, modes in results.items():
        for mode, tasks in modes.items():
            for task, values in tasks.items():
                first, *later = [f"{value:.2f}" for value in values["accepted"][:4]]
                error = "" if values["standardError"] is None else f" ({values['standardError']:.2f})"
                rounds = " ".join(f"{values['tokensPerRound'][length - 1]:.2f}" for length in SHOWN)
                print(f"| {name} | {mode} | {task} | {first}{error} {' '.join(later)} | {rounds} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--texts", type=Path, nargs="+", required=True, help="what generate_texts.py --evaluation wrote")
    parser.add_argument("--vocabulary", type=Path, required=True)
    parser.add_argument("--head", type=Path, help="run folder of train_head.py")
    parser.add_argument("--small", type=Path, help="run folder of train_small_draft.py")
    parser.add_argument("--depth", type=int, default=8, help="tokens of the longest draft")
    parser.add_argument("--count", type=int, default=None, help="use only the first so many texts")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    results = evaluate(options)
    options.out.write_text(json.dumps(results, indent=1) + "\n")
    print_table(results)


if __name__ == "__main__":
    main()
