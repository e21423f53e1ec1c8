"""The parts of a Llama layer as ONNX nodes, for the graphs of both drafts.

Attention uses plain operators; rotary embedding and the norms after a sum use onnxruntime's fused operators, which CPU, WASM and WebGPU have.
B batch, n new tokens, P cached tokens, C width, H heads, K heads of the cache, D head size. Matrices are stored transposed, (in, out).
"""

from __future__ import annotations

import numpy as np
from onnx import TensorProto

from graph_builder import CONTRIB, GraphBuilder
from llama_config import LlamaConfig

HIDDEN = -1e9  # added to the score of a hidden position; finite, so that no row becomes NaN


class LlamaGraph:
    def __init__(self, config: LlamaConfig, weights: dict[str, np.ndarray], *, half: bool) -> None:
        """`half` stores matrices in float16 and casts them to float32, which onnxruntime folds at load: half the bytes, the same arithmetic."""
        self.config, self.weights, self.half = config, weights, half
        self.graph = GraphBuilder()

    def matrix(self, name: str, array: np.ndarray | None = None) -> str:
        array = self.weights[name].T if array is None else array
        self.graph.initializer(name, array.astype(np.float16 if self.half else np.float32))
        return self.graph.node("Cast", [name], to=TensorProto.FLOAT) if self.half else name

    def linear(self, value: str, *names: str) -> str:
        """Projections that share an input, as one product whose outputs lie side by side."""
        joined = np.concatenate([self.weights[f"{name}.weight"] for name in names])
        return self.graph.node("MatMul", [value, self.matrix("+".join(names), joined.T)])

    def vector(self, name: str) -> str:
        return self.graph.initializer(name, self.weights[name].astype(np.float32))

    def rms_norm(self, hidden: str, name: str) -> str:
        graph = self.graph
        mean_square = graph.node("ReduceMean", [graph.node("Mul", [hidden, hidden]), graph.integers(-1)], keepdims=1)
        root = graph.node("Sqrt", [graph.node("Add", [mean_square, graph.constant(self.config.norm_epsilon, np.float32)])])
        return graph.node("Mul", [graph.node("Div", [hidden, root]), self.vector(f"{name}.weight")])

    def add_and_norm(self, hidden: str, branch: str, name: str) -> tuple[str, str]:
        """(norm of hidden + branch, hidden + branch)"""
        outputs = [f"{name}_normed", "", "", f"{name}_sum"]
        inputs = [hidden, branch, self.vector(f"{name}.weight")]
        self.graph.node_outputs("SkipSimplifiedLayerNormalization", inputs, outputs, domain=CONTRIB, epsilon=self.config.norm_epsilon)
        return outputs[0], outputs[3]

    def rotary_tables(self) -> tuple[str, str]:
        """cos and sin of position × frequency, (context, D / 2)"""
        config = self.config
        frequencies = config.rope_theta ** (-np.arange(0, config.head_size, 2) / config.head_size)
        angles = np.arange(config.context)[:, None] * frequencies[None]
        store = lambda name, table: self.graph.initializer(name, table.astype(np.float32))
        return store("rotary_cos", np.cos(angles)), store("rotary_sin", np.sin(angles))

    def inputs(self, first: str) -> None:
        """attention_mask and position_ids, whose new tokens are those of the input `first` (B, n, …)."""
        graph = self.graph
        graph.input("attention_mask", TensorProto.INT64, ["batch_size", "total_sequence_length"])
        graph.input("position_ids", TensorProto.INT64, ["batch_size", "sequence_length"])
        self.rotary = self.rotary_tables()
        self.bias = self.causal_bias(first)

    def causal_bias(self, first: str) -> str:
        """(B, 1, n, P + n): 0 where key ≤ query and attention_mask is 1, else HIDDEN. The new tokens are the last n of P + n."""
        graph = self.graph
        length = lambda name: graph.node("Squeeze", [graph.node("Cast", [graph.node("Shape", [name], start=1, end=2)], to=TensorProto.INT32)])
        total, new = length("attention_mask"), length(first)
        zero, one = graph.constant(0, np.int32), graph.constant(1, np.int32)
        keys = graph.node("Range", [zero, total, one])
        queries = graph.node("Range", [graph.node("Sub", [total, new]), total, one])
        causal = graph.node("LessOrEqual", [keys, graph.node("Unsqueeze", [queries, graph.integers(1)])])  # (n, P + n)
        kept = graph.node("Unsqueeze", [graph.node("Cast", ["attention_mask"], to=TensorProto.BOOL), graph.integers(1, 2)])
        return graph.node("Where", [graph.node("And", [kept, causal]), graph.constant(0.0, np.float32), graph.constant(HIDDEN, np.float32)])

    def heads_of(self, value: str, count: int) -> str:
        """(B, n, count · D) → (B, count, n, D)"""
        split = self.graph.node("Reshape", [value, self.graph.integers(0, 0, count, self.config.head_size)])
        return self.graph.node("Transpose", [split], perm=[0, 2, 1, 3])

    def attention(self, layer: int, prefix: str, inputs: str) -> str:
        """(B, n, inputs) → (B, n, C); `layer` numbers the cache."""
        graph, config = self.graph, self.config
        heads, cache_heads, size = config.heads, config.cache_heads, config.head_size
        joined = self.linear(inputs, *(f"{prefix}{name}_proj" for name in ("q", "k", "v")))
        parts = graph.split(joined, [heads * size, cache_heads * size, cache_heads * size], axis=2)
        query, key, value = (self.heads_of(part, count) for part, count in zip(parts, (heads, cache_heads, cache_heads)))
        turn = lambda part: graph.node("RotaryEmbedding", [part, "position_ids", *self.rotary], domain=CONTRIB, interleaved=0)
        key, value = self.extend_cache(layer, "key", turn(key)), self.extend_cache(layer, "value", value)  # (B, K, P + n, D)
        # The query heads of a cache head are rows of one product, so that keys are not repeated: (B, K, H / K · n, …) and (B, H, n, …) in turn.
        by_cache_head = lambda value: graph.node("Reshape", [value, graph.integers(0, cache_heads, -1, 0)])
        by_head = lambda value: graph.node("Reshape", [value, graph.integers(0, heads, -1, 0)])
        scores = by_head(graph.node("MatMul", [by_cache_head(turn(query)), graph.node("Transpose", [key], perm=[0, 1, 3, 2])]))
        scores = graph.node("Add", [graph.node("Mul", [scores, graph.constant(float(size**-0.5), np.float32)]), self.bias])
        mixed = by_head(graph.node("MatMul", [by_cache_head(graph.node("Softmax", [scores], axis=-1)), value]))  # (B, H, n, D)
        mixed = graph.node("Reshape", [graph.node("Transpose", [mixed], perm=[0, 2, 1, 3]), graph.integers(0, 0, heads * size)])
        return self.linear(mixed, f"{prefix}o_proj")

    def extend_cache(self, layer: int, kind: str, new: str) -> str:
        heads, size = self.config.cache_heads, self.config.head_size
        past = self.graph.input(f"past_key_values.{layer}.{kind}", TensorProto.FLOAT, ["batch_size", heads, "past_sequence_length", size])
        present = self.graph.output(f"present.{layer}.{kind}", ["batch_size", heads, "total_sequence_length", size])
        return self.graph.node("Concat", [past, new], name=present, axis=2)

    def feed_forward(self, prefix: str, normalised: str) -> str:
        graph, width = self.graph, self.config.feed_forward
        gate, up = graph.split(self.linear(normalised, f"{prefix}gate_proj", f"{prefix}up_proj"), [width, width], axis=2)
        activated = graph.node("QuickGelu", [gate], domain=CONTRIB, alpha=1.0)  # x · sigmoid(x), that is SiLU
        return self.linear(graph.node("Mul", [activated, up]), f"{prefix}down_proj")
