"""Exports a random target and draft heads for it with mobius: export_draft_heads.py OUTPUT"""

import dataclasses
import json
import sys
import tempfile
import warnings
from pathlib import Path

import mobius
import numpy
import onnxruntime
import torch
from mobius._configs import DFlashConfig, Eagle3Config
from mobius.models.dflash import DFlashDraftModel
from mobius.models.eagle3 import Eagle3DraftModel
from transformers import AutoConfig, AutoModelForCausalLM

from causal_models import SIZES
from tiny_models import SPECIAL, example_tokens, randomize, save_tokenizer

warnings.filterwarnings("ignore")
LAYERS = 8
# The layers after which states enter layers 2, 8 / 2 and 8 - 3, as EAGLE-3 reads them where a head names none.
EAGLE_LAYERS = [1, 3, 4]
NAMED_LAYERS = [0, 2, 4]
BLOCK_LAYERS = [1, 4]
BLOCK_SIZE = 6
MASK_TOKEN = 3
DRAFT_VOCABULARY = 48
PROMPT = 12


def target_of(folder):
    torch.manual_seed(0)
    config = AutoConfig.for_model("llama", **{**SPECIAL, **SIZES, "num_hidden_layers": LAYERS, "tie_word_embeddings": False})
    model = randomize(AutoModelForCausalLM.from_config(config, dtype=torch.float32))
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as weights:
        model.save_pretrained(weights)
        mobius.build(weights, dtype="f32").save(str(folder))
        (folder / "config.json").write_text(Path(weights, "config.json").read_text())
    save_tokenizer(folder)
    return model


def states_of(model, tokens, layers):
    """The residual stream after `layers`: hidden_states[i + 1], but before the final norm for the last layer, which no head reads here."""
    with torch.no_grad():
        hidden = model(input_ids=tokens, output_hidden_states=True).hidden_states
    return torch.cat([hidden[layer + 1] for layer in layers], dim=-1)[0]


def config_of(kind, **more):
    base = mobius.ArchitectureConfig(
        **SIZES, head_dim=8, hidden_act="silu", rms_norm_eps=1e-6, rope_type="default", rope_theta=10000.0, pad_token_id=0
    )
    fields = {field.name: getattr(base, field.name) for field in dataclasses.fields(base)}
    known = {field.name for field in dataclasses.fields(kind)}
    return kind(**{**{name: value for name, value in fields.items() if name in known}, **more})


def export_head(module, config, task, folder, described):
    folder.mkdir(parents=True, exist_ok=True)
    package = mobius.build_from_module(module, config, task)
    generator = torch.Generator().manual_seed(7)
    weights = {}
    for name, parameter in sorted(module.named_parameters()):
        shape = [int(size) for size in parameter.shape]
        noise = torch.randn(shape, generator=generator)
        weights[name] = 1 + 0.1 * noise if len(shape) < 2 else noise / shape[-1] ** 0.5
    mobius.apply_weights(package["model"], weights)
    package.save(str(folder))
    (folder / "config.json").write_text(json.dumps(described))
    return onnxruntime.InferenceSession(str(folder / "model.onnx"))


def past_of(session):
    return {
        each.name: numpy.zeros([size if isinstance(size, int) else (0 if "past" in str(size) else 1) for size in each.shape], numpy.float32)
        for each in session.get_inputs()
        if each.name.startswith("past")
    }


def embed(model, tokens):
    with torch.no_grad():
        return model.get_input_embeddings()(torch.tensor([tokens])).numpy()


