"""Linear equations with one letter, solved step by step; a few systems, squares and riddles about a number."""

from fractions import Fraction

from gen.noise import typed
from gen.pieces import Item, draw, pick

LETTERS = {"x": 60, "y": 10, "n": 5, "a": 4, "z": 4, "t": 3, "k": 3, "m": 3, "b": 2, "p": 2, "w": 2, "c": 2}

ASK = """Solve: {e}|Solve {e}|Solve {e}.|Solve for {v}: {e}|Solve {e} for {v}.|What is {v} if {e}?|Find {v}: {e}|Find {v} if {e}.
If {e}, what is {v}?|{e}|{e}, {v} = ?|Solve the equation {e}.|Solve the equation: {e}|What is the value of {v} in {e}?
Can you solve {e}?|Please solve {e}.|Work out {v}: {e}|Which number is {v} in {e}?|Help me solve {e}.|Given {e}, find {v}.
Solve this equation: {e}|I have the equation {e}. What is {v}?|What does {v} equal when {e}?|{e} What is {v}?|Find the value of {v}: {e}
Please solve for {v}: {e}|{e}. Find {v}.|How do I solve {e}?|For which {v} is {e}?|Solve this for me: {e}|What is {v} when {e}?
Solve {e} for {v}|Solve for {v}. {e}|Determine {v}: {e}|Calculate {v}: {e}|What's {v} if {e}?|Let {e}. What is {v}?""".replace(
    "\n", "|"
).split("|")
ASK_STEPS = """Solve step by step: {e}|Solve {e} and show your steps.|Solve {e}. Show your work.|Show me how to solve {e}.
Solve {e} step by step.|Explain how to solve {e}.""".replace("\n", "|").split("|")


def shown(value):
    value = Fraction(value)
    return str(value.numerator) if value.denominator == 1 else f"{value.numerator}/{value.denominator}"


def decimal(value):
    """How a fraction reads as a decimal, where that ends soon."""
    return f"{float(value):g}" if Fraction(value * 1000).denominator == 1 else ""


def term(a, v):
    return v if a == 1 else f"-{v}" if a == -1 else f"{a}{v}"


def side(a, b, v, number_first=False):
    """a v + b as text."""
    if a == 0:
        return str(b)
    if b == 0:
        return term(a, v)
    if number_first:
        return f"{b} {'+' if a > 0 else '-'} {term(abs(a), v)}"
    return f"{term(a, v)} {'+' if b > 0 else '-'} {abs(b)}"


def _move(a, b, c, v):
    """Steps from a v + b = c to the value."""
    steps = []
    if b:
        word, sign = ("Subtract", "-") if b > 0 else ("Add", "+")
        steps.append(f"{word} {abs(b)} {'from' if b > 0 else 'to'} both sides: {term(a, v)} = {c} {sign} {abs(b)} = {c - b}.")
    value = Fraction(c - b, a)
    if a == -1:
        steps.append(f"Multiply both sides by -1: {v} = {shown(value)}.")
    elif a != 1:
        more = f" = {shown(value)}" if value.denominator == 1 or shown(value) != f"{c - b}/{a}" else ""
        steps.append(f"Divide both sides by {a}: {v} = {c - b} / {a}{more}.")
    return steps, value


def _check(a, b, c, value):
    """The left side once more with the value, for whole values."""
    if value.denominator != 1:
        return ""
    x = int(value)
    x_text = f"({x})" if x < 0 else str(x)
    left = f"{a} * {x_text}" if a != 1 else x_text
    parts = [left + (f" {'+' if b > 0 else '-'} {abs(b)}" if b else "")]
    if a != 1 and b:
        parts.append(f"{a * x} {'+' if b > 0 else '-'} {abs(b)}")
    parts.append(str(c))
    return f"Check: {' = '.join(parts)}." if len(parts) > 1 and parts[0] != parts[-1] else ""


def _value(rng):
    return rng.randrange(1, 13) if rng.random() < 0.75 else rng.randrange(-12, 31)


def _factor(rng):
    return pick(rng, {2: 20, 3: 16, 4: 12, 5: 12, 6: 8, 7: 7, 8: 6, 9: 6, 10: 5, 12: 2, 1: 10, -1: 2, -2: 3, -3: 2})


def _number(rng):
    return rng.choice([rng.randrange(1, 13), rng.randrange(1, 30), rng.randrange(10, 100)]) * rng.choice([1, 1, -1])


