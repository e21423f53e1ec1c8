"""Exports random models with mobius: export_with_mobius.py OUTPUT [names…]"""

import json
import shutil
import sys
import tempfile
import traceback
import warnings
from pathlib import Path

import mobius
import torch
from mobius.models.llada import LLaDAModel
from mobius.tasks import CausalLMTask
from transformers import AutoConfig, AutoModelForCausalLM, LlamaForCausalLM

from causal_models import MOBIUS, SIZES
from tiny_models import SPECIAL, TOKENS, example_tokens, randomize, save_causal_golden, save_golden, save_tokenizer

warnings.filterwarnings("ignore")
MASK_TOKEN = 3
# The weights of LLaDA, by their names in a llama, whose layers it has.
LLADA_NAMES = {
    "model.embed_tokens": "model.transformer.wte",
    "model.norm": "model.transformer.ln_f",
    "lm_head": "model.transformer.ff_out",
    "model.layers": "model.transformer.blocks",
    "self_attn.o_proj": "attn_out",
    "self_attn.": "",
    "mlp.gate_proj": "ff_proj",
    "mlp.up_proj": "up_proj",
    "mlp.down_proj": "ff_out",
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ff_norm",
}


def export_causal(name, folder):
    torch.manual_seed(0)
    model_type, more = MOBIUS[name]
    config = AutoConfig.for_model(model_type, **{**SPECIAL, **SIZES, "tie_word_embeddings": False, **more})
    model = randomize(AutoModelForCausalLM.from_config(config, dtype=torch.float32))
    save_causal_golden(model, folder)
    with tempfile.TemporaryDirectory() as weights:
        model.save_pretrained(weights)
        task = CausalLMTask(static_cache=True, max_seq_len=64) if name.endswith("-static") else None
        mobius.build(weights, dtype="f32", task=task).save(str(folder))
        shutil.copy(Path(weights, "config.json"), folder)
    save_tokenizer(folder)


def export_llada(folder):
    """LLaDA is a llama whose positions see each other, without a cache."""
    torch.manual_seed(0)
    config = AutoConfig.for_model("llama", **{**SPECIAL, **SIZES, "num_key_value_heads": 4, "tie_word_embeddings": False})
    model = randomize(LlamaForCausalLM._from_config(config, attn_implementation="eager"))
    tokens = example_tokens()
    tokens[0, [3, 4, 9, 17]] = MASK_TOKEN
    with torch.no_grad():
        # A mask of four dimensions is added to the scores: zeros hide nothing.
        logits = model(input_ids=tokens, attention_mask=torch.zeros(1, 1, TOKENS, TOKENS), use_cache=False).logits[0]
    save_golden(folder, tokens, logits, maskTokenId=MASK_TOKEN)
    described = {**config.to_dict(), "model_type": "llada", "architectures": ["LLaDAModelLM"], "mask_token_id": MASK_TOKEN}
    sizes = {name: described[name] for name in (*SIZES, "hidden_act", "head_dim", "rms_norm_eps", "pad_token_id", "tie_word_embeddings")}
    mobius_config = mobius.ArchitectureConfig(**sizes, rope_type="default", rope_theta=described["rope_parameters"]["rope_theta"])
    module = LLaDAModel(mobius_config)
    package = mobius.build_from_module(module, mobius_config, "masked-diffusion")
    weights = {llada_name(name): weight for name, weight in model.state_dict().items()}
    mobius.apply_weights(package["model"], module.preprocess_weights(weights))
    package.save(str(folder))
    Path(folder, "config.json").write_text(json.dumps(described))
    save_tokenizer(folder, MASK_TOKEN)


def llada_name(name):
    for llama, llada in LLADA_NAMES.items():
        name = name.replace(llama, llada)
    return name


def main(output, names):
    failures = 0
    for name in names or [*MOBIUS, "llada"]:
        folder = Path(output, "mobius", name)
        folder.mkdir(parents=True, exist_ok=True)
        try:
            export_llada(folder) if name == "llada" else export_causal(name, folder)
            print(f"mobius/{name}: exported", flush=True)
        except Exception:
            failures += 1
            shutil.rmtree(folder)
            traceback.print_exc()
            print(f"mobius/{name}: FAILED", flush=True)
    return failures


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]) and 1)
