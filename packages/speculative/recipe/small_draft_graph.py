"""The ONNX graph of a small draft: a Llama with the signature of published web exports, whose output matrix has only the draft vocabulary's rows.

    input_ids (B, n), attention_mask (B, P + n), position_ids (B, n), past_key_values.N.{key,value} (B, K, P, D)
    → logits (B, n, V), present.N.{key,value} (B, K, P + n, D)

A token outside the draft vocabulary gets the logit NEVER, so that the file takes the place of any draft model of the same vocabulary.
"""

from __future__ import annotations

import numpy as np
from onnx import ModelProto, TensorProto

from llama_config import LlamaConfig
from llama_graph import LlamaGraph

NEVER = -1e4
EMBEDDING = "model.embed_tokens.weight"


def small_draft_graph(config: LlamaConfig, weights: dict[str, np.ndarray], target_ids: list[int], *, half: bool = False) -> ModelProto:
    """`weights` under Hugging Face names."""
    parts = LlamaGraph(config, weights, half=half)
    graph = parts.graph
    graph.input("input_ids", TensorProto.INT64, ["batch_size", "sequence_length"])
    parts.inputs("input_ids")
    graph.output("logits", ["batch_size", "sequence_length", config.vocab_size])
    hidden = graph.node("Gather", [parts.matrix(EMBEDDING, weights[EMBEDDING]), "input_ids"])
    normalised = parts.rms_norm(hidden, "model.layers.0.input_layernorm")
    for layer in range(config.layers):
        prefix = f"model.layers.{layer}."
        attended = parts.attention(layer, f"{prefix}self_attn.", normalised)
        normalised, hidden = parts.add_and_norm(hidden, attended, f"{prefix}post_attention_layernorm")
        branch = parts.feed_forward(f"{prefix}mlp.", normalised)
        last = layer + 1 == config.layers
        normalised, hidden = parts.add_and_norm(hidden, branch, "model.norm" if last else f"model.layers.{layer + 1}.input_layernorm")
    rows = (weights["lm_head.weight"] if "lm_head.weight" in weights else weights[EMBEDDING])[target_ids]
    drafted = graph.node("MatMul", [normalised, parts.matrix("draft_head", rows.T)])  # (B, n, U)
    pads = graph.integers(0, 0, 0, 0, 0, 1)  # starts of the axes, then ends
    wider = graph.node("Pad", [drafted, pads, graph.constant(NEVER, np.float32)])  # (B, n, U + 1)
    places = np.full(config.vocab_size, len(target_ids), np.int64)
    places[target_ids] = np.arange(len(target_ids))
    graph.node("Gather", [wider, graph.initializer("draft_places", places)], name="logits", axis=2)
    return graph.model("small_draft")
