"""Exports random causal models with Optimum: export_with_optimum.py OUTPUT [names…]"""

import shutil
import sys
import traceback
import warnings
from pathlib import Path

import torch
from optimum.exporters.onnx import export as export_graph
from optimum.exporters.onnx import onnx_export_from_model
from optimum.exporters.onnx.model_configs import GPT2OnnxConfig, LlamaOnnxConfig
from optimum.onnx import merge_decoders
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForMaskedLM, AutoModelForSeq2SeqLM, AutoModelForSpeechSeq2Seq

from causal_models import CAUSAL, LIKE_LLAMA, SIZES
from other_models import MASKED, REFUSED
from tiny_models import SPECIAL, randomize, save_causal_golden, save_masked_golden, save_tokenizer

warnings.filterwarnings("ignore")
MASK_TOKEN = 3


def causal_model(model_type, more):
    torch.manual_seed(0)
    own_sizes = "n_embd" in more or "n_layer" in more or "n_layers" in more
    sizes = dict(vocab_size=SIZES["vocab_size"]) if own_sizes else SIZES
    config = AutoConfig.for_model(model_type, **{**SPECIAL, **sizes, "tie_word_embeddings": False, **more})
    return randomize(AutoModelForCausalLM.from_config(config))


def other_model(loader, model_type, more):
    torch.manual_seed(0)
    return randomize(loader.from_config(AutoConfig.for_model(model_type, **more)))


def export(model, folder, task, mask_token=None, **options):
    onnx_export_from_model(model, folder, do_validation=False, task=task, **options)
    save_tokenizer(folder, mask_token)
    if not (folder / "config.json").exists():
        model.config.save_pretrained(folder)


def export_causal(name, folder):
    model = causal_model(*CAUSAL[name])
    save_causal_golden(model, folder)
    export(model, folder, "text-generation-with-past")


def export_like_llama(name, folder):
    model = causal_model(*LIKE_LLAMA[name])
    save_causal_golden(model, folder)
    onnx_config = LlamaOnnxConfig(model.config, task="text-generation", use_past=True, use_past_in_inputs=True)
    export(model, folder, "text-generation-with-past", custom_onnx_configs={"model": onnx_config})


MERGED = {"gpt2": GPT2OnnxConfig, "llama": LlamaOnnxConfig}


def export_merged(name, folder):
    """One graph with a branch for the first pass and one for passes over a cache, as older versions of Optimum exported all."""
    model = causal_model(*CAUSAL[name])
    save_causal_golden(model, folder)
    parts = [folder / "decoder_model.onnx", folder / "decoder_with_past_model.onnx"]
    for part, has_past in zip(parts, (False, True)):
        onnx_config = MERGED[name](model.config, task="text-generation", use_past=True, use_past_in_inputs=has_past)
        export_graph(model=model, config=onnx_config, output=part, opset=17)
    merge_decoders(*parts, save_path=folder / "decoder_model_merged.onnx")
    for part in parts:
        part.unlink()
    save_tokenizer(folder, None)
    model.config.save_pretrained(folder)


def export_masked(name, folder):
    model = other_model(AutoModelForMaskedLM, *MASKED[name])
    save_masked_golden(model, folder, MASK_TOKEN)
    export(model, folder, "fill-mask", MASK_TOKEN)


def export_refused(name, folder):
    is_speech = name in ("whisper", "speech_to_text")
    model = other_model(AutoModelForSpeechSeq2Seq if is_speech else AutoModelForSeq2SeqLM, *REFUSED[name])
    export(model, folder, "automatic-speech-recognition-with-past" if is_speech else "text2text-generation-with-past")


EXPORTS = {
    "optimum": (CAUSAL, export_causal),
    "optimum-like-llama": (LIKE_LLAMA, export_like_llama),
    "optimum-merged": (MERGED, export_merged),
    "optimum-masked": (MASKED, export_masked),
    "optimum-refused": (REFUSED, export_refused),
}


def main(output, names):
    failures = 0
    for kind, (models, export_one) in EXPORTS.items():
        for name in models:
            if names and f"{kind}/{name}" not in names:
                continue
            folder = Path(output, kind, name)
            folder.mkdir(parents=True, exist_ok=True)
            try:
                export_one(name, folder)
                print(f"{kind}/{name}: exported", flush=True)
            except Exception:
                failures += 1
                shutil.rmtree(folder)
                traceback.print_exc()
                print(f"{kind}/{name}: FAILED", flush=True)
    return failures


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]) and 1)