def plain(rng, split, v):
    """a v + b = c, in either order, with the sides as they are or swapped."""
    a, b, x = draw(rng, split, lambda r: (_factor(r), _number(r) if r.random() < 0.9 else 0, _value(r)), "eq")
    b = b or (3 if a == 1 else 0)
    c = a * x + b
    if rng.random() < 0.07 and abs(a) > 1:
        c += rng.randrange(1, abs(a))
    left, right = side(a, b, v, b > 0 and (a < 0 or rng.random() < 0.12)), str(c)
    steps, value = _move(a, b, c, v)
    check = _check(a, b, c, value)
    if rng.random() < 0.1:
        left, right = right, left
        steps = [f"Swap the sides: {right} = {left}."] + steps
    return f"{left} = {right}", steps, value, check


def both_sides(rng, split, v):
    """a v + b = c v + d."""
    a, c, b, x = draw(
        rng, split, lambda r: (r.randrange(1, 10), r.randrange(1, 9), _number(r) if r.random() < 0.85 else 0, _value(r)), "eq2"
    )
    if a == c:
        a += 1
    d = a * x + b - c * x
    e = f"{side(a, b, v)} = {side(c, d, v)}"
    first = f"Subtract {term(c, v)} from both sides: {side(a - c, b, v)} = {d}."
    steps, value = _move(a - c, b, d, v)
    return e, [first] + steps, value, f"Check: {a * x + b} = {c * x + d}."


def brackets(rng, split, v):
    """a (v + b) + k = c, expanded first."""
    a, b, x = draw(rng, split, lambda r: (r.randrange(2, 10), r.choice([1, -1]) * r.randrange(1, 13), _value(r)), "eq3")
    inner, k = rng.choice([1, 1, 1, 1, 2, 3]), rng.choice([0, 0, 0, _number(rng)])
    c = a * (inner * x + b) + k
    e = f"{a}({side(inner, b, v)})" + (f" {'+' if k > 0 else '-'} {abs(k)}" if k else "") + f" = {c}"
    steps = [f"Expand the brackets: {side(a * inner, a * b, v)}" + (f" {'+' if k > 0 else '-'} {abs(k)}" if k else "") + f" = {c}."]
    if k:
        steps.append(f"Put the numbers together: {side(a * inner, a * b + k, v)} = {c}.")
    more, value = _move(a * inner, a * b + k, c, v)
    return e, steps + more, value, _check(a * inner, a * b + k, c, value)


def divided(rng, split, v):
    """v/a + b = c, or (v + b)/a = c."""
    a, q, b = draw(rng, split, lambda r: (r.randrange(2, 10), r.randrange(1, 13), r.choice([0, 0, _number(r)])), "eq4")
    if rng.random() < 0.3 and b:
        x = a * q - b
        steps = [f"Multiply both sides by {a}: {side(1, b, v)} = {a * q}."]
        more, value = _move(1, b, a * q, v)
        return f"({side(1, b, v)})/{a} = {q}", steps + more, value, f"Check: {x + b} / {a} = {q}."
    c, steps = q + b, []
    if b:
        word, sign = ("Subtract", "-") if b > 0 else ("Add", "+")
        steps.append(f"{word} {abs(b)} {'from' if b > 0 else 'to'} both sides: {v}/{a} = {c} {sign} {abs(b)} = {q}.")
    steps.append(f"Multiply both sides by {a}: {v} = {q} * {a} = {q * a}.")
    tail = f" {'+' if b > 0 else '-'} {abs(b)}" if b else ""
    return f"{v}/{a}{tail} = {c}", steps, Fraction(q * a), f"Check: {q * a} / {a}{tail} = {c}."


FORMS = {plain: 62, both_sides: 14, brackets: 13, divided: 11}


def _written(rng, e, v):
    """The equation as people write it."""
    x = rng.random()
    if x < 0.15:
        return e.replace(" ", "")
    if x < 0.2:
        return "".join(f"*{v}" if ch == v and i and e[i - 1].isdigit() else ch for i, ch in enumerate(e))
    if x < 0.23:
        return e.upper()
    return e


def _equation_answer(rng, v, value):
    s = f"{v} = {shown(value)}"
    extra = decimal(value) if value.denominator != 1 else ""
    tail = f", which is {extra}" if extra else ""
    return rng.choice([f"{s}{tail}", f"{s}{tail}.", f"The solution is {s}{tail}.", f"So {s}{tail}."])


