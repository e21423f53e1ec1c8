"""Names and layout of the weights inside the ONNX files, and the mapping back to Hugging Face names.

Matrices are transposed, (in, out), as ONNX MatMul requires. Projections that share an input are joined:
`qkv_proj` = query | key | value and `gate_up_proj` = gate | up, along the output axis.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper

EMBEDDING = "model.embed_tokens.weight"
FINAL_NORM = "model.norm.weight"
MODE_EMBEDDING = "canvas.mode_embedding"
# joined name → its parts, in order
JOINED = {
    "self_attn.qkv_proj": ("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"),
    "self_attn.o_proj": ("self_attn.o_proj",),
    "mlp.gate_up_proj": ("mlp.gate_proj", "mlp.up_proj"),
    "mlp.down_proj": ("mlp.down_proj",),
}
NORMS = ("input_layernorm", "post_attention_layernorm")


def to_onnx_weights(state: dict[str, np.ndarray], layers: int) -> dict[str, np.ndarray]:
    """Weights under Hugging Face names → weights under the names and layout used in the ONNX files."""
    weights = {name: state[name] for name in (EMBEDDING, FINAL_NORM, MODE_EMBEDDING) if name in state}
    for layer in range(layers):
        prefix = f"model.layers.{layer}."
        for norm in NORMS:
            weights[f"{prefix}{norm}.weight"] = state[f"{prefix}{norm}.weight"]
        for joined, parts in JOINED.items():
            stacked = np.concatenate([state[f"{prefix}{part}.weight"] for part in parts])  # (out, in)
            weights[f"{prefix}{joined}.weight"] = np.ascontiguousarray(stacked.T)  # (in, out)
    return weights


def read_onnx_weights(path: Path) -> dict[str, np.ndarray]:
    """Weights of an exported model.onnx under Hugging Face names, float32: exactly the numbers the graph computes with."""
    stored = {tensor.name: tensor for tensor in onnx.load(path).graph.initializer}
    array = lambda name: numpy_helper.to_array(stored[name]).astype(np.float32)
    state = {name: array(name) for name in (EMBEDDING, FINAL_NORM)}
    layer = 0
    while f"model.layers.{layer}.mlp.down_proj.weight" in stored:
        prefix = f"model.layers.{layer}."
        for norm in NORMS:
            state[f"{prefix}{norm}.weight"] = array(f"{prefix}{norm}.weight")
        for joined, parts in JOINED.items():
            pieces = np.split(array(f"{prefix}{joined}.weight").T, len(parts))
            state |= {f"{prefix}{part}.weight": np.ascontiguousarray(piece) for part, piece in zip(parts, pieces)}
        layer += 1
    return state


def read_shipped_weights(folder: Path) -> dict[str, np.ndarray]:
    """All weights of a shipped model under Hugging Face names, float32."""
    state = read_onnx_weights(folder / "onnx" / "model.onnx")
    canvas = folder / "onnx" / "canvas.onnx"
    if canvas.exists():
        stored = {tensor.name: tensor for tensor in onnx.load(canvas).graph.initializer}
        state[MODE_EMBEDDING] = numpy_helper.to_array(stored[MODE_EMBEDDING]).astype(np.float32)
    return state
