"""Writes model/tokenizer/unicode_categories.inc: the general category of every code point.

The tokenizer must classify letters, marks and digits as the Hugging Face tokenizers library does, whose
regular expressions follow Unicode 16.0; the installed PCRE2 may follow another version. Run by hand after
`pip install unicodedata2==16.0.0`:

    python3 scripts/unicode/make_categories.py model/tokenizer/unicode_categories.inc
"""

import sys

import unicodedata2

NAMES = "Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So Zs Zl Zp Cc Cf Cs Co Cn".split()


def main(path):
    if unicodedata2.unidata_version != "16.0.0":
        sys.exit(f"unicodedata2 has Unicode {unicodedata2.unidata_version}, not 16.0.0")
    words = []
    previous = None
    for code_point in range(0x110000):
        category = unicodedata2.category(chr(code_point))
        if category != previous:
            words.append(f"0x{code_point << 8 | NAMES.index(category):x},")
            previous = category
    with open(path, "w") as out:
        out.write("// Made by scripts/unicode/make_categories.py from Unicode 16.0. Runs of one category,\n")
        out.write("// ascending: first code point << 8 | index of the category. Not edited by hand.\n")
        for i in range(0, len(words), 8):
            out.write(" ".join(words[i : i + 8]) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
