"""The kinds of files of a draft, named as on the hub, and sessions over them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import ModelProto
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer

KINDS = {"fp32": "model", "fp16": "model_fp16", "q8": "model_quantized", "q4": "model_q4"}


def path_of(folder: Path, kind: str) -> Path:
    return folder / "onnx" / f"{KINDS[kind]}.onnx"


def write_kinds(folder: Path, make: Callable[[bool], ModelProto], keep: tuple[str, ...] = ()) -> None:
    """All kinds of files. `make(half)` builds the graph: float32, or matrices in float16.

    q8: weights of 8 bits per column, activations of 8 bits per pass; q4: weights of 4 bits in blocks of 32, activations in float32.
    Products with the weights `keep` stay as they are in both.
    """
    logging.getLogger().setLevel(logging.ERROR)  # the quantisers report every node
    (folder / "onnx").mkdir(parents=True, exist_ok=True)
    onnx.save(make(False), path_of(folder, "fp32"))
    onnx.save(make(True), path_of(folder, "fp16"))
    float32 = onnx.load(path_of(folder, "fp32"))
    weights = {tensor.name for tensor in float32.graph.initializer}
    is_kept = lambda node: node.input[1] in keep if node.op_type == "MatMul" else node.op_type == "Gather" and node.input[0] not in weights
    excluded = [node.name for node in float32.graph.node if is_kept(node)]
    settings = {
        "op_types_to_quantize": ["MatMul", "Gather"],
        "nodes_to_exclude": excluded,
        "extra_options": {"DefaultTensorType": onnx.TensorProto.FLOAT, "MatMulConstBOnly": True},
    }
    quantize_dynamic(path_of(folder, "fp32"), path_of(folder, "q8"), per_channel=True, weight_type=QuantType.QInt8, **settings)
    quantiser = MatMulNBitsQuantizer(float32, bits=4, block_size=32, is_symmetric=True, nodes_to_exclude=excluded)
    quantiser.process()
    quantiser.model.save_model_to_file(str(path_of(folder, "q4")))


def open_session(path: Path, threads: int = 1) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def run_with_cache(session: onnxruntime.InferenceSession, inputs: dict[str, np.ndarray], cache: list[np.ndarray]) -> list[np.ndarray]:
    """All outputs, those that extend the cache last, for inputs that follow the cached tokens."""
    past = cache[0].shape[2] if cache else 0
    rows, new = next(iter(inputs.values())).shape[:2]
    names = [entry.name for entry in session.get_inputs() if entry.name.startswith("past_key_values")]
    shapes = {entry.name: entry.shape for entry in session.get_inputs()}
    empty = lambda name: np.zeros((rows, shapes[name][1], 0, shapes[name][3]), np.float32)
    known = {name: cache[index] if cache else empty(name) for index, name in enumerate(names)}
    places = {
        "attention_mask": np.ones((rows, past + new), np.int64),
        "position_ids": np.tile(np.arange(past, past + new), (rows, 1)),
    }
    wanted = {entry.name for entry in session.get_inputs()}
    return session.run(None, {name: value for name, value in {**inputs, **places, **known}.items() if name in wanted})


def report_difference(kind: str, path: Path, found: np.ndarray, expected: np.ndarray, bound: float | None) -> None:
    """Prints how far logits (N, V) are from PyTorch's. Raises ValueError if they are further than `bound`."""
    largest = float(np.abs(found - expected).max() / max(1e-9, expected.std()))
    same = float((found.argmax(-1) == expected.argmax(-1)).mean())
    print(f"{kind:5} {path.stat().st_size / 1e6:7.1f} MB   largest difference {largest:.1e} of a deviation   same argmax {same:.3f}")
    if bound is not None and largest > bound:
        raise ValueError(f"{path}: expected logits within {bound} deviations of PyTorch's, got {largest}.")
