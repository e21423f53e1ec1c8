"""The ONNX graph of a draft head (`eagle_head.py`), with the signature of published EAGLE-3 exports:

    inputs_embeds (B, n, C), fused_hidden (B, n, 3C), recycled_hidden (B, n, C), attention_mask (B, P + n), position_ids (B, n),
    past_key_values.0.{key,value} (B, K, P, D)
    → draft_logits (B, n, U), next_hidden (B, n, C, before the last norm), present.0.{key,value} (B, K, P + n, D)

fused_hidden is 0 in the later steps of a chain, recycled_hidden in the first.
"""

from __future__ import annotations

import numpy as np
from onnx import ModelProto, TensorProto

from llama_config import LlamaConfig
from llama_graph import LlamaGraph


def head_graph(config: LlamaConfig, weights: dict[str, np.ndarray], *, half: bool = False) -> ModelProto:
    parts = LlamaGraph(config, weights, half=half)
    graph = parts.graph
    rows = ["batch_size", "sequence_length"]
    for name, width in (("inputs_embeds", config.width), ("fused_hidden", 3 * config.width), ("recycled_hidden", config.width)):
        graph.input(name, TensorProto.FLOAT, [*rows, width])
    parts.inputs("inputs_embeds")
    graph.output("draft_logits", [*rows, len(weights["lm_head.weight"])])
    graph.output("next_hidden", [*rows, config.width])
    combined = graph.node("Add", [parts.linear("fused_hidden", "fc"), "recycled_hidden"])
    embeds, hidden = parts.rms_norm("inputs_embeds", "midlayer.input_layernorm"), parts.rms_norm(combined, "midlayer.hidden_norm")
    attended = parts.attention(0, "midlayer.self_attn.", graph.node("Concat", [embeds, hidden], axis=2))
    normalised, hidden = parts.add_and_norm(combined, attended, "midlayer.post_attention_layernorm")
    graph.node("Add", [hidden, parts.feed_forward("midlayer.mlp.", normalised)], name="next_hidden")
    graph.node("MatMul", [parts.rms_norm("next_hidden", "norm"), parts.matrix("lm_head.weight")], name="draft_logits")
    return graph.model("draft_head")
