"""Step 4b: writes a trained small draft as a folder in the hub's layout, in all kinds of files, and checks them against PyTorch.

    python export_small_draft.py --model FOLDER --run runs/small --vocabulary runs/draft_vocabulary.json --out runs/files/small

`RUN/weights` is also an ordinary Hugging Face model, which Optimum exports with its whole vocabulary.
"""

from __future__ import annotations

import other_recipe, polite_threads  # noqa: E401, F401  (first)

import argparse
import shutil
from pathlib import Path

import numpy as np
import torch

from draft_files import KINDS, open_session, path_of, report_difference, run_with_cache, write_kinds
from draft_vocabulary import read_draft_vocabulary
from llama_network import Llama, load_llama
from run_folder import named_weights
from small_draft_graph import small_draft_graph

BOUNDS = {"fp32": 1e-3, "fp16": 0.05}
TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja", "special_tokens_map.json", "generation_config.json")
ROWS = 12


@torch.no_grad()
def check(network: Llama, target_ids: list[int], folder: Path) -> None:
    """A pass over most of some tokens and one over the last, against PyTorch's over all."""
    tokens = torch.randint(0, network.config.vocab_size, (1, ROWS), generator=torch.Generator().manual_seed(0))
    hidden, _ = network(tokens)
    expected = (hidden[0, -2:] @ network.head[target_ids].T).numpy()
    for kind in KINDS:
        session = open_session(path_of(folder, kind))
        first, *cache = run_with_cache(session, {"input_ids": tokens[:, :-1].numpy()}, [])
        second, *_ = run_with_cache(session, {"input_ids": tokens[:, -1:].numpy()}, cache)
        found = np.stack([first[0, -1], second[0, -1]])
        report_difference(kind, path_of(folder, kind), found[:, target_ids], expected, BOUNDS.get(kind))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--run", type=Path, required=True, help="what train_small_draft.py wrote")
    parser.add_argument("--vocabulary", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    network, target_ids = load_llama(options.run / "weights"), read_draft_vocabulary(options.vocabulary)
    weights = {name: value.numpy() for name, value in named_weights(network).items()}
    write_kinds(options.out, lambda half: small_draft_graph(network.config, weights, target_ids, half=half))
    shutil.copyfile(options.vocabulary, options.out / "draft_vocabulary.json")
    shutil.copyfile(options.run / "weights" / "config.json", options.out / "config.json")
    for name in TOKENIZER_FILES:
        if (options.model / name).exists():
            shutil.copyfile(options.model / name, options.out / name)
    check(network, target_ids, options.out)


if __name__ == "__main__":
    main()
