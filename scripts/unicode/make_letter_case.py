"""Writes model/chat/template/letter_case.inc: the upper, lower and title case of every letter.

Chat templates change case as Python does, so Python's own tables are the source. Run by hand:

    python3 scripts/unicode/make_letter_case.py model/chat/template/letter_case.inc
"""

import sys
import unicodedata


def pairs(change):
    return [(c, change(chr(c))) for c in range(0x80, 0x110000)
            if not 0xD800 <= c < 0xE000 and change(chr(c)) != chr(c)]


def runs(single):
    """Equal differences at equal steps: (first, last, step, difference)."""
    out = []
    for c, difference in single:
        if out and out[-1][3] == difference and c > out[-1][1]:
            first, last, step, _ = out[-1]
            if first == last and c - last <= 2:
                out[-1] = (first, c, c - last, difference)
                continue
            if first != last and c - last == step:
                out[-1] = (first, c, step, difference)
                continue
        out.append((c, c, 1, difference))
    return out


def write(out, name, changed):
    single = [(c, ord(to) - c) for c, to in changed if len(to) == 1]
    out.write(f"constexpr case_run {name}_runs[] = {{\n")
    for first, last, step, difference in runs(single):
        out.write(f"{{0x{first:x}, 0x{last:x}, {step}, {difference}}},\n")
    out.write("};\n")
    out.write(f"constexpr case_special {name}_specials[] = {{\n")
    for c, to in changed:
        if len(to) > 1:
            escaped = "".join(f"\\x{byte:02x}" for byte in to.encode())
            out.write(f'{{0x{c:x}, "{escaped}"}},\n')
    out.write("};\n")


def main(path):
    with open(path, "w") as out:
        out.write(f"// Made by scripts/unicode/make_letter_case.py from Unicode {unicodedata.unidata_version}.\n")
        out.write("// Characters beyond ASCII; ascending. Not edited by hand.\n")
        write(out, "upper", pairs(str.upper))
        write(out, "lower", pairs(str.lower))
        titles = [(c, chr(c).title()) for c in range(0x80, 0x110000) if not 0xD800 <= c < 0xE000]
        write(out, "title", [(c, to) for c, to in titles if to != chr(c).upper()])


if __name__ == "__main__":
    main(sys.argv[1])
