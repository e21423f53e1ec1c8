"""Builds the two ONNX graphs of a model straight from its weights.

`model.onnx`  causal stream, with the signature of published web exports:
    input_ids (B, S), attention_mask (B, P + S), position_ids (B, S), past_key_values.N.{key,value} (B, H, P, D)
    → logits (B, S, V), present.N.{key,value} (B, H, P + S, D)
`canvas.onnx` both streams under an explicit mask:
    input_ids (B, S), mode_ids (B, S; 0 causal, 1 canvas), position_ids (B, S), attention_bias (B, 1, S, P + S; added to
    the scores: 0 is visible, about -1e9 is hidden), past_key_values.N.* → logits, present.N.*

B batch, S new tokens, P cached tokens (may be 0), H heads, D head size, C width, V vocabulary.
Attention uses plain operators, which every execution provider has; normalisation and rotary embedding use
onnxruntime's fused operators (present on CPU, WASM and WebGPU), which halve the number of kernels a pass launches.
Weights are stored in float16 and cast to float32, which onnxruntime folds when it loads: half the bytes, float32 arithmetic.
"""

from __future__ import annotations

import numpy as np
from onnx import ModelProto, TensorProto

from graph_builder import CONTRIB, GraphBuilder
from model_config import ModelConfig
from onnx_weights import EMBEDDING, FINAL_NORM, MODE_EMBEDDING

HIDDEN = -1e9  # added to the score of a hidden position; finite, so that no row becomes NaN


