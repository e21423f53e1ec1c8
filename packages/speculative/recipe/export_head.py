"""Step 4a: writes a trained head as ONNX files beside the model, with its vocabulary and config.json, and checks them against PyTorch.

    python export_head.py --model FOLDER --run runs/head --vocabulary runs/draft_vocabulary.json --out runs/files/head
"""

from __future__ import annotations

import other_recipe, polite_threads  # noqa: E401, F401  (first)

import argparse
import json
import shutil
from pathlib import Path

import numpy as np
import torch

from draft_files import KINDS, open_session, path_of, report_difference, run_with_cache, write_kinds
from eagle_head import EagleHead
from head_graph import head_graph
from llama_network import Llama, load_llama
from run_folder import named_weights
from train_head import load_head

BOUNDS = {"fp32": 1e-3, "fp16": 0.05}  # deviations of the logits; the others are only reported
ROWS, STEPS = 16, 4


def write_config(model: Path, head: EagleHead, settings: dict, out: Path) -> None:
    shape = json.loads((model / "config.json").read_text())
    kept = (
        "hidden_size", "intermediate_size", "num_attention_heads", "num_key_value_heads", "head_dim", "rms_norm_eps", "rope_theta",
        "max_position_embeddings", "vocab_size",
    )
    config = {
        "model_type": "llama-eagle3",
        **{name: shape[name] for name in kept if name in shape},
        "num_hidden_layers": 1,
        "draft_vocab_size": settings["draft_vocab_size"],
        "target_layers": list(settings["target_layers"]),
        "target_num_hidden_layers": head.config.layers,
    }
    (out / "config.json").write_text(json.dumps(config, indent=2) + "\n")


@torch.no_grad()
def check(head: EagleHead, target: Llama, layers: list[int], folder: Path) -> None:
    """A first pass over the target's states of some tokens, then a chain from the last of them, against `EagleHead.chain`."""
    tokens = torch.randint(0, min(5000, target.config.vocab_size), (1, ROWS + STEPS), generator=torch.Generator().manual_seed(0))
    width = head.config.width
    _, kept = target(tokens, keep=tuple(layers))
    fused = torch.cat(kept, -1)[:, :ROWS]
    embedded = target.model["embed_tokens"](tokens)
    embeddings = torch.stack([embedded[:, step + 1 : step + 1 + ROWS] for step in range(STEPS)])
    hidden = head.chain(fused, list(embeddings))
    expected = torch.cat([hidden[0][0], *(part[0, -1:] for part in hidden[1:])])
    expected = head.lm_head(head.norm(expected)).numpy()
    for kind in KINDS:
        session = open_session(path_of(folder, kind))
        nothing = np.zeros((1, ROWS, width), np.float32)
        inputs = {"inputs_embeds": embeddings[0].numpy(), "fused_hidden": fused.numpy(), "recycled_hidden": nothing}
        found, cache = [], []
        for step in range(STEPS):
            logits, next_hidden, *cache = run_with_cache(session, inputs, cache)
            found.append(logits[0])
            inputs = {
                "inputs_embeds": embeddings[min(step + 1, STEPS - 1), :, -1:].numpy(),
                "fused_hidden": np.zeros((1, 1, 3 * width), np.float32),
                "recycled_hidden": next_hidden[:, -1:],
            }
        report_difference(kind, path_of(folder, kind), np.concatenate(found), expected, BOUNDS.get(kind))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--run", type=Path, required=True, help="what train_head.py wrote")
    parser.add_argument("--vocabulary", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    settings = json.loads((options.run / "draft.json").read_text())
    target = load_llama(options.model)
    head = load_head(options.run, target, settings)
    weights = {name: value.numpy() for name, value in named_weights(head).items()}
    write_kinds(options.out, lambda half: head_graph(head.config, weights, half=half), keep=("fc",))  # large states do not fit into 8 bits
    shutil.copyfile(options.vocabulary, options.out / "draft_vocabulary.json")
    write_config(options.model, head, settings, options.out)
    check(head, target, settings["target_layers"], options.out)


if __name__ == "__main__":
    main()
