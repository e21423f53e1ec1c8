"""Models that predict masked tokens, and models that decodekit refuses: by name, model type and configuration."""

WIDTHS = dict(vocab_size=160, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=48, max_position_embeddings=64)
BERT = dict(**WIDTHS, type_vocab_size=2)
# RoBERTa counts positions from the padding token's id on.
ROBERTA = dict(WIDTHS, type_vocab_size=1, max_position_embeddings=66, pad_token_id=1, bos_token_id=0)

MASKED = {
    "bert": ("bert", BERT),
    "roberta": ("roberta", ROBERTA),
    "xlm-roberta": ("xlm-roberta", ROBERTA),
    "camembert": ("camembert", ROBERTA),
    "distilbert": ("distilbert", dict(vocab_size=160, dim=32, hidden_dim=48, n_layers=2, n_heads=4, max_position_embeddings=64)),
    "electra": ("electra", dict(**BERT, embedding_size=16)),
    "albert": ("albert", dict(**BERT, embedding_size=16)),
    "mpnet": ("mpnet", dict(WIDTHS, max_position_embeddings=66, pad_token_id=1, bos_token_id=0)),
    "deberta": ("deberta", dict(**WIDTHS, type_vocab_size=0, relative_attention=True, pos_att_type=["c2p", "p2c"], position_biased_input=False)),
    "deberta-v2": ("deberta-v2", dict(**WIDTHS, type_vocab_size=0, relative_attention=True, pos_att_type=["c2p", "p2c"], position_buckets=8)),
    "modernbert": (
        "modernbert",
        dict(**WIDTHS, local_attention=16, global_attn_every_n_layers=2, pad_token_id=0, cls_token_id=1, sep_token_id=2, bos_token_id=1, eos_token_id=2),
    ),
    "esm": ("esm", dict(**WIDTHS, pad_token_id=1, mask_token_id=3, token_dropout=False, position_embedding_type="rotary")),
    "convbert": ("convbert", dict(**BERT, embedding_size=32)),
    "rembert": ("rembert", dict(**BERT, input_embedding_size=16, output_embedding_size=16)),
}

ENCODER_DECODER = dict(vocab_size=160, decoder_start_token_id=1, pad_token_id=0, eos_token_id=2)
BART = dict(
    **ENCODER_DECODER,
    d_model=32,
    encoder_layers=2,
    decoder_layers=2,
    encoder_attention_heads=4,
    decoder_attention_heads=4,
    encoder_ffn_dim=48,
    decoder_ffn_dim=48,
    max_position_embeddings=64,
)
T5 = dict(**ENCODER_DECODER, d_model=32, d_kv=8, d_ff=48, num_layers=2, num_heads=4)

REFUSED = {
    "t5": ("t5", T5),
    "bart": ("bart", BART),
    "marian": ("marian", dict(**BART, decoder_vocab_size=160)),
    "whisper": ("whisper", dict(**{**BART, "max_position_embeddings": None}, num_mel_bins=8, max_source_positions=1500, max_target_positions=64)),
}
