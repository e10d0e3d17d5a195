"""Arithmetic questions with reasoning: sums, differences, products, division, comparison, sequences, percent."""

from gen import columns
from gen.noise import typed
from gen.pieces import Item, draw, pick

LENGTHS = {1: 1, 2: 4, 3: 4, 4: 2}


def number(rng, length):
    return rng.randrange(10 ** (length - 1) if length > 1 else 0, 10**length)


def _pair(rng):
    return number(rng, pick(rng, LENGTHS)), number(rng, pick(rng, LENGTHS))


def _fixed(length):
    return lambda rng: (number(rng, length), number(rng, length))


def _balanced(rng):
    """Two numbers of one length, half the time built so that carries are frequent."""
    n = pick(rng, LENGTHS)
    if rng.random() < 0.6:
        return number(rng, n), number(rng, n)
    carry = [rng.random() < 0.6 for _ in range(n)]
    a = b = 0
    for c in carry:
        x = rng.randrange(1, 10)
        y = rng.randrange(10 - x, 10) if c else rng.randrange(0, 10 - x)
        a, b = a * 10 + x, b * 10 + y
    return (a, b) if rng.random() < 0.5 else (b, a)


ASK_ADD = """What is {a} + {b}?|{a} + {b} = ?|{a}+{b}|Please add {a} and {b}.|Can you add {a} and {b}?|How much is {a} plus {b}?
Compute {a} + {b}.|What is {a} plus {b}?|I need the sum of {a} and {b}.|Add {a} to {b}.|Calculate {a} + {b}|{a} plus {b}?
What do you get when you add {a} and {b}?|Work out {a} + {b}.|Find the sum of {a} and {b}.|What's {a} + {b}?|What's {a} plus {b}?|{a}+{b}=?|{a} + {b}|{a} + {b} =|What is the sum of {a} and {b}?
Sum of {a} and {b}?|How much is {a} + {b}?|{a} and {b} together?|Tell me {a} + {b}.|What do {a} and {b} make?|What is {a}+{b}?""".replace(
    "\n", "|"
).split("|")
ASK_SUB = """What is {a} - {b}?|{a} - {b} = ?|{a}-{b}|Subtract {b} from {a}.|How much is {a} minus {b}?|Compute {a} - {b}.
What is {a} minus {b}?|Take {b} away from {a}.|Calculate {a} - {b}|What is the difference between {a} and {b}?
Work out {a} - {b}.|What is left of {a} if you take away {b}?|What's {a} - {b}?|What's {a} minus {b}?|{a}-{b}=?|{a} - {b}
{a} - {b} =|How much is {a} - {b}?|What is {a}-{b}?|{a} minus {b}?|Can you subtract {b} from {a}?|Difference between {a} and {b}?|Tell me {a} - {b}.""".replace("\n", "|").split("|")
ASK_MUL = """What is {a} x {b}?|What is {a} * {b}?|What is {a} times {b}?|Multiply {a} by {b}.|Compute {a} * {b}.|{a} * {b} = ?
How much is {a} times {b}?|Calculate {a} x {b}|Find the product of {a} and {b}.|{a}*{b}|Work out {a} times {b}.|What's {a} times {b}?|{a} x {b}|{a} times {b}?|{a} multiplied by {b}?|What is {a} multiplied by {b}?""".replace(
    "\n", "|"
).split("|")
ASK_DIV = """What is {a} / {b}?|What is {a} divided by {b}?|Divide {a} by {b}.|Compute {a} / {b}.|How many times does {b} fit into {a}?
{a} / {b} = ?|Calculate {a} / {b}""".replace("\n", "|").split("|")


def _answer(rng, left, value):
    return rng.choice(
        [f"{left} = {value}.", f"The answer is {value}.", f"{left} = {value}", f"It is {value}."]
    )


def addition(rng, split="train", length=None):
    make = _fixed(length) if length else (_balanced if rng.random() < 0.6 else _pair)
    a, b = draw(rng, split, make, "add")
    think = rng.choice(
        ["", f"Add {a} and {b}. ", f"I add {a} and {b} column by column. "]
    ) + columns.add(a, b)
    return Item(
        typed(rng, rng.choice(ASK_ADD).format(a=a, b=b)),
        think,
        _answer(rng, f"{a} + {b}", a + b),
        str(a + b),
        "add",
    )


