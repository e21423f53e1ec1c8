"""Causal language models: by name, the model type and what its configuration says beyond the common sizes."""

SIZES = dict(
    vocab_size=160,
    hidden_size=32,
    intermediate_size=48,
    num_hidden_layers=2,
    num_attention_heads=4,
    num_key_value_heads=2,
    max_position_embeddings=64,
)
GPT2_SIZES = dict(vocab_size=160, n_embd=32, n_layer=2, n_head=4, n_positions=64)
ALL_HEADS = dict(num_key_value_heads=4)
HEAD = dict(head_dim=16)

# What the exporter knows by itself.
CAUSAL = {
    "llama": ("llama", {}),
    "llama-tied": ("llama", dict(tie_word_embeddings=True, head_dim=16)),
    "gpt2": ("gpt2", GPT2_SIZES),
    "gptj": ("gptj", dict(**GPT2_SIZES, rotary_dim=4)),
    "codegen": ("codegen", dict(**GPT2_SIZES, rotary_dim=4)),
    "gpt_neo": ("gpt_neo", dict(num_layers=2, num_heads=4, attention_types=[[["global", "local"], 1]], window_size=8)),
    "gpt_neox": ("gpt_neox", {}),
    "gpt_bigcode": ("gpt_bigcode", dict(**GPT2_SIZES, multi_query=True)),
    "stablelm": ("stablelm", {}),
    "opt": ("opt", dict(ffn_dim=48, word_embed_proj_dim=32)),
    "falcon-multi-query": ("falcon", dict(multi_query=True, new_decoder_architecture=False)),
    "falcon-new": ("falcon", dict(new_decoder_architecture=True, num_kv_heads=4)),
    "falcon-alibi": ("falcon", dict(alibi=True, multi_query=False, new_decoder_architecture=False)),
    "bloom": ("bloom", dict(vocab_size=160, hidden_size=32, n_layer=2, n_head=4)),
    "mpt": ("mpt", dict(d_model=32, n_heads=4, n_layers=2, max_seq_len=64, expansion_ratio=2)),
    "gpt_oss": ("gpt_oss", dict(**HEAD, num_local_experts=4, num_experts_per_tok=2)),
    "arcee": ("arcee", {}),
    "smollm3": ("smollm3", {}),
    "olmo": ("olmo", {}),
    "olmo2": ("olmo2", {}),
    "granite": ("granite", {}),
    "cohere": ("cohere", {}),
    "mistral": ("mistral", dict(sliding_window=None)),
    "mistral-sliding": ("mistral", dict(sliding_window=16)),
    "qwen2": ("qwen2", {}),
    "qwen3": ("qwen3", HEAD),
    "qwen3_moe": ("qwen3_moe", dict(**HEAD, num_experts=4, num_experts_per_tok=2, moe_intermediate_size=24)),
    "phi": ("phi", ALL_HEADS),
    "phi3": ("phi3", {}),
    "glm": ("glm", HEAD),
    "gemma": ("gemma", HEAD),
    "gemma2": ("gemma2", dict(**HEAD, query_pre_attn_scalar=16, sliding_window=64)),
    "gemma3_text": ("gemma3_text", dict(**HEAD, query_pre_attn_scalar=16, sliding_window=64)),
    "gemma3_text-sliding": ("gemma3_text", dict(**HEAD, query_pre_attn_scalar=16, sliding_window=16)),
    "helium": ("helium", dict(head_dim=8)),
    "nemotron": ("nemotron", {}),
    "deepseek_v3": (
        "deepseek_v3",
        dict(
            **ALL_HEADS,
            q_lora_rank=16,
            kv_lora_rank=16,
            qk_rope_head_dim=8,
            qk_nope_head_dim=8,
            v_head_dim=8,
            n_routed_experts=4,
            num_experts_per_tok=2,
            n_group=1,
            topk_group=1,
            moe_intermediate_size=24,
            first_k_dense_replace=1,
        ),
    ),
}

# What it exports when told that the model has the inputs and outputs of a llama, as its guide for other models shows.
LIKE_LLAMA = {
    "starcoder2": ("starcoder2", {}),
    "cohere2": ("cohere2", dict(sliding_window=64, layer_types=["full_attention"] * 2)),
    "olmo3": ("olmo3", {}),
    "ernie4_5": ("ernie4_5", dict(head_dim=8)),
    "hunyuan_v1_dense": ("hunyuan_v1_dense", dict(head_dim=8)),
    "exaone4": ("exaone4", dict(sliding_window=64, layer_types=["full_attention"] * 2)),
    "ministral": ("ministral", dict(head_dim=8, sliding_window=64, layer_types=["full_attention"] * 2)),
    "vaultgemma": ("vaultgemma", dict(**HEAD, query_pre_attn_scalar=16)),
    "modernbert-decoder": (
        "modernbert-decoder",
        dict(**ALL_HEADS, global_attn_every_n_layers=2, local_attention=64, pad_token_id=0, sep_token_id=2, cls_token_id=1),
    ),
}

# GroupQueryAttention takes heads of a multiple of 16 values only.
GENAI_SIZES = dict(hidden_size=64, intermediate_size=64)
FIXED_STATE = dict(layer_types=["conv", "full_attention"])
SLIDING = dict(sliding_window=16)
GEMMA = dict(**HEAD, query_pre_attn_scalar=16, sliding_window=16)
RECURRENT = dict(
    **SIZES,
    head_dim=16,
    layer_types=["linear_attention", "full_attention"],
    linear_num_key_heads=2,
    linear_num_value_heads=4,
    linear_key_head_dim=16,
    linear_value_head_dim=16,
    rope_parameters=dict(rope_type="default", rope_theta=10000.0, partial_rotary_factor=0.5, mrope_section=[2, 1, 1], mrope_interleaved=True),
)

