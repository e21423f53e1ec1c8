"""Lets canvas.onnx read its weights from model.onnx, so that two graphs share one weights file.

ONNX external data names a file, an offset and a length; the file may contain more than raw tensors. So the
canvas graph refers to the bytes inside model.onnx at which that file stores each weight. model.onnx stays an ordinary
single file that any tool loads, and canvas.onnx is a few kilobytes: pass model.onnx as its external data.
"""

from __future__ import annotations

from pathlib import Path

import onnx
from onnx import ModelProto, TensorProto

SHARED_FROM = 1024  # bytes; smaller tensors are stored twice
ALIGNMENT = 64  # bytes; alignment of each shared weight's raw data in the file


def raw_offset(file: bytes, tensor: TensorProto) -> int:
    """The offset of the raw bytes of `tensor` in `file`, a serialised model."""
    marker = tensor.SerializeToString()
    start = file.find(marker)
    if start < 0 or file.find(marker, start + 1) >= 0:
        raise ValueError(f"cannot place {tensor.name} in the weights file")
    return start + marker.rindex(tensor.raw_data)


def save_aligned(model: ModelProto, path: Path) -> None:
    """Writes `model` so that each large weight begins at a multiple of ALIGNMENT.

    The padding is spaces in the doc string of the tensor before (small ones go first), which is the last field that is written.
    """
    ordered = sorted(model.graph.initializer, key=lambda tensor: len(tensor.raw_data) >= SHARED_FROM)
    del model.graph.initializer[:]
    model.graph.initializer.extend(ordered)
    for before, tensor in zip(model.graph.initializer, model.graph.initializer[1:]):
        if len(tensor.raw_data) < SHARED_FROM:
            continue
        while (offset := raw_offset(model.SerializeToString(), tensor)) % ALIGNMENT:
            before.doc_string += " " * (-offset % ALIGNMENT if not before.doc_string else 1)
    path.write_bytes(model.SerializeToString())


def share_weights(graph: ModelProto, weights_file: Path, out: Path) -> None:
    """Writes `graph` to `out` with every large weight referring to the tensor of the same name in `weights_file` (same folder)."""
    file = weights_file.read_bytes()
    stored = {tensor.name: tensor for tensor in onnx.load(weights_file).graph.initializer}
    for tensor in graph.graph.initializer:
        twin = stored.get(tensor.name)
        if twin is None or len(tensor.raw_data) < SHARED_FROM:
            continue
        if twin.raw_data != tensor.raw_data:
            raise ValueError(f"{tensor.name} differs between the two graphs")
        offset, length = raw_offset(file, twin), len(twin.raw_data)
        assert file[offset : offset + length] == tensor.raw_data
        tensor.ClearField("raw_data")
        tensor.data_location = TensorProto.EXTERNAL
        for key, value in (("location", weights_file.name), ("offset", offset), ("length", length)):
            tensor.external_data.add(key=key, value=str(value))
    out.write_bytes(graph.SerializeToString())
