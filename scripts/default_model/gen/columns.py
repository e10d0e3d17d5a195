"""Column arithmetic in words: least digit first, the carry spoken, then the digits from the left."""

PLACES = ["ones", "tens", "hundreds", "thousands", "ten thousands", "hundred thousands", "millions"]


def digits(n):
    """Digits of n, least first."""
    return [int(x) for x in str(n)[::-1]]


def _spelled(ds):
    """The line that lists the written digits from the left and drops leading zeros."""
    line = "Digits: " + ", ".join(str(x) for x in ds) + "."
    if len(ds) > 1 and ds[0] == 0:
        line += " Drop the leading 0."
    return line


def add(a, b):
    if a < 10 and b < 10:
        return f"{a} + {b} = {a + b}."
    da, db = digits(a), digits(b)
    carry, written, out = 0, [], []
    for k in range(max(len(da), len(db))):
        x, y = (da[k] if k < len(da) else 0), (db[k] if k < len(db) else 0)
        s = x + y + carry
        shown = f"{x} + {y}" + (f" + {carry}" if carry else "") + f" = {s}"
        carry = s // 10
        written.append(s % 10)
        out.append(
            f"{PLACES[k].capitalize()}: {shown}, write {s % 10}" + (", carry 1." if carry else ".")
        )
    if carry:
        out.append(f"{PLACES[len(written)].capitalize()}: write 1.")
        written.append(1)
    return " ".join(out) + f" {_spelled(written[::-1])} So {a} + {b} = {a + b}."


def subtract(a, b):
    """a - b for a >= b."""
    if a < 10:
        return f"{a} - {b} = {a - b}."
    da, db = digits(a), digits(b)
    borrow, written, out = 0, [], []
    for k in range(len(da)):
        x, y = da[k], (db[k] if k < len(db) else 0)
        text = f"{PLACES[k].capitalize()}: "
        if borrow:
            text += f"{x} - 1 = {x - 1}, "
            x -= 1
        if x < y:
            text += f"{x} is less than {y}, borrow, {x + 10} - {y} = {x + 10 - y}"
            borrow = 1
        else:
            text += f"{x} - {y} = {x - y}"
            borrow = 0
        written.append((x - y) % 10)
        out.append(text + f", write {written[-1]}.")
    while len(written) > 1 and written[-1] == 0 and written[-2] == 0:
        written.pop()
    return " ".join(out) + f" {_spelled(written[::-1])} So {a} - {b} = {a - b}."


def times_digit(a, d):
    """a x d for one digit d."""
    if a < 10:
        return f"{a} x {d} = {a * d}."
    carry, written, out = 0, [], []
    for k, x in enumerate(digits(a)):
        p = x * d
        s = p + carry
        shown = f"{x} x {d} = {p}" + (f", plus {carry} is {s}" if carry else "")
        carry = s // 10
        written.append(s % 10)
        out.append(
            f"{PLACES[k].capitalize()}: {shown}, write {s % 10}"
            + (f", carry {carry}." if carry else ".")
        )
    if carry:
        out.append(f"{PLACES[len(written)].capitalize()}: write {carry}.")
        written.append(carry)
    return " ".join(out) + f" {_spelled(written[::-1])} So {a} x {d} = {a * d}."


def multiply(a, b):
    """a x b by partial products of b's digits."""
    if b < 10:
        return times_digit(a, b)
    if a < 10:
        return f"{a} x {b} is {b} x {a}. " + times_digit(b, a) + f" So {a} x {b} = {a * b}."
    tens, ones = b // 10, b % 10
    if ones == 0:
        return (
            f"{b} is {tens} x 10. {times_digit(a, tens)} Times 10: {a * b}. So {a} x {b} = {a * b}."
        )
    p, q = a * ones, a * tens * 10
    return (
        f"{b} = {tens * 10} + {ones}. First {a} x {ones}. {times_digit(a, ones)} Then {a} x {tens * 10}. "
        f"{times_digit(a, tens)} Times 10: {q}. Add {q} and {p}. {add(q, p)} So {a} x {b} = {a * b}."
    )


def divide(a, b):
    """Long division of a by one digit b without remainder."""
    rest, quotient, out = 0, [], []
    for k, x in enumerate(int(c) for c in str(a)):
        now = rest * 10 + x
        q, r = divmod(now, b)
        out.append(
            f"{'Take' if k == 0 else 'Bring down ' + str(x) + ':'} {now}. {now} / {b} is {q}, rest {r}."
        )
        quotient.append(q)
        rest = r
    return " ".join(out) + f" {_spelled(quotient)} So {a} / {b} = {a // b}."


def add_many(values):
    out, total = [], values[0]
    for v in values[1:]:
        out.append(f"Add {total} and {v}. " + add(total, v))
        total += v
    return " ".join(out)
