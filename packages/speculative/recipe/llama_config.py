"""The shape of a Llama-shaped model, as its Hugging Face config.json states it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class LlamaConfig:
    vocab_size: int  # V
    width: int  # C, hidden_size
    layers: int
    heads: int  # H
    cache_heads: int  # K, num_key_value_heads
    head_size: int  # D
    feed_forward: int
    rope_theta: float
    norm_epsilon: float
    context: int
    tied: bool  # the output head is the embedding
    stop_tokens: tuple[int, ...]


def read_config(folder: Path) -> LlamaConfig:
    shape = json.loads((folder / "config.json").read_text())
    rope = shape.get("rope_parameters") or {}
    scaling = shape.get("rope_scaling") or {}
    kinds = {rope.get("rope_type", "default"), scaling.get("rope_type", scaling.get("type", "default"))}
    if shape["model_type"] != "llama" or shape.get("attention_bias") or shape.get("mlp_bias") or kinds != {"default"}:
        raise ValueError(f"{folder}: this recipe reads models of type llama without biases and without scaled rotary embedding.")
    heads = shape["num_attention_heads"]
    stops = shape.get("eos_token_id")
    return LlamaConfig(
        vocab_size=shape["vocab_size"],
        width=shape["hidden_size"],
        layers=shape["num_hidden_layers"],
        heads=heads,
        cache_heads=shape.get("num_key_value_heads", heads),
        head_size=shape.get("head_dim") or shape["hidden_size"] // heads,
        feed_forward=shape["intermediate_size"],
        rope_theta=rope.get("rope_theta") or shape.get("rope_theta", 10000.0),
        norm_epsilon=shape["rms_norm_eps"],
        context=shape["max_position_embeddings"],
        tied=bool(shape.get("tie_word_embeddings")),
        stop_tokens=tuple(stops) if isinstance(stops, list) else (stops,),
    )
