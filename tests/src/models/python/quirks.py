"""Variants of exports that older exporters and the hub have: other names, other shapes, an input for the number of rows."""

import shutil
from pathlib import Path

import onnx
from onnx import TensorProto, helper
from onnxruntime.transformers.float16 import convert_float_to_float16


def with_float16(model):
    """Weights, cache and logits of 16 bits, as `model_fp16.onnx` of the hub has."""
    return convert_float_to_float16(model, keep_io_types=False)


def with_row_count(model, shape):
    """Computes the logits of the last `num_logits_to_keep` rows only, as the hub's files for LFM2 and Gemma 4 do."""
    graph = model.graph
    head = next(node for node in graph.node if "logits" in node.output)
    hidden = head.input[0]
    head.input[0] = "kept_rows"
    constants = {"one_size": [1], "to_the_end": [2**62], "axis_of_rows": [1]}
    for name, values in constants.items():
        graph.initializer.append(helper.make_tensor(name, TensorProto.INT64, [1], values))
    nodes = [
        helper.make_node("Reshape", ["num_logits_to_keep", "one_size"], ["row_count"]),
        helper.make_node("Neg", ["row_count"], ["first_row"]),
        helper.make_node("Slice", [hidden, "first_row", "to_the_end", "axis_of_rows"], ["kept_rows"]),
    ]
    insert_before(graph, head, nodes)
    graph.input.append(helper.make_tensor_value_info("num_logits_to_keep", TensorProto.INT64, shape))
    return model


def with_joined_key_values(model):
    """Keys and values of the one head of a layer side by side, as Optimum exported gpt_bigcode before transformers 4.54."""
    graph = model.graph
    layers = sorted(int(value.name.split(".")[1]) for value in graph.input if value.name.endswith(".key"))
    size = next(value for value in graph.input if value.name.endswith(".key")).type.tensor_type.shape.dim[3].dim_value
    graph.initializer.append(helper.make_tensor("axis_of_heads", TensorProto.INT64, [1], [1]))
    before, after = [], []
    for layer in layers:
        past, present = f"past_key_values.{layer}", f"present.{layer}"
        before.append(helper.make_node("Split", [f"{past}.key_value"], [f"{past}.k", f"{past}.v"], axis=2, num_outputs=2))
        for part, short in (("key", "k"), ("value", "v")):
            before.append(helper.make_node("Unsqueeze", [f"{past}.{short}", "axis_of_heads"], [f"{past}.{part}"]))
            after.append(helper.make_node("Squeeze", [f"{present}.{part}", "axis_of_heads"], [f"{present}.{short}"]))
        after.append(helper.make_node("Concat", [f"{present}.k", f"{present}.v"], [f"{present}.key_value"], axis=2))
    insert_before(graph, graph.node[0], before)
    graph.node.extend(after)
    replace_values(graph.input, "past_key_values", layers, ["batch_size", "past_sequence_length", 2 * size])
    replace_values(graph.output, "present", layers, ["batch_size", "total_sequence_length", 2 * size])
    return model


def renamed(model, names):
    """Replaces parts of the names of inputs and outputs, for what exporters call differently."""
    graph = model.graph
    values = {value.name for value in (*graph.input, *graph.output)}
    new = {name: replaced(name, names) for name in values}
    for node in graph.node:
        for list_of_names in (node.input, node.output):
            for index, name in enumerate(list_of_names):
                list_of_names[index] = new.get(name, name)
    for value in (*graph.input, *graph.output):
        value.name = new[value.name]
    return model


def replaced(name, names):
    parts = name.split(".")
    for (first, last), (prefix, suffix) in names.items():
        if parts[0] == first and parts[-1] == last:
            layer = next(part for part in parts if part.isdigit())
            return f"{prefix}.{layer}{suffix}"
    return name


def insert_before(graph, node, nodes):
    index = list(graph.node).index(node)
    for each in reversed(nodes):
        graph.node.insert(index, each)


def replace_values(values, prefix, layers, shape):
    kept = [value for value in values if not value.name.startswith(f"{prefix}.")]
    joined = [helper.make_tensor_value_info(f"{prefix}.{layer}.key_value", TensorProto.FLOAT, shape) for layer in layers]
    del values[:]
    values.extend([*kept, *joined])


def make_quirk(source, folder, change):
    """Copies an export, with its graph changed."""
    shutil.copytree(source, folder, dirs_exist_ok=True)
    for stale in Path(folder).glob("model.onnx*"):
        stale.unlink()
    onnx.save(change(onnx.load(str(Path(source, "model.onnx")))), str(Path(folder, "model.onnx")))


STATES_OF_GENAI = {
    ("past", "conv"): ("past_conv", ""),
    ("present", "conv"): ("present_conv", ""),
}
STATES_OF_MOBIUS = {
    (start, f"{state}_state"): (f"{tense}_{state}", "")
    for start, tense in (("past_key_values", "past"), ("past_states", "past"), ("present", "present"))
    for state in ("conv", "recurrent", "ssm")
}

# By name, the export that is changed and how.
QUIRKS = {
    "llama-fp16": ("optimum/llama", with_float16),
    "gpt2-fp16": ("optimum/gpt2", with_float16),
    "llama-row-count": ("optimum/llama", lambda model: with_row_count(model, [])),
    "gpt2-row-counts": ("optimum/gpt2", lambda model: with_row_count(model, [1])),
    "gpt_bigcode-key_value": ("optimum/gpt_bigcode", with_joined_key_values),
    "lfm2-past_conv": ("genai/lfm2", lambda model: renamed(model, STATES_OF_GENAI)),
    "qwen3_next-past_recurrent": ("mobius/qwen3_next", lambda model: renamed(model, STATES_OF_MOBIUS)),
    "mamba2-past_ssm": ("mobius/mamba2", lambda model: renamed(model, STATES_OF_MOBIUS)),
}