def subtraction(rng, split="train", length=None):
    make = _fixed(length) if length else (_balanced if rng.random() < 0.5 else _pair)
    a, b = draw(rng, split, lambda r: tuple(sorted(make(r), reverse=True)), "sub")
    think = rng.choice(
        ["", f"Subtract {b} from {a}. ", f"I take {b} from {a} column by column. "]
    ) + columns.subtract(a, b)
    return Item(
        typed(rng, rng.choice(ASK_SUB).format(a=a, b=b)),
        think,
        _answer(rng, f"{a} - {b}", a - b),
        str(a - b),
        "sub",
    )


def below_zero(rng, split="train"):
    """A smaller number minus a larger one."""
    a, b = draw(rng, split, lambda r: tuple(sorted(_pair(r))), "sub")
    if a == b:
        b += 1
    think = f"{b} is more than {a}, so the answer is below 0. {columns.subtract(b, a)} So {a} - {b} = {a - b}."
    question = typed(rng, rng.choice(ASK_SUB).format(a=a, b=b))
    return Item(question, think, _answer(rng, f"{a} - {b}", a - b), str(a - b), "below")


def product(rng, split="train", shape=None):
    la, lb = shape or rng.choice([(1, 1), (2, 1), (2, 1), (2, 2), (2, 2), (2, 2), (3, 1), (3, 1)])

    def make(r):
        return r.randrange(10 ** (la - 1) + 1, 10**la), r.randrange(2 if lb == 1 else 11, 10**lb)

    a, b = draw(rng, split, make, "mul")
    think = rng.choice(["", f"Multiply {a} by {b}. "]) + columns.multiply(a, b)
    if shape is None and lb == 1 and rng.random() < 0.3:
        shown = (b, a)
        think = f"{b} x {a} is the same as {a} x {b}. " + columns.multiply(a, b)
    else:
        shown = (a, b)
    question = typed(rng, rng.choice(ASK_MUL).format(a=shown[0], b=shown[1]))
    return Item(question, think, _answer(rng, f"{shown[0]} x {shown[1]}", a * b), str(a * b), "mul")


def division(rng, split="train"):
    q, b = draw(
        rng, split, lambda r: (number(r, r.choice([1, 2, 2, 3])), r.randrange(2, 10)), "div"
    )
    a = q * b
    think = rng.choice(["", f"Divide {a} by {b}. "]) + columns.divide(a, b)
    return Item(
        typed(rng, rng.choice(ASK_DIV).format(a=a, b=b)), think, _answer(rng, f"{a} / {b}", q), str(q), "div"
    )


def many_addends(rng, split="train"):
    values = draw(
        rng,
        split,
        lambda r: tuple(number(r, r.choice([1, 2, 2, 3])) for _ in range(r.choice([3, 3, 4, 5]))),
        "many",
    )
    shown = " + ".join(str(v) for v in values)
    ask = rng.choice(
        [
            f"What is {shown}?",
            f"Add these numbers: {', '.join(map(str, values))}.",
            f"{shown} = ?",
            f"What is the sum of {', '.join(map(str, values))}?",
        ]
    )
    return Item(
        ask,
        "Add one number after the other. " + columns.add_many(values),
        f"The sum is {sum(values)}.",
        str(sum(values)),
        "many",
    )


