"""Exports random causal models with onnxruntime-genai's builder: export_with_genai.py OUTPUT [names…]"""

import shutil
import sys
import tempfile
import traceback
import warnings
from pathlib import Path

import torch
from onnxruntime_genai.models.builder import create_model, parse_extra_options
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForImageTextToText

from causal_models import GENAI, GENAI_SIZES, SIZES
from tiny_models import SPECIAL, WORDS, randomize, round_to_4_bits, save_causal_golden, save_tokenizer

warnings.filterwarnings("ignore")


def causal_model(model_type, more, precision):
    torch.manual_seed(0)
    sizes = {} if "text_config" in more else {**SIZES, **GENAI_SIZES}
    config = AutoConfig.for_model(model_type, **{**SPECIAL, **sizes, "tie_word_embeddings": False, **more})
    loader = AutoModelForImageTextToText if "text_config" in more else AutoModelForCausalLM
    model = randomize(loader.from_config(config, dtype=torch.float32))
    if precision == "fp16":
        model = model.half().float()
    if precision == "int4":
        round_to_4_bits(model)
    return model


def export(name, folder):
    model_type, more, precision, options = GENAI[name]
    model = causal_model(model_type, more, precision)
    save_causal_golden(model, folder, precision=precision)
    with tempfile.TemporaryDirectory() as weights:
        model.save_pretrained(weights)
        save_tokenizer(weights)
        Path(weights, "tokenizer_config.json").write_text(WORDS)
        build(weights, folder, precision, options, "webgpu" if name.endswith("-webgpu") else "cpu")
    save_tokenizer(folder)


def build(weights, folder, precision, options, provider):
    place = ("", weights, str(folder), precision, provider, tempfile.gettempdir())
    parsed = parse_extra_options(*place, options)
    keep_gemma3_rotations(parsed["hf_details"]["hf_config"])
    create_model(*place, **parsed)


def keep_gemma3_rotations(config):
    """Version 0.18 of the builder reads names of gemma 3's configuration that this transformers has renamed."""
    parameters = getattr(config, "rope_parameters", None) or {}
    if "sliding_attention" in parameters:
        config.rope_local_base_freq = parameters["sliding_attention"]["rope_theta"]
        config.rope_theta = parameters["full_attention"]["rope_theta"]
        config.rope_parameters = dict(parameters, rope_type="default")


def main(output, names):
    failures = 0
    for name in names or GENAI:
        folder = Path(output, "genai", name)
        folder.mkdir(parents=True, exist_ok=True)
        try:
            export(name, folder)
            print(f"genai/{name}: exported", flush=True)
        except Exception:
            failures += 1
            shutil.rmtree(folder)
            traceback.print_exc()
            print(f"genai/{name}: FAILED", flush=True)
    return failures


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]) and 1)
