"""The shape of a model, as written in its config.json (Hugging Face Llama keys, plus the canvas stream's own)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

END_TOKEN = 0  # <|endoftext|>: begins and ends a text
MASK_TOKEN = 1  # <|mask|>: an unknown canvas position
PAD_TOKEN = 2  # <|pad|>
EDIT_TOKEN = 3  # <|edit|>: separates story, instruction and changed story


@dataclass(frozen=True)
class ModelConfig:
    vocab_size: int = 4096
    width: int = 192
    layers: int = 6
    heads: int = 3
    feed_forward: int = 512
    context: int = 512  # positions trained, hence max_position_embeddings
    rope_theta: float = 10000.0
    norm_epsilon: float = 1e-5
    canvas: bool = True  # has a canvas stream (masked prediction) beside the causal one
    max_block: int = 32  # longest block the canvas stream was trained on
    max_gap: int = 64  # longest gap with a visible suffix it was trained on

    @property
    def head_size(self) -> int:
        return self.width // self.heads

    def to_json(self) -> dict:
        shape = {
            "architectures": ["LlamaForCausalLM"],
            "model_type": "llama",
            "hidden_size": self.width,
            "intermediate_size": self.feed_forward,
            "num_hidden_layers": self.layers,
            "num_attention_heads": self.heads,
            "num_key_value_heads": self.heads,
            "head_dim": self.head_size,
            "vocab_size": self.vocab_size,
            "hidden_act": "silu",
            "rms_norm_eps": self.norm_epsilon,
            "rope_theta": self.rope_theta,
            "max_position_embeddings": self.context,
            "tie_word_embeddings": True,
            "attention_bias": False,
            "mlp_bias": False,
            "bos_token_id": END_TOKEN,
            "eos_token_id": END_TOKEN,
            "pad_token_id": PAD_TOKEN,
            "torch_dtype": "float32",
        }
        if self.canvas:
            shape["mask_token_id"] = MASK_TOKEN
            shape["canvas"] = {"max_block_length": self.max_block, "max_gap_length": self.max_gap}
        return shape

    @staticmethod
    def from_json(shape: dict, *, canvas: bool) -> "ModelConfig":
        trained = shape.get("canvas", {})
        return ModelConfig(
            vocab_size=shape["vocab_size"],
            width=shape["hidden_size"],
            layers=shape["num_hidden_layers"],
            heads=shape["num_attention_heads"],
            feed_forward=shape["intermediate_size"],
            context=shape["max_position_embeddings"],
            rope_theta=shape.get("rope_theta", 10000.0),
            norm_epsilon=shape["rms_norm_eps"],
            canvas=canvas,
            max_block=trained.get("max_block_length", 32),
            max_gap=trained.get("max_gap_length", 0),
        )


def read_config(folder: Path, *, canvas: bool) -> ModelConfig:
    return ModelConfig.from_json(json.loads((folder / "config.json").read_text()), canvas=canvas)