def comparison(rng, split="train"):
    def make(r):
        n = pick(r, LENGTHS)
        a = number(r, n)
        b = (
            number(r, pick(r, LENGTHS))
            if r.random() < 0.4
            else a + r.choice([-30, -9, -5, -1, 1, 2, 7, 20, 100])
        )
        return a, max(b, 0)

    a, b = draw(rng, split, make, "compare")
    while a == b:
        a, b = draw(rng, split, make, "compare")
    sa, sb = str(a), str(b)
    big, small = max(a, b), min(a, b)
    if len(sa) != len(sb):
        think = f"{a} has {len(sa)} digits and {b} has {len(sb)} digits. More digits means bigger, so {big} is bigger."
    else:
        steps = []
        for x, y in zip(sa, sb):
            if x == y:
                steps.append(f"{x} and {y} are equal")
            else:
                steps.append(f"{max(x, y)} is more than {min(x, y)}")
                break
        think = (
            f"Both have {len(sa)} digits. From the left: "
            + ", ".join(steps)
            + f". So {big} is bigger than {small}."
        )
    if rng.random() < 0.6:
        ask = rng.choice(
            [
                f"Which is bigger, {a} or {b}?",
                f"Which number is larger: {a} or {b}?",
                f"What is more, {a} or {b}?",
            ]
        )
        return Item(ask, think, f"{big} is bigger.", f"{big} is bigger", "compare", guess=str(big))
    ask = rng.choice([f"Which is smaller, {a} or {b}?", f"What is less, {a} or {b}?"])
    return Item(
        ask,
        think + f" So {small} is smaller.",
        f"{small} is smaller.",
        f"{small} is smaller",
        "compare",
        guess=str(small),
    )


def sequence(rng, split="train"):
    start, step, n = draw(
        rng,
        split,
        lambda r: (
            r.randrange(0, 60),
            r.choice([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 15, 20, 25, -1, -2, -3, -5, -10]),
            r.choice([3, 4, 5]),
        ),
        "seq",
    )
    if step < 0:
        start -= step * 6
    values = [start + k * step for k in range(n)]
    nxt = start + n * step
    op = "+" if step > 0 else "-"
    ask = rng.choice(
        [
            "What comes next: {s}, ...?",
            "Continue the sequence {s}.",
            "Which number follows {s}?",
            "{s}, ?",
        ]
    ).format(s=", ".join(map(str, values)))
    think = f"From {values[0]} to {values[1]} it is {op} {abs(step)}, from {values[1]} to {values[2]} also {op} {abs(step)}. "
    think += columns.add(values[-1], step) if step > 0 else columns.subtract(values[-1], -step)
    return Item(ask, think, f"The next number is {nxt}.", str(nxt), "seq")


def percent(rng, split="train"):
    p, base = draw(
        rng,
        split,
        lambda r: (
            r.choice([1, 5, 10, 20, 25, 30, 40, 50, 60, 70, 75, 80, 90, 100]),
            r.choice(
                [
                    20,
                    40,
                    60,
                    80,
                    100,
                    120,
                    140,
                    160,
                    180,
                    200,
                    240,
                    300,
                    400,
                    500,
                    600,
                    800,
                    900,
                    1000,
                ]
            ),
        ),
        "percent",
    )
    if p * base % 100:
        base *= 5 if base % 20 else 1
    if p * base % 100:
        p = 50
    value = p * base // 100
    if p == 100:
        think = f"100 percent is all of it: {base}."
    elif p == 50:
        think = f"50 percent is half. Half of {base} is {value}."
    elif p in (25, 75):
        think = f"25 percent is a quarter. A quarter of {base} is {base // 4}." + (
            f" Three quarters: {base // 4} x 3 = {value}." if p == 75 else ""
        )
    elif p % 10 == 0:
        think = f"10 percent of {base} is {base // 10}. {p} percent is {p // 10} times that: {base // 10} x {p // 10} = {value}."
    elif p == 5:
        think = f"10 percent of {base} is {base // 10}, and half of that is {value}."
    else:
        think = f"1 percent of {base} is {value}."
    ask = rng.choice(
        [
            "What is {p} percent of {b}?",
            "{p}% of {b}?",
            "How much is {p} percent of {b}?",
            "Find {p}% of {b}.",
        ]
    ).format(p=p, b=base)
    return Item(
        ask,
        think,
        rng.choice([f"{p} percent of {base} is {value}.", f"It is {value}."]),
        str(value),
        "percent",
    )


TASKS = {
    addition: 9,
    subtraction: 8,
    below_zero: 0.8,
    product: 8,
    division: 3,
    many_addends: 2,
    comparison: 2,
    sequence: 2,
    percent: 1.5,
}
