"""Writes presets.json: what transformers and vLLM make of random rows, as probabilities.

    python make_preset_goldens.py VLLM_FOLDER

needs torch and transformers; VLLM_FOLDER is an unpacked source package of vLLM, of whose files single functions are run as they stand, in
the order of its Sampler.forward. The rows are computed the same way in preset-goldens.test.ts, see `row`.
"""

import ast
import base64
import json
import pathlib
import struct
import sys
import types

import torch
import transformers
from transformers import GenerationConfig, LlamaConfig, LlamaForCausalLM

VOCAB = 1000
STOP = [3, 7]


class Numbers:
    """x(n+1) = (1664525 x(n) + 1013904223) mod 2^32, of which the high 24 bits are used."""

    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (1664525 * self.state + 1013904223) % 2**32
        return (self.state >> 8) / 2**24


def row(seed):
    """Logits about as spread as a language model's, then a prefix of 48 tokens with repeats, of which 24 are the prompt."""
    numbers = Numbers(seed)
    logits = [6 * (numbers.next() + numbers.next() + numbers.next() - 1.5) for _ in range(VOCAB)]
    tokens = [int(numbers.next() * 20) for _ in range(48)]
    return torch.tensor([logits], dtype=torch.float32), tokens, 24


def encoded(probabilities):
    return base64.b64encode(struct.pack(f"<{VOCAB}f", *probabilities.double().tolist())).decode()


# ---- transformers

MODEL = LlamaForCausalLM(
    LlamaConfig(vocab_size=VOCAB, hidden_size=8, intermediate_size=8, num_hidden_layers=1, num_attention_heads=1, eos_token_id=STOP)
)


def with_transformers(options, seed):
    logits, tokens, prompt_length = row(seed)
    options = dict(options)
    given = {name: value for name, value in options.items() if name not in ("sequence_bias", "watermarking_config")}
    if "sequence_bias" in options:
        given["sequence_bias"] = options["sequence_bias"]
    if "watermarking_config" in options:
        names = {"ratio": "greenlist_ratio", "hashingKey": "hashing_key", "scheme": "seeding_scheme", "contextWidth": "context_width", "bias": "bias"}
        given["watermarking_config"] = {names[name]: value for name, value in options["watermarking_config"].items()}
    config, _ = MODEL._prepare_generation_config(GenerationConfig(do_sample=True, eos_token_id=STOP, **given))
    MODEL._prepare_special_tokens(config, device="cpu")
    ids = torch.tensor([tokens])
    processors = MODEL._get_logits_processor(
        config, input_ids_seq_length=prompt_length, encoder_input_ids=ids[:, :prompt_length], device="cpu", logits_processor=[]
    )
    return processors(ids, logits).float().softmax(-1)[0]


OFF = {"top_k": 0}
TRANSFORMERS = [
    {},
    OFF,
    {"temperature": 0.7},
    {"temperature": 1.8, **OFF},
    {"top_p": 0.9},
    {"top_p": 0.9, **OFF},
    {"top_k": 5},
    {"min_p": 0.1, **OFF},
    {"typical_p": 0.6, **OFF},
    {"typical_p": 0.2, **OFF},
    {"epsilon_cutoff": 0.003, **OFF},
    {"eta_cutoff": 0.01, **OFF},
    {"eta_cutoff": 0.0005, **OFF},
    {"top_h": 0.4, **OFF},
    {"top_h": 0.9, **OFF},
    {"repetition_penalty": 1.3, **OFF},
    {"repetition_penalty": 0.8, **OFF},
    {"encoder_repetition_penalty": 1.5, **OFF},
    {"no_repeat_ngram_size": 2, **OFF},
    {"no_repeat_ngram_size": 1, **OFF},
    {"encoder_no_repeat_ngram_size": 2, **OFF},
    {"sequence_bias": [[[11], 4.0], [[5, 12], -3.0], [[2, 13], 6.0]], **OFF},
    {"bad_words_ids": [[900], [3], [17, 5]], **OFF},
    {"min_length": 60, **OFF},
    {"min_length": 40, **OFF},
    {"min_new_tokens": 30, **OFF},
    {"min_new_tokens": 10, **OFF},
    {"forced_eos_token_id": 3, "max_length": 49, **OFF},
    {"forced_eos_token_id": 3, "max_length": 60, **OFF},
    {"exponential_decay_length_penalty": [10, 1.05], **OFF},
    {"exponential_decay_length_penalty": [40, 1.05], **OFF},
    {"suppress_tokens": [1, 2, 3, 4, 5, 999], **OFF},
    {"begin_suppress_tokens": [1, 2, 3], **OFF},
    {"renormalize_logits": True},
    {"remove_invalid_values": True},
    {"watermarking_config": {"ratio": 0.25, "bias": 2.5, "hashingKey": 15485863, "scheme": "lefthash", "contextWidth": 1}, **OFF},
    {"watermarking_config": {"ratio": 0.5, "bias": 1.0, "hashingKey": 99991, "scheme": "selfhash", "contextWidth": 3}, **OFF},
    {"temperature": 0.8, "top_p": 0.9, "top_k": 40},
    {"temperature": 1.3, "min_p": 0.05, "top_p": 0.95, "typical_p": 0.9, **OFF},
    {"temperature": 0.9, "top_k": 100, "epsilon_cutoff": 0.002, "eta_cutoff": 0.004, "repetition_penalty": 1.1},
    {"repetition_penalty": 1.2, "no_repeat_ngram_size": 3, "temperature": 0.6, "top_p": 0.8, "min_new_tokens": 30, "suppress_tokens": [9]},
    {"encoder_repetition_penalty": 1.2, "repetition_penalty": 1.1, "sequence_bias": [[[4], -2.0]], "bad_words_ids": [[6]], "top_h": 0.8, "top_k": 20},
]

