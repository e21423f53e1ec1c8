"""A small layer over onnx.helper: appends nodes, names their outputs, shares equal constants."""

from __future__ import annotations

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, ValueInfoProto, helper, numpy_helper

CONTRIB = "com.microsoft"  # operators that every onnxruntime build has (CPU, WASM, WebGPU)


class GraphBuilder:
    def __init__(self) -> None:
        self.nodes: list[NodeProto] = []
        self.initializers: list[TensorProto] = []
        self.inputs: list[ValueInfoProto] = []
        self.outputs: list[ValueInfoProto] = []
        self.constants: dict[tuple, str] = {}

    def input(self, name: str, element_type: int, shape: list) -> str:
        self.inputs.append(helper.make_tensor_value_info(name, element_type, shape))
        return name

    def output(self, name: str, shape: list) -> str:
        self.outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))
        return name

    def initializer(self, name: str, array: np.ndarray) -> str:
        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def constant(self, values: object, dtype: type) -> str:
        key = (str(values), np.dtype(dtype).name)
        if key not in self.constants:
            self.constants[key] = self.initializer(f"constant_{len(self.constants)}", np.array(values, dtype=dtype))
        return self.constants[key]

    def integers(self, *values: int) -> str:
        return self.constant(list(values), np.int64)

    def node(self, operator: str, inputs: list[str], *, name: str | None = None, domain: str = "", **attributes) -> str:
        """Appends a node with one output and returns the output's name."""
        return self.node_outputs(operator, inputs, [name or f"{operator}_{len(self.nodes)}"], domain=domain, **attributes)[0]

    def node_outputs(self, operator: str, inputs: list[str], outputs: list[str], *, domain: str = "", **attributes) -> list[str]:
        label = f"{len(self.nodes)}_{operator}"
        self.nodes.append(helper.make_node(operator, inputs, outputs, name=label, domain=domain, **attributes))
        return outputs

    def split(self, value: str, sizes: list[int], axis: int) -> list[str]:
        outputs = [f"{value}_part{index}" for index in range(len(sizes))]
        return self.node_outputs("Split", [value, self.integers(*sizes)], outputs, axis=axis)

    def model(self, name: str) -> ModelProto:
        graph = helper.make_graph(self.nodes, name, self.inputs, self.outputs, self.initializers)
        opsets = [helper.make_opsetid("", 18), helper.make_opsetid(CONTRIB, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=9, producer_name="decodekit tiny-models")