# What onnxruntime-genai's builder exports: with the precision, and options of the builder. It normalizes with 1e-6 whatever
# layer_norm_eps and norm_eps say.
GENAI = {
    "llama": ("llama", {}, "fp32", []),
    "llama-fp16-webgpu": ("llama", {}, "fp16", []),
    "llama-fp16": ("llama", {}, "fp16", []),
    "llama-int4": ("llama", {}, "int4", []),
    "llama-int4-exact": ("llama", {}, "int4", ["accuracy_level=1"]),
    "llama-pruned": ("llama", {}, "fp32", ["prune_lm_head=true"]),
    "mistral": ("mistral", dict(sliding_window=None), "fp32", []),
    "qwen2": ("qwen2", {}, "fp32", []),
    "qwen3": ("qwen3", HEAD, "fp32", []),
    "qwen3-int4": ("qwen3", dict(head_dim=32), "int4", []),
    "gemma": ("gemma", dict(**HEAD, hidden_act="gelu_pytorch_tanh"), "fp32", []),
    "gemma2": ("gemma2", GEMMA, "fp32", ["windowed_kv_cache=false"]),
    "gemma2-windowed": ("gemma2", GEMMA, "fp32", []),
    "gemma3_text": ("gemma3_text", GEMMA, "fp32", ["windowed_kv_cache=false"]),
    "phi": ("phi", dict(num_attention_heads=2, num_key_value_heads=2, partial_rotary_factor=0.5, layer_norm_eps=1e-6), "fp32", []),
    "phi3": ("phi3", dict(original_max_position_embeddings=64), "fp32", []),
    "granite": ("granite", {}, "fp32", []),
    "smollm3": ("smollm3", dict(no_rope_layers=[1, 1]), "fp32", []),
    "nemotron": ("nemotron", dict(num_attention_heads=2, num_key_value_heads=1, norm_eps=1e-6), "fp32", []),
    "ernie4_5": ("ernie4_5", HEAD, "fp32", []),
    "hunyuan_v1_dense": ("hunyuan_v1_dense", HEAD, "fp32", []),
    "lfm2": ("lfm2", FIXED_STATE, "fp32", []),
    "lfm2-int4": ("lfm2", FIXED_STATE, "int4", []),
    "lfm2_moe": (
        "lfm2_moe",
        dict(**FIXED_STATE, num_experts=4, num_experts_per_tok=2, moe_intermediate_size=24, num_dense_layers=1),
        "fp32",
        [],
    ),
    "granitemoehybrid": (
        "granitemoehybrid",
        dict(
            layer_types=["attention"] * 2,
            position_embedding_type="rope",
            mamba_n_heads=16,
            mamba_d_head=8,
            num_local_experts=0,
            shared_intermediate_size=48,
        ),
        "fp32",
        [],
    ),
    "qwen3_5": ("qwen3_5", dict(text_config=RECURRENT), "fp32", []),
    "qwen3_5-window": ("qwen3_5", dict(text_config=RECURRENT), "fp32", ["state_window=4"]),
}

LINEAR_ATTENTION = {name: value for name, value in RECURRENT.items() if name not in SIZES}
EXPERTS = dict(num_experts=4, num_experts_per_tok=2, moe_intermediate_size=24, shared_expert_intermediate_size=24)

# What mobius exports.
MOBIUS = {
    "llama": ("llama", {}),
    "llama-static": ("llama", {}),
    "apertus": ("apertus", {}),
    "qwen2_moe": ("qwen2_moe", EXPERTS),
    "qwen3_next": ("qwen3_next", dict(**EXPERTS, **{**LINEAR_ATTENTION, "rope_parameters": None}, decoder_sparse_step=1)),
    "qwen3_5_text": ("qwen3_5_text", LINEAR_ATTENTION),
    "mamba2": ("mamba2", dict(intermediate_size=64, num_heads=8, head_dim=8, state_size=8, n_groups=1)),
}

# What was tried and is left out, with the reason. The table of docs/models.md says the same.
NOT_EXPORTED = {
    "optimum": {
        "apertus": "torch.onnx has no expm1 (mobius exports it)",
        "llama4_text": "torch.onnx has no polar; mobius wants weights that it does not have",
        "qwen2_moe": "the trace fixes which expert gets how many tokens, so other texts fail (mobius exports it)",
        "jais, nanochat, afmoe, mobilellm, mistral4, ministral3, solar_open, openelm, exaone, youtu": "not in transformers 4.57",
    },
    "genai": {
        "mistral with a sliding window": "the builder leaves the window out",
        "olmo": "the builder normalizes by the root mean square, where the model subtracts the mean",
    },
    "mobius": {
        "exaone4, nanochat, gemma3_text": "other logits than those of transformers",
        "mistral with a sliding window": "mobius leaves the window out, and says so",
        "jamba": "the graph reads one token a pass",
        "granitemoehybrid, nemotron_h, gemma4_text, lfm2, falcon_h1, deepseek_v4, olmo_hybrid, zaya": "mobius 0.1 finds no place for weights of transformers 5.24",
    },
}