# ---- vLLM


def functions_of(path, *names):
    """Runs the definitions of some functions, or of methods as functions, of a file."""
    found = {}
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef) and node.name in names and node.name not in found:
            node.decorator_list = []
            node.returns = None
            for argument in node.args.args:
                argument.annotation = None
            found[node.name] = ast.unparse(node)
    scope = {"torch": torch, "_SAMPLING_EPS": 1e-5}
    for name in names:
        exec(found[name], scope)
    return scope


def with_vllm(options, seed, folder):
    logits, tokens, prompt_length = row(seed)
    prompt, output = tokens[:prompt_length], tokens[prompt_length:]
    layers = folder / "vllm" / "model_executor" / "layers" / "utils.py"
    scope = functions_of(layers, "get_token_bin_counts_and_mask", "apply_penalties")
    # apply_penalties imports what its own package has for a CPU.
    for name in ("vllm", "vllm._custom_ops"):
        sys.modules.setdefault(name, types.ModuleType(name))
    custom = functions_of(folder / "vllm" / "_custom_ops.py", "apply_repetition_penalties_torch")
    sys.modules["vllm._custom_ops"].apply_repetition_penalties = custom["apply_repetition_penalties_torch"]
    apply_penalties = scope["apply_penalties"]
    sample = folder / "vllm" / "v1" / "sample"
    top = functions_of(sample / "ops" / "topk_topp_sampler.py", "apply_top_k_only", "apply_top_k_top_p_pytorch")
    bad = functions_of(sample / "ops" / "bad_words.py", "_apply_bad_words_single_batch")
    bad["_SMALLEST_LOGIT"] = float("-inf")
    temperature = functions_of(sample / "sampler.py", "apply_temperature")["apply_temperature"]

    if "allowed_token_ids" in options:
        mask = torch.ones_like(logits, dtype=torch.bool)
        mask[0, options["allowed_token_ids"]] = False
        logits.masked_fill_(mask, float("-inf"))
    if "bad_words" in options:
        bad["_apply_bad_words_single_batch"](logits[0], options["bad_words"], output)
    if len(output) < options.get("min_tokens", 0):
        logits[0, options["stop_token_ids"]] = float("-inf")
    for token, bias in options.get("logit_bias", {}).items():
        logits[0, int(token)] += bias
    number = lambda name, default: torch.tensor([float(options.get(name, default))])
    logits = apply_penalties(
        logits,
        torch.tensor([prompt]),
        torch.tensor([output]),
        number("presence_penalty", 0),
        number("frequency_penalty", 0),
        number("repetition_penalty", 1),
    )
    if options.get("temperature", 1) < 1e-5:
        return torch.nn.functional.one_hot(logits.argmax(-1), VOCAB)[0].double()
    logits = temperature(logits, number("temperature", 1), True)
    if "min_p" in options:
        probabilities = logits.softmax(-1)
        logits.masked_fill_(probabilities < options["min_p"] * probabilities.amax(-1, keepdim=True), float("-inf"))
    k = options.get("top_k", 0)
    p = options.get("top_p", 1)
    logits = top["apply_top_k_top_p_pytorch"](
        logits, torch.tensor([k if k > 0 else VOCAB]) if k > 0 else None, torch.tensor([float(p)]) if p < 1 else None
    )
    return logits.float().softmax(-1)[0]


VLLM = [
    {},
    {"temperature": 0.7},
    {"temperature": 0},
    {"top_k": 20},
    {"top_p": 0.9},
    {"min_p": 0.1},
    {"top_k": 50, "top_p": 0.8},
    {"temperature": 1.5, "min_p": 0.05, "top_k": 100, "top_p": 0.95},
    {"repetition_penalty": 1.3},
    {"presence_penalty": 1.5},
    {"frequency_penalty": 0.7},
    {"frequency_penalty": -0.7, "presence_penalty": -0.2},
    {"repetition_penalty": 1.2, "presence_penalty": 0.5, "frequency_penalty": 0.3, "temperature": 0.6, "top_k": 40, "top_p": 0.9},
    {"logit_bias": {"5": 3.5, "700": -4.0}},
    {"allowed_token_ids": [1, 2, 3, 500, 501]},
    {"bad_words": [[12], [4, 900]]},
    {"min_tokens": 30, "stop_token_ids": STOP},
    {"min_tokens": 10, "stop_token_ids": STOP},
]


def main():
    folder = pathlib.Path(sys.argv[1])
    cases = []
    for index, options in enumerate(TRANSFORMERS):
        cases.append({"system": "transformers", "options": options, "seed": index, "probabilities": encoded(with_transformers(options, index))})
    for index, options in enumerate(VLLM):
        seed = 1000 + index
        cases.append({"system": "vllm", "options": options, "seed": seed, "probabilities": encoded(with_vllm(options, seed, folder))})
    head = {
        "source": [f"huggingface/transformers {transformers.__version__}", f"vllm-project/vllm {folder.name.removeprefix('vllm-')}"],
        "licence": "Apache-2.0",
        "about": "Probabilities (float32, little-endian, base64; shape (1000,)) after all processors of a system with these options, for the"
        " row and prefix of make_preset_goldens.py with this seed. Written by that script; numbers only.",
    }
    lines = ",\n    ".join(json.dumps(case) for case in cases)
    text = json.dumps(head, indent=2)[:-2] + ',\n  "cases": [\n    ' + lines + "\n  ]\n}\n"
    (pathlib.Path(__file__).parent / "presets.json").write_text(text)


main()