def eagle_golden(session, model, layers, target_ids):
    """Drafts five tokens, the likeliest ones, and computes everything anew for each of them, without a cache."""
    tokens = example_tokens(count=PROMPT + 1)[0].tolist()
    states = states_of(model, torch.tensor([tokens[:PROMPT]]), layers).numpy()
    size = SIZES["hidden_size"]
    fused = numpy.zeros((1, PROMPT, 3 * size), numpy.float32)
    fused[0] = states
    recycled = numpy.zeros((1, PROMPT, size), numpy.float32)
    following, drafted, rows = tokens[1:], [], []
    for _ in range(5):
        count = len(following)
        logits, hidden = session.run(
            ["draft_logits", "next_hidden"],
            {
                "inputs_embeds": embed(model, following),
                "fused_hidden": fused,
                "recycled_hidden": recycled,
                "attention_mask": numpy.ones((1, count), numpy.int64),
                "position_ids": numpy.arange(count)[None],
                **past_of(session),
            },
        )
        rows.append(logits[0, -1].tolist())
        token = target_ids[int(logits[0, -1].argmax())]
        drafted.append(token)
        following = [*following, token]
        fused = numpy.concatenate([fused, numpy.zeros((1, 1, 3 * size), numpy.float32)], axis=1)
        recycled = numpy.concatenate([recycled, hidden[:, -1:]], axis=1)
    return dict(tokens=tokens, states=states.tolist(), drafted=drafted, rows=rows)


def block_golden(session, model):
    """Two drafts, the second after three more tokens, both without a cache."""
    tokens = example_tokens(count=PROMPT + 4)[0].tolist()
    states = states_of(model, torch.tensor([tokens]), BLOCK_LAYERS).numpy()
    drafts = []
    for length in (PROMPT, PROMPT + 3):
        block = [tokens[length], *[MASK_TOKEN] * (BLOCK_SIZE - 1)]
        (hidden,) = session.run(
            ["draft_hidden"],
            {
                "noise_embedding": embed(model, block),
                "target_hidden": states[None, :length],
                "position_ids": numpy.arange(length + BLOCK_SIZE)[None],
                "q_position_ids": numpy.arange(length, length + BLOCK_SIZE)[None],
                **past_of(session),
            },
        )
        with torch.no_grad():
            drafts.append(model.lm_head(torch.tensor(hidden[0, 1:])).tolist())
    return dict(tokens=tokens, states=states.tolist(), drafts=drafts, prompt=PROMPT)


def main(output):
    folder = Path(output, "draft-heads")
    model = target_of(folder / "target")
    common = dict(max_position_embeddings=SIZES["max_position_embeddings"], hidden_size=SIZES["hidden_size"])
    every = list(range(SIZES["vocab_size"]))
    some = sorted(torch.randperm(SIZES["vocab_size"], generator=torch.Generator().manual_seed(3))[:DRAFT_VOCABULARY].tolist())
    heads = {
        "eagle": (EAGLE_LAYERS, every, None, {}),
        "eagle-part": (NAMED_LAYERS, some, dict(target_ids=some), dict(target_layers=NAMED_LAYERS)),
        "eagle-d2t": (
            NAMED_LAYERS,
            some,
            dict(d2t=[token - place for place, token in enumerate(some)]),
            dict(eagle_aux_hidden_state_layer_ids=[layer + 1 for layer in NAMED_LAYERS]),
        ),
    }
    for name, (layers, target_ids, vocabulary, described) in heads.items():
        config = config_of(Eagle3Config, num_hidden_layers=1, layer_types=["full_attention"], draft_vocab_size=len(target_ids))
        described = {**common, "architectures": ["LlamaForCausalLMEagle3"], "draft_vocab_size": len(target_ids), **described}
        session = export_head(Eagle3DraftModel(config), config, "eagle3-draft", folder / name, described)
        if vocabulary:
            (folder / name / "draft_vocabulary.json").write_text(json.dumps(vocabulary))
        (folder / name / "golden.json").write_text(json.dumps(eagle_golden(session, model, layers, target_ids)))
    config = config_of(DFlashConfig, target_layer_ids=BLOCK_LAYERS, block_size=BLOCK_SIZE, mask_token_id=MASK_TOKEN, num_target_layers=LAYERS)
    described = dict(**common, block_size=BLOCK_SIZE, dflash_config=dict(target_layer_ids=BLOCK_LAYERS, mask_token_id=MASK_TOKEN))
    session = export_head(DFlashDraftModel(config), config, "dflash-draft", folder / "dflash", described)
    (folder / "dflash" / "golden.json").write_text(json.dumps(block_golden(session, model)))
    print("draft-heads: exported", flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