class DecoderGraph:
    def __init__(self, config: ModelConfig, weights: dict[str, np.ndarray], *, half: bool = True) -> None:
        self.config = config
        self.weights = weights
        self.half = half
        self.graph = GraphBuilder()
        self.casts: dict[str, str] = {}

    def matrix(self, name: str) -> str:
        """A weight as float32, stored in float16 where `half`."""
        if name not in self.casts:
            stored = self.weights[name].astype(np.float16 if self.half else np.float32)
            self.graph.initializer(name, stored)
            self.casts[name] = self.graph.node("Cast", [name], to=TensorProto.FLOAT) if self.half else name
        return self.casts[name]

    def rms_norm(self, hidden: str, branch: str | None, name: str) -> tuple[str, str]:
        """Adds `branch` to the residual stream `hidden` (if given); returns (normalised, new residual stream), both (B, S, C)."""
        scale = self.graph.initializer(name, self.weights[name].astype(np.float32))
        epsilon = self.config.norm_epsilon
        if branch is None:  # the first one only; the fused operator without a residual is not in any published operator set
            return self.plain_rms_norm(hidden, scale), hidden
        outputs = [f"{name}_out", "", "", f"{name}_sum"]
        self.graph.node_outputs("SkipSimplifiedLayerNormalization", [hidden, branch, scale], outputs, domain=CONTRIB, epsilon=epsilon)
        return outputs[0], outputs[3]

    def plain_rms_norm(self, hidden: str, scale: str) -> str:
        graph = self.graph
        mean_square = graph.node("ReduceMean", [graph.node("Mul", [hidden, hidden]), graph.integers(-1)], keepdims=1)
        root = graph.node("Sqrt", [graph.node("Add", [mean_square, graph.constant(self.config.norm_epsilon, np.float32)])])
        return graph.node("Mul", [graph.node("Div", [hidden, root]), scale])

    def rotary_tables(self) -> tuple[str, str]:
        """cos and sin of position × frequency, (context, D / 2)."""
        config = self.config
        frequencies = config.rope_theta ** (-np.arange(0, config.head_size, 2) / config.head_size)
        angles = np.arange(config.context)[:, None] * frequencies[None, :]
        store = lambda name, table: self.graph.initializer(name, table.astype(np.float32))
        return store("rotary_cos", np.cos(angles)), store("rotary_sin", np.sin(angles))

    def attention(self, layer: int, normalised: str, bias: str, rotary: tuple[str, str]) -> str:
        graph, config, prefix = self.graph, self.config, f"model.layers.{layer}.self_attn."
        heads, size = config.heads, config.head_size
        joined = graph.node("MatMul", [normalised, self.matrix(f"{prefix}qkv_proj.weight")])  # (B, S, 3C)
        joined = graph.node("Reshape", [joined, graph.integers(0, 0, 3 * heads, size)])
        joined = graph.node("Transpose", [joined], perm=[0, 2, 1, 3])  # (B, 3H, S, D)
        query_key, value = graph.split(joined, [2 * heads, heads], axis=1)
        rotated = graph.node("RotaryEmbedding", [query_key, "position_ids", *rotary], domain=CONTRIB, interleaved=0)
        query, key = graph.split(rotated, [heads, heads], axis=1)  # (B, H, S, D)
        key, value = self.extend_cache(layer, "key", key), self.extend_cache(layer, "value", value)  # (B, H, P + S, D)
        scores = graph.node("MatMul", [query, graph.node("Transpose", [key], perm=[0, 1, 3, 2])])  # (B, H, S, P + S)
        scores = graph.node("Mul", [scores, graph.constant(float(size**-0.5), np.float32)])
        attended = graph.node("Softmax", [graph.node("Add", [scores, bias])], axis=-1)
        mixed = graph.node("Transpose", [graph.node("MatMul", [attended, value])], perm=[0, 2, 1, 3])  # (B, S, H, D)
        mixed = graph.node("Reshape", [mixed, graph.integers(0, 0, config.width)])
        return graph.node("MatMul", [mixed, self.matrix(f"{prefix}o_proj.weight")])

    def extend_cache(self, layer: int, kind: str, new: str) -> str:
        heads, size = self.config.heads, self.config.head_size
        past = self.graph.input(f"past_key_values.{layer}.{kind}", TensorProto.FLOAT, ["batch_size", heads, "past_sequence_length", size])
        present = self.graph.output(f"present.{layer}.{kind}", ["batch_size", heads, "total_sequence_length", size])
        return self.graph.node("Concat", [past, new], name=present, axis=2)

    def feed_forward(self, layer: int, normalised: str) -> str:
        graph, prefix = self.graph, f"model.layers.{layer}.mlp."
        width = self.config.feed_forward
        joined = graph.node("MatMul", [normalised, self.matrix(f"{prefix}gate_up_proj.weight")])
        gate, up = graph.split(joined, [width, width], axis=2)
        activated = graph.node("QuickGelu", [gate], domain=CONTRIB, alpha=1.0)  # x · sigmoid(x), that is SiLU
        return graph.node("MatMul", [graph.node("Mul", [activated, up]), self.matrix(f"{prefix}down_proj.weight")])

    def body(self, hidden: str, bias: str) -> None:
        """The layers and the output head, from embedded tokens (B, S, C) to `logits`."""
        graph, rotary, branch = self.graph, self.rotary_tables(), None
        for layer in range(self.config.layers):
            prefix = f"model.layers.{layer}."
            normalised, hidden = self.rms_norm(hidden, branch, f"{prefix}input_layernorm.weight")
            branch = self.attention(layer, normalised, bias, rotary)
            normalised, hidden = self.rms_norm(hidden, branch, f"{prefix}post_attention_layernorm.weight")
            branch = self.feed_forward(layer, normalised)
        normalised, _ = self.rms_norm(hidden, branch, FINAL_NORM)
        head = graph.node("Transpose", [self.matrix(EMBEDDING)], perm=[1, 0])  # tied to the embedding
        graph.node("MatMul", [normalised, head], name="logits")

    def causal_bias(self) -> str:
        """(B, 1, S, P + S): 0 where key ≤ query and attention_mask is 1, else HIDDEN. The new tokens are the last S of P + S."""
        graph = self.graph
        length = lambda name: graph.node("Squeeze", [graph.node("Cast", [graph.node("Shape", [name], start=1, end=2)], to=TensorProto.INT32)])
        total, new = length("attention_mask"), length("input_ids")
        zero, one = graph.constant(0, np.int32), graph.constant(1, np.int32)
        keys = graph.node("Range", [zero, total, one])
        queries = graph.node("Range", [graph.node("Sub", [total, new]), total, one])
        causal = graph.node("LessOrEqual", [keys, graph.node("Unsqueeze", [queries, graph.integers(1)])])  # (S, P + S)
        kept = graph.node("Unsqueeze", [graph.node("Cast", ["attention_mask"], to=TensorProto.BOOL), graph.integers(1, 2)])
        seen = graph.node("And", [kept, causal])
        return graph.node("Where", [seen, graph.constant(0.0, np.float32), graph.constant(HIDDEN, np.float32)])

    def causal(self) -> ModelProto:
        graph = self.graph
        graph.input("input_ids", TensorProto.INT64, ["batch_size", "sequence_length"])
        graph.input("attention_mask", TensorProto.INT64, ["batch_size", "total_sequence_length"])
        graph.input("position_ids", TensorProto.INT64, ["batch_size", "sequence_length"])
        graph.output("logits", ["batch_size", "sequence_length", self.config.vocab_size])
        embedded = graph.node("Gather", [self.matrix(EMBEDDING), "input_ids"])
        self.body(embedded, self.causal_bias())
        return graph.model("causal")

    def canvas(self) -> ModelProto:
        graph = self.graph
        graph.input("input_ids", TensorProto.INT64, ["batch_size", "sequence_length"])
        graph.input("mode_ids", TensorProto.INT64, ["batch_size", "sequence_length"])
        graph.input("position_ids", TensorProto.INT64, ["batch_size", "sequence_length"])
        bias = graph.input("attention_bias", TensorProto.FLOAT, ["batch_size", 1, "sequence_length", "total_sequence_length"])
        graph.output("logits", ["batch_size", "sequence_length", self.config.vocab_size])
        embedded = graph.node("Gather", [self.matrix(EMBEDDING), "input_ids"])
        modes = graph.node("Unsqueeze", [graph.node("Cast", ["mode_ids"], to=TensorProto.FLOAT), graph.integers(2)])  # (B, S, 1)
        marked = graph.node("Mul", [modes, self.matrix(MODE_EMBEDDING)])
        self.body(graph.node("Add", [embedded, marked]), bias)
        return graph.model("canvas")
