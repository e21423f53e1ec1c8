"""Step 5: the exported graphs equal PyTorch, and the causal stream is independent of the canvas.

    python verify.py --model ../models/stories

The network is filled with the weights read back from model.onnx. Exits with 1 if a check fails.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import onnxruntime
import torch

from canvas_noise import block_bounds, canvas_visibility
from dual_network import DualNetwork
from model_config import MASK_TOKEN, ModelConfig, read_config
from onnx_weights import read_shipped_weights

TOLERANCE = 1e-3  # largest difference of a logit
HIDDEN = -1e9


class ShippedModel:
    """The graphs of a model folder on native onnxruntime, one thread, with the cache kept by the caller."""

    def __init__(self, folder: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.has_canvas = (folder / "onnx" / "canvas.onnx").exists()
        self.config: ModelConfig = read_config(folder, canvas=self.has_canvas)
        names = ["model"] + ["canvas"] * self.has_canvas
        self.sessions = {name: onnxruntime.InferenceSession(folder / "onnx" / f"{name}.onnx", options) for name in names}

    def empty_cache(self, batch: int) -> dict[str, np.ndarray]:
        names = [f"past_key_values.{layer}.{kind}" for layer in range(self.config.layers) for kind in ("key", "value")]
        return {name: np.zeros((batch, self.config.heads, 0, self.config.head_size), np.float32) for name in names}

    def run(self, graph: str, cache: dict[str, np.ndarray], **inputs: np.ndarray) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Logits (B, n, V) and the grown cache."""
        outputs = self.sessions[graph].run(None, {**inputs, **cache})
        names = [output.name for output in self.sessions[graph].get_outputs()]
        results = dict(zip(names, outputs))
        return results["logits"], {name: results[name.replace("past_key_values", "present")] for name in cache}

    def causal(self, cache: dict[str, np.ndarray], tokens: np.ndarray, past: int) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        batch, length = tokens.shape
        mask = np.ones((batch, past + length), np.int64)
        positions = np.tile(np.arange(past, past + length), (batch, 1))
        return self.run("model", cache, input_ids=tokens, attention_mask=mask, position_ids=positions)


def load_network(folder: Path, config: ModelConfig) -> DualNetwork:
    network = DualNetwork(config).eval()
    network.load_state_dict({name: torch.from_numpy(value) for name, value in read_shipped_weights(folder).items()})
    return network


@torch.no_grad()
def causal_difference(model: ShippedModel, network: DualNetwork, random: np.random.Generator) -> float:
    """Compares random tokens fed in two pieces, so that the cache is used too."""
    batch, length = int(random.integers(1, 3)), int(random.integers(2, model.config.context))
    cut = int(random.integers(1, length))
    tokens = random.integers(0, model.config.vocab_size, (batch, length))
    first, cache = model.causal(model.empty_cache(batch), tokens[:, :cut], 0)
    second, _ = model.causal(cache, tokens[:, cut:], cut)
    expected = (network(torch.from_numpy(tokens)) @ network.head.T).numpy()
    return float(np.abs(np.concatenate((first, second), axis=1) - expected).max())


@torch.no_grad()
def canvas_difference(model: ShippedModel, network: DualNetwork, random: np.random.Generator) -> float:
    """Compares one block with random masks over a cached random prefix with the doubled training row in PyTorch."""
    length = int(random.integers(8, min(model.config.context, 160)))
    start = int(random.integers(1, length - 4))
    tokens = random.integers(0, model.config.vocab_size, (1, length))
    noisy = np.where(random.random(tokens.shape) < 0.5, MASK_TOKEN, tokens)
    _, cache = model.causal(model.empty_cache(1), tokens[:, :start], 0)
    block = length - start
    logits, _ = model.run(
        "canvas", cache, input_ids=noisy[:, start:], mode_ids=np.ones((1, block), np.int64),
        position_ids=np.arange(start, length)[None], attention_bias=np.zeros((1, 1, block, length), np.float32),
    )
    bounds = block_bounds(length, [start, block])
    bias = torch.where(torch.from_numpy(canvas_visibility(*(bound[None] for bound in bounds))), 0.0, HIDDEN)[:, None]
    hidden = network(torch.from_numpy(tokens), torch.from_numpy(noisy), bias)[:, length + start :]
    return float(np.abs(logits - (hidden @ network.head.T).numpy()).max())


def canvas_influence(model: ShippedModel, random: np.random.Generator) -> bool:
    """Whether causal logits change, in any bit, when canvas rows run in between or in the same pass of the canvas graph."""
    past, new, block = 40, 6, 8
    tokens = random.integers(0, model.config.vocab_size, (1, past + new))
    _, cache = model.causal(model.empty_cache(1), tokens[:, :past], 0)
    alone, _ = model.causal(cache, tokens[:, past:], past)
    canvas = np.full((1, block), MASK_TOKEN)
    positions = np.concatenate((np.arange(past, past + new), np.arange(past + new, past + new + block)))[None]
    modes = np.concatenate((np.zeros(new), np.ones(block))).astype(np.int64)[None]
    bias = np.zeros((1, 1, new + block, past + new + block), np.float32)
    bias[0, 0, :, past:][np.triu_indices(new + block, 1, new + block)] = HIDDEN
    bias[0, 0, new:, past + new :] = 0
    together = {
        name: model.run("canvas", cache, input_ids=np.concatenate((tokens[:, past:], row), axis=1), mode_ids=modes, position_ids=positions, attention_bias=bias)[0][:, :new]
        for name, row in (("masked", canvas), ("random", random.integers(0, model.config.vocab_size, (1, block))))
    }
    again, _ = model.causal(cache, tokens[:, past:], past)
    return not (np.array_equal(alone, again) and np.array_equal(together["masked"], together["random"]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--inputs", type=int, default=100)
    options = parser.parse_args()
    torch.set_num_threads(1)
    model, random = ShippedModel(options.model), np.random.default_rng(100)
    network = load_network(options.model, model.config)
    worst = {"causal": max(causal_difference(model, network, random) for _ in range(options.inputs))}
    failed = False
    if model.has_canvas:
        worst["canvas"] = max(canvas_difference(model, network, random) for _ in range(options.inputs))
        failed = any(canvas_influence(model, random) for _ in range(10))
        print(f"causal logits with and without canvas rows: {'DIFFERENT' if failed else 'equal in every bit'}")
    for name, difference in worst.items():
        print(f"{name}: largest difference of a logit from PyTorch over {options.inputs} random inputs {difference:.1e}")
    if failed or max(worst.values()) > TOLERANCE:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
