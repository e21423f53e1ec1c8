"""A smaller Llama made of some layers of a larger one.

A layer's influence is 1 − cosine of its input and output, averaged over tokens (Men et al. 2024, arXiv:2403.03853): those that hardly turn the
hidden state are left out first.
"""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional

from llama_config import LlamaConfig
from llama_network import Llama
from run_folder import named_weights


@torch.no_grad()
def layer_influence(network: Llama, tokens: Tensor, written: Tensor) -> list[float]:
    """`tokens` (B, n), which of them count (B, n) → one number per layer, the larger the more it matters."""
    count = network.config.layers
    _, outputs = network(tokens, keep=tuple(range(count)))
    states = [network.model["embed_tokens"](tokens).float(), *outputs]
    turned = lambda before, after: 1 - functional.cosine_similarity(before[written], after[written], dim=-1).mean().item()
    return [turned(states[layer], states[layer + 1]) for layer in range(count)]


def chosen_layers(influence: list[float], count: int) -> list[int]:
    """First and last layer, and the most influential of the others, in order."""
    inner = sorted(range(1, len(influence) - 1), key=lambda layer: -influence[layer])
    return sorted({0, len(influence) - 1, *inner[: count - 2]})[:count]


def evenly_spread(layers: int, count: int) -> list[int]:
    """First and last layer, the others at equal distances."""
    return sorted({round(index * (layers - 1) / max(1, count - 1)) for index in range(count)})


def prune(network: Llama, layers: list[int]) -> Llama:
    """A copy in float32 with the given layers."""
    config: LlamaConfig = dataclasses.replace(network.config, layers=len(layers))
    pruned = Llama(config)
    state = network.state_dict()
    kept = {name: value.float() for name, value in state.items() if not name.startswith("model.layers.")}
    for index, layer in enumerate(layers):
        prefix = f"model.layers.{layer}."
        kept |= {f"model.layers.{index}.{name[len(prefix) :]}": value.float() for name, value in state.items() if name.startswith(prefix)}
    pruned.load_state_dict(kept)
    return pruned


def save_as_hugging_face(network: Llama, source: Path, folder: Path) -> None:
    """model.safetensors and a config.json like that of the model it was cut from, with fewer layers."""
    folder.mkdir(parents=True, exist_ok=True)
    save_file(named_weights(network), folder / "model.safetensors", metadata={"format": "pt"})
    shape = json.loads((source / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**shape, "num_hidden_layers": network.config.layers}, indent=2) + "\n")
