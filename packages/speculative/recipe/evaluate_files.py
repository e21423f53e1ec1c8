"""Acceptance of the first drafted token by task, for each kind of file of the drafts: what quantising them costs.

    python evaluate_files.py --model FOLDER --texts runs/evaluation.jsonl --vocabulary runs/draft_vocabulary.json \\
      --head runs/files/head --small runs/files/small

Whole texts are read in one pass of the files, in onnxruntime.
"""

from __future__ import annotations

import other_recipe, polite_threads  # noqa: E401, F401  (first)

import argparse
import json
from collections import defaultdict
from pathlib import Path

import numpy as np
import onnxruntime
import torch

from draft_files import KINDS, open_session, path_of, run_with_cache
from draft_vocabulary import read_draft_vocabulary
from drafter_measures import Text, of_distributions, read_text
from llama_network import Llama, load_llama
from own_texts import read_own_texts


def head_logits(session: onnxruntime.InferenceSession, target: Llama, text: Text) -> np.ndarray:
    """(rounds, U): of the first drafted token after each token that the target wrote, except the last."""
    embeddings = target.model["embed_tokens"](text.tokens).float()
    fused = text.fused[None, :-1].numpy()
    nothing = np.zeros((1, fused.shape[1], embeddings.shape[1]), np.float32)
    inputs = {"inputs_embeds": embeddings[None, 1:].numpy(), "fused_hidden": fused, "recycled_hidden": nothing}
    return run_with_cache(session, inputs, [])[0][0, text.start - 1 : -1]


def small_logits(session: onnxruntime.InferenceSession, ids: torch.Tensor, text: Text) -> np.ndarray:
    return run_with_cache(session, {"input_ids": text.tokens[None].numpy()}, [])[0][0, text.start : -1][:, ids.numpy()]


@torch.no_grad()
def evaluate(options: argparse.Namespace) -> dict[tuple, list[float]]:
    """Mean of each text, by draft, kind of file, mode and task."""
    target, ids = load_llama(options.model, torch.bfloat16), torch.tensor(read_draft_vocabulary(options.vocabulary))
    layers = tuple(json.loads((options.head / "config.json").read_text())["target_layers"]) if options.head else ()
    folders = {"head": options.head, "small": options.small}
    sessions = {(name, kind): open_session(path_of(folder, kind)) for name, folder in folders.items() if folder for kind in KINDS}
    found: dict[tuple, list[float]] = defaultdict(list)
    for entry in read_own_texts(*options.texts)[: options.count]:
        if len(entry["answer"]) < 4:
            continue
        text = read_text(target, entry, layers)
        mode = "greedy" if text.greedy else "temperature 1"
        for (name, kind), session in sessions.items():
            logits = head_logits(session, target, text) if name == "head" else small_logits(session, ids, text)
            accept = of_distributions(text, [torch.softmax(torch.from_numpy(logits), -1)], ids).accept[:, 0].mean().item()
            for task in (entry["task"], "all"):
                found[name, kind, mode, task].append(accept)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--texts", type=Path, nargs="+", required=True, help="what generate_texts.py --evaluation wrote")
    parser.add_argument("--vocabulary", type=Path, required=True)
    parser.add_argument("--head", type=Path, help="what export_head.py wrote")
    parser.add_argument("--small", type=Path, help="what export_small_draft.py wrote")
    parser.add_argument("--count", type=int, default=None, help="use only the first so many texts")
    options = parser.parse_args()
    torch.set_num_threads(1)
    found = evaluate(options)
    tasks = sorted({task for *_, task in found})
    print(f"| draft | file | mode | {' | '.join(tasks)} |\n|---|---|---|{'---|' * len(tasks)}")
    for name, kind, mode in dict.fromkeys(key[:3] for key in found):
        means = [found[name, kind, mode, task] for task in tasks]
        print(f"| {name} | {kind} | {mode} | {' | '.join(f'{sum(each) / len(each):.3f}' if each else '–' for each in means)} |")


if __name__ == "__main__":
    main()