def equation(rng, split="train"):
    v = pick(rng, LETTERS)
    e, steps, value, check = pick(rng, FORMS)(rng, split, v)
    gold = f"{v} = {shown(value)}"
    text = _written(rng, e, v)
    opening = rng.choice(["", "", f"The equation is {e}. ", f"I solve {e} for {v}. "])
    think = opening + " ".join(steps) + (f" {check}" if check and rng.random() < 0.8 else "")
    if not steps:
        think = f"{gold}."
    body = rng.choice(["\n", " "]).join(steps) or f"{gold}."
    told = f"{body}\n{_equation_answer(rng, v, value)}" if rng.random() < 0.5 else f"{body} So {gold}."
    with_steps = rng.random() < 0.14
    question = rng.choice(ASK_STEPS if with_steps else ASK).format(e=text, v=v)
    answer = told if with_steps else _equation_answer(rng, v, value)
    if text.isupper() and text != e:
        question = rng.choice(["Solve: {e}", "SOLVE {e}", "{e}"]).format(e=text)
    return Item(typed(rng, question, False), think, answer, gold, "equation", guess=gold, plain=told, extra={"equation": e, "letter": v})


def system(rng, split="train"):
    """The sum and the difference of two unknown numbers."""
    x, y = draw(rng, split, lambda r: (r.randrange(1, 30), r.randrange(1, 30)), "eqsys")
    x, y = max(x, y), min(x, y)
    s, d = x + y, x - y
    question = rng.choice(
        ["Solve x + y = {s} and x - y = {d}.", "x + y = {s}, x - y = {d}. Find x and y.", "Solve the system: x + y = {s}, x - y = {d}"]
    ).format(s=s, d=d)
    steps = f"Add both equations: 2x = {s} + {d} = {s + d}. Divide by 2: x = {x}. Put x into the first one: y = {s} - {x} = {y}."
    gold = f"x = {x} and y = {y}"
    return Item(typed(rng, question, False), steps, f"{gold}.", gold, "system", plain=f"{steps} So {gold}.")


def square(rng, split="train"):
    (r,) = draw(rng, split, lambda q: (q.randrange(1, 21),), "eqsq")
    v = pick(rng, LETTERS)
    question = rng.choice(ASK).format(e=rng.choice([f"{v}^2 = {r * r}", f"{v}² = {r * r}", f"{v} * {v} = {r * r}"]), v=v)
    steps = f"Take the square root of both sides. {r} * {r} = {r * r}, and (-{r}) * (-{r}) = {r * r} too."
    gold = f"{v} = {r} or {v} = -{r}"
    return Item(typed(rng, question, False), steps, f"{gold}.", gold, "square", plain=f"{steps} So {gold}.")


RIDDLES = [
    ("I think of a number. {A} times the number plus {b} is {c}. What is the number?", 1),
    ("A number times {a} plus {b} makes {c}. Which number is it?", 1),
    ("I multiply a number by {a} and add {b}. I get {c}. What is my number?", 1),
    ("If I multiply a number by {a} and subtract {b}, I get {c}. What is the number?", -1),
    ("{A} times a number minus {b} is {c}. Find the number.", -1),
]


def riddle(rng, split="train"):
    a, b, x = draw(rng, split, lambda r: (r.randrange(2, 10), r.randrange(1, 30), r.randrange(2, 15)), "eqr")
    text, sign = rng.choice(RIDDLES)
    c = a * x + sign * b
    question = text.format(a=a, A=a, b=b, c=c)
    steps, _ = _move(a, sign * b, c, "x")
    think = f"Call the number x. Then {side(a, sign * b, 'x')} = {c}. " + " ".join(steps)
    return Item(typed(rng, question), think, f"The number is {x}.", str(x), "riddle", plain=f"{think} The number is {x}.")


def small_riddle(rng, split="train"):
    """What number plus 7 is 12?"""
    b, x = draw(rng, split, lambda r: (r.randrange(1, 50), r.randrange(1, 50)), "eqs")
    kind = rng.randrange(3)
    if kind == 0:
        q = rng.choice(["What number plus {b} is {c}?", "Which number do I add to {b} to get {c}?", "? + {b} = {c}", "{b} + ? = {c}", "_ + {b} = {c}"])
        q, t = q.format(b=b, c=b + x), f"{b + x} - {b} = {x}."
    elif kind == 1:
        q = rng.choice(["What number minus {b} is {x0}?", "Which number is {x0} more than {b}?", "? - {b} = {x0}"]).format(b=b, x0=x)
        t, x = f"{x} + {b} = {x + b}.", x + b
    else:
        b = b % 11 + 2
        q = rng.choice(["What number times {b} is {c}?", "{b} times what is {c}?", "{b} * ? = {c}", "? x {b} = {c}"]).format(b=b, c=b * x)
        t = f"{b * x} / {b} = {x}."
    return Item(typed(rng, q), t, rng.choice([f"The number is {x}.", f"It is {x}.", f"{x}"]), str(x), "number")


TASKS = {equation: 12, system: 0.6, square: 0.5, riddle: 1.2, small_riddle: 1}
