"""The names of the control tokens, spelled as DeepSeek's tokenizers spell them, and their order in the vocabulary."""

BOS = "<｜begin▁of▁sentence｜>"
EOS = "<｜end▁of▁sentence｜>"
PAD = "<｜▁pad▁｜>"
USER = "<｜User｜>"
ASSISTANT = "<｜Assistant｜>"
THINK = "<think>"
END_THINK = "</think>"
FIM_HOLE = "<｜fim▁hole｜>"
FIM_BEGIN = "<｜fim▁begin｜>"
FIM_END = "<｜fim▁end｜>"
EOT = "<|EOT|>"
CALLS_BEGIN = "<｜tool▁calls▁begin｜>"
CALLS_END = "<｜tool▁calls▁end｜>"
CALL_BEGIN = "<｜tool▁call▁begin｜>"
CALL_END = "<｜tool▁call▁end｜>"
OUTPUTS_BEGIN = "<｜tool▁outputs▁begin｜>"
OUTPUTS_END = "<｜tool▁outputs▁end｜>"
OUTPUT_BEGIN = "<｜tool▁output▁begin｜>"
OUTPUT_END = "<｜tool▁output▁end｜>"
SEP = "<｜tool▁sep｜>"
SEARCH_BEGIN = "<｜search▁begin｜>"
SEARCH_END = "<｜search▁end｜>"
DSML = "｜DSML｜"

VOCAB_SIZE = 4096
RESERVED = 64  # ids 4032..4095 are added tokens
FIRST = [BOS, EOS, PAD]  # ids 0, 1, 2

# The tail of the vocabulary keeps the order of the real one; the placeholders fill what is left of the 64.
NAMED_TAIL = [
    SEARCH_BEGIN,
    SEARCH_END,
    THINK,
    END_THINK,
    FIM_HOLE,
    FIM_BEGIN,
    FIM_END,
    USER,
    ASSISTANT,
    EOT,
    CALLS_BEGIN,
    CALLS_END,
    CALL_BEGIN,
    CALL_END,
    OUTPUTS_BEGIN,
    OUTPUTS_END,
    OUTPUT_BEGIN,
    OUTPUT_END,
    SEP,
    DSML,
]
PLACEHOLDERS = [f"<｜place▁holder▁no▁{i}｜>" for i in range(RESERVED - len(NAMED_TAIL))]
TAIL = PLACEHOLDERS + NAMED_TAIL
SPECIAL = (
    set(FIRST) | set(PLACEHOLDERS) | {EOT}
)  # "special": true; everything else stays visible when decoding
MARKUP = FIRST + TAIL
