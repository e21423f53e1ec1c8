"""Measures a shipped story model on all held-out texts, and writes samples, for its model card.

    python evaluate_stories.py --model ../models/stories --corpus FOLDER
"""

from __future__ import annotations

import polite_threads  # noqa: F401  (first)

import argparse
import json
from pathlib import Path

import numpy as np
import torch

from corpus import TextEncoder, read_texts, split_corpus
from edit_measures import canvas_copying, edit_exact_match, edits_by_correction
from evaluation_edits import held_out_edits
from held_out_losses import causal_loss, draft_acceptance, masked_losses
from model_config import END_TOKEN, read_config
from verify import ShippedModel, load_network

CANVAS_STORIES = 48  # of the masked and acceptance measures
SAMPLE_PROMPTS = ("Once upon a time, there was a little girl named Lily.", "One day, a small bird", "Tom and Anna were")
SAMPLE_TOKENS = 200
TOP_P, TEMPERATURE = 0.9, 0.8


def sample(model: ShippedModel, prompt: np.ndarray, random: np.random.Generator | None) -> list[int]:
    """Tokens after `prompt` up to the end token: greedy without `random`, else temperature, then top-p."""
    logits, cache = model.causal(model.empty_cache(1), prompt[None].astype(np.int64), 0)
    tokens: list[int] = []
    while len(tokens) < SAMPLE_TOKENS:
        row = logits[0, -1].astype(np.float64)
        token = int(row.argmax()) if random is None else draw(row, random)
        if token == END_TOKEN:
            break
        tokens.append(token)
        logits, cache = model.causal(cache, np.array([[token]]), len(prompt) + len(tokens) - 1)
    return tokens


def draw(row: np.ndarray, random: np.random.Generator) -> int:
    probabilities = np.exp((row - row.max()) / TEMPERATURE)
    probabilities /= probabilities.sum()
    order = np.argsort(-probabilities)
    kept = order[: int(np.searchsorted(np.cumsum(probabilities[order]), TOP_P)) + 1]
    return int(random.choice(kept, p=probabilities[kept] / probabilities[kept].sum()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    encoder = TextEncoder(options.model / "tokenizer.json")
    held_out = split_corpus(read_texts(options.corpus)).held_out
    config = read_config(options.model, canvas=(options.model / "onnx" / "canvas.onnx").exists())
    network = load_network(options.model, config)
    values = {"stories": len(held_out), "causal": causal_loss(network, held_out, encoder)}
    if config.canvas:
        few = held_out[:CANVAS_STORIES]
        values["masked"] = masked_losses(network, few, encoder)
        values["draftAcceptance"] = draft_acceptance(network, few, encoder)
        edits = held_out_edits(held_out)
        values["editExactMatch"] = edit_exact_match(network, edits, encoder)
        values["editsByCorrection"] = edits_by_correction(network, edits, encoder)
        values["canvasCopying"] = canvas_copying(network, edits, encoder)
    print(json.dumps(values, indent=1))
    shipped, random = ShippedModel(options.model), np.random.default_rng(1)
    for prompt in SAMPLE_PROMPTS:
        start = np.concatenate(([END_TOKEN], encoder.encode(prompt)))
        for name, source in (("greedy", None), (f"top-p {TOP_P}, temperature {TEMPERATURE}", random)):
            tokens = sample(shipped, start, source)
            ending = "ends" if len(tokens) < SAMPLE_TOKENS else "cut"
            print(f"\n[{name}; {len(tokens)} tokens, {ending}]\n{prompt}{encoder.decode(tokens)}")


if __name__ == "__main__":
    main()
