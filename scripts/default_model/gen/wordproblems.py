"""Word problems of one and two steps, weekdays, clock times, money and units."""

from banks import words
from gen import columns
from gen.pieces import Item, draw, plural

GIVERS = ["A friend", "Grandma", "The teacher", "An uncle", "A neighbor", "Dad", "Mom"]


def _names(rng):
    return rng.sample(words.NAMES, 2)


def _ab(lo, hi, lo2, hi2):
    return lambda rng: (rng.randrange(lo, hi), rng.randrange(lo2, hi2))


def two_step(rng, split="train"):
    """Problems of two operations; the skeleton and the numbers vary."""
    n, f = _names(rng)
    o = rng.choice(words.OBJECTS)
    kind = rng.randrange(10)
    if kind == 0:
        a, b, c = draw(
            rng, split, lambda r: (r.randrange(5, 80), r.randrange(3, 60), r.randrange(2, 40)), "w0"
        )
        c = min(c, a + b - 1)
        q = f"{n} has {a} {o}. {rng.choice(GIVERS)} gives {n} {b} more. Then {n} gives {c} to {f}. How many {o} does {n} have now?"
        t = f"First {n} gets more, so I add. {columns.add(a, b)} Then {n} gives some away, so I subtract. {columns.subtract(a + b, c)}"
        g = a + b - c
        ans = f"{n} has {g} {o} now."
    elif kind == 1:
        a, b, c = draw(
            rng,
            split,
            lambda r: (r.randrange(20, 100), r.randrange(2, 20), r.randrange(2, 50)),
            "w1",
        )
        q = f"{n} has {a} {o} and loses {b} of them. Later {n} finds {c} others. How many {o} does {n} have in the end?"
        t = f"First some are lost, so I subtract. {columns.subtract(a, b)} Then some are found, so I add. {columns.add(a - b, c)}"
        g = a - b + c
        ans = f"In the end {n} has {g} {o}."
    elif kind == 2:
        a, b, c = draw(
            rng, split, lambda r: (r.randrange(2, 10), r.randrange(3, 30), r.randrange(2, 30)), "w2"
        )
        q = f"{n} has {a} boxes with {b} {o} each and {c} single {o}. How many {o} are there in all?"
        t = f"The boxes hold {b} x {a}. {columns.multiply(b, a)} Then I add the single ones. {columns.add(a * b, c)}"
        g = a * b + c
        ans = f"There are {g} {o} in all."
    elif kind == 3:
        a, b, c = draw(
            rng, split, lambda r: (r.randrange(2, 10), r.randrange(4, 30), r.randrange(2, 20)), "w3"
        )
        c = min(c, a * b - 1)
        q = f"{n} buys {a} packs of {b} {o}. {c} of the {o} are broken. How many good {o} are there?"
        t = f"The packs hold {b} x {a}. {columns.multiply(b, a)} The broken ones are taken away. {columns.subtract(a * b, c)}"
        g = a * b - c
        ans = f"There are {g} good {o}."
    elif kind == 4:
        a, d = draw(rng, split, lambda r: (r.randrange(5, 60), r.randrange(2, 40)), "w4")
        q = f"{n} has {a} {o}. {f} has {d} more than {n}. How many {o} do they have together?"
        t = f"{f} has {a} + {d}. {columns.add(a, d)} Together they have {a} + {a + d}. {columns.add(a + d, a)}"
        g = 2 * a + d
        ans = f"Together they have {g} {o}."
    elif kind == 5:
        a, b = draw(rng, split, lambda r: (r.randrange(2, 40), r.randrange(2, 6)), "w5")
        q = f"{n} has {a} {o}. {f} has {b} times as many. How many {o} do they have together?"
        t = f"{f} has {a} x {b}. {columns.multiply(a, b)} Together they have {a * b} + {a}. {columns.add(a * b, a)}"
        g = a * b + a
        ans = f"They have {g} {o} together."
    elif kind == 6:
        k, each, more = draw(
            rng, split, lambda r: (r.randrange(2, 10), r.randrange(2, 15), r.randrange(1, 20)), "w6"
        )
        total = k * each
        a = max(total - more, 1)
        more = total - a
        q = f"{n} has {a} {o} and gets {more} more. {n} shares them equally among {k} friends. How many {o} does each friend get?"
        t = f"First I add. {columns.add(a, more)} Then I divide by {k}. {columns.divide(total, k)}"
        g = each
        ans = f"Each friend gets {g} {o}."
    elif kind == 7:
        p, k, pay = draw(
            rng,
            split,
            lambda r: (r.randrange(2, 12), r.randrange(2, 9), r.choice([20, 50, 100])),
            "w7",
        )
        if p * k >= pay:
            pay = 100
        q = f"One of the {o} costs {p} dollars. {n} buys {k} of them and pays with {pay} dollars. How many dollars does {n} get back?"
        t = f"The price is {p} x {k}. {columns.multiply(p, k)} The change is {pay} - {p * k}. {columns.subtract(pay, p * k)}"
        g = pay - p * k
        ans = f"{n} gets {g} dollars back."
    elif kind == 8:
        a, d, e = draw(
            rng, split, lambda r: (r.randrange(2, 30), r.randrange(2, 9), r.randrange(2, 60)), "w8"
        )
        q = f"{n} reads {a} pages a day for {d} days. The book has {a * d + e} pages. How many pages are left?"
        t = f"{n} has read {a} x {d}. {columns.multiply(a, d)} I take that from {a * d + e}. {columns.subtract(a * d + e, a * d)}"
        g = e
        ans = f"{g} pages are left."
    else:
        a, b, c = draw(
            rng, split, lambda r: (r.randrange(5, 60), r.randrange(5, 60), r.randrange(5, 60)), "w9"
        )
        q = f"{n} collects {a} {o} on Monday, {b} on Tuesday and {c} on Wednesday. How many {o} is that in total?"
        t = f"I add the days. {columns.add_many([a, b, c])}"
        g = a + b + c
        ans = f"In total it is {g} {o}."
    return Item(q, t, ans, str(g), "word2")


def one_step(rng, split="train"):
    n, f = _names(rng)
    o = rng.choice(words.OBJECTS)
    kind = rng.randrange(5)
    if kind == 0:
        a, b = draw(rng, split, _ab(2, 99, 2, 99), "o0")
        q = f"{n} has {a} {o}. {rng.choice(GIVERS)} gives {n} {b} more {o}. How many {o} does {n} have now?"
        return Item(
            q,
            f"{n} gets more, so I add. {columns.add(a, b)}",
            f"{n} has {a + b} {o} now.",
            str(a + b),
            "word1",
        )
    if kind == 1:
        a, b = draw(rng, split, lambda r: tuple(sorted(_ab(2, 99, 2, 99)(r), reverse=True)), "o1")
        q = f"{n} has {a} {o}. {n} {rng.choice(['gives away', 'loses', 'sells', 'uses'])} {b} of them. How many {o} are left?"
        return Item(
            q,
            f"Some go away, so I subtract. {columns.subtract(a, b)}",
            f"{n} has {a - b} {o} left.",
            str(a - b),
            "word1",
        )
    if kind == 2:
        a, b = draw(rng, split, _ab(2, 10, 2, 60), "o2")
        q = f"There are {a} bags with {b} {o} in each bag. How many {o} are there?"
        return Item(
            q,
            f"I multiply {b} by {a}. {columns.multiply(b, a)}",
            f"There are {a * b} {o}.",
            str(a * b),
            "word1",
        )
    if kind == 3:
        a, b = draw(rng, split, _ab(2, 10, 2, 40), "o3")
        q = f"{n} shares {a * b} {o} equally among {a} children. How many {o} does each child get?"
        return Item(
            q,
            f"I divide {a * b} by {a}. {columns.divide(a * b, a)}",
            f"Each child gets {b} {o}.",
            str(b),
            "word1",
        )
    a, b = draw(rng, split, lambda r: tuple(sorted(_ab(5, 99, 2, 90)(r), reverse=True)), "o4")
    q = f"{n} has {a} {o} and {f} has {b} {o}. How many more {o} does {n} have than {f}?"
    return Item(
        q,
        f"I look for the difference. {columns.subtract(a, b)}",
        f"{n} has {a - b} more {o}.",
        str(a - b),
        "word1",
    )


def weekday(rng, split="train"):
    d, n = draw(rng, split, lambda r: (r.randrange(7), r.randrange(1, 61)), "weekday")
    day, goal = words.WEEKDAYS[d], words.WEEKDAYS[(d + n) % 7]
    weeks, rest = divmod(n, 7)
    q = rng.choice(
        [
            "Today is {d}. Which day is it in {n} days?",
            "If today is {d}, what day will it be after {n} days?",
            "Which weekday comes {n} days after {d}?",
            "It is {d}. What day of the week is it {n} days later?",
        ]
    )
    steps = [f"{n} = {weeks} x 7 + {rest}, and whole weeks change nothing."]
    if rest:
        steps.append(
            f"I go {plural(rest, 'days')} on from {day}: "
            + ", ".join(f"{k} {words.WEEKDAYS[(d + k) % 7]}" for k in range(1, rest + 1))
            + "."
        )
    else:
        steps.append(f"So it is {day} again.")
    if n == 1:
        q = "Today is {d}. Which day is it tomorrow?"
    return Item(
        q.format(d=day, n=n),
        " ".join(steps),
        rng.choice([f"It is {goal}.", f"The day is {goal}."]),
        goal,
        "weekday",
    )


def clock(rng, split="train"):
    h, m, plus = draw(
        rng,
        split,
        lambda r: (
            r.randrange(1, 22),
            r.choice(range(0, 60, 5)),
            r.choice([5, 10, 15, 20, 25, 30, 40, 45, 50, 60, 75, 90]),
        ),
        "clock",
    )
    total = m + plus
    hh, mm = h + total // 60, total % 60
    goal = f"{hh}:{mm:02d}"
    steps = f"The minutes are {m} + {plus} = {total}. "
    steps += (
        f"{total} minutes are {plural(total // 60, 'hours')} and {mm} minutes. "
        if total >= 60
        else "That is less than 60. "
    )
    steps += f"The hour is {h} + {total // 60} = {hh}. So it is {goal}."
    q = rng.choice(
        [
            "It is {t}. What time is it {p} minutes later?",
            "What time is it {p} minutes after {t}?",
            "A film starts at {t} and lasts {p} minutes. When does it end?",
        ]
    )
    return Item(q.format(t=f"{h}:{m:02d}", p=plus), steps, f"It is {goal}.", goal, "clock")


UNITS = [
    ("meters", "centimeters", 100),
    ("kilometers", "meters", 1000),
    ("centimeters", "millimeters", 10),
    ("kilograms", "grams", 1000),
    ("hours", "minutes", 60),
    ("minutes", "seconds", 60),
    ("weeks", "days", 7),
    ("days", "hours", 24),
    ("years", "months", 12),
    ("dollars", "cents", 100),
    ("liters", "milliliters", 1000),
]


def units(rng, split="train"):
    n, u = draw(rng, split, lambda r: (r.randrange(2, 40), r.randrange(len(UNITS))), "units")
    big, small, factor = UNITS[u]
    value = n * factor
    if factor in (10, 100, 1000):
        t = f"One {big[:-1]} has {factor} {small}. {n} x {factor} = {value}."
    else:
        t = f"One {big[:-1]} has {factor} {small}. So I need {factor} x {n}. {columns.multiply(factor, n) if factor > 9 or n < 10 else columns.multiply(n, factor)}"
    q = rng.choice(
        ["How many {s} are {n} {b}?", "Convert {n} {b} to {s}.", "{n} {b} are how many {s}?"]
    )
    return Item(
        q.format(s=small, n=n, b=big), t, f"{n} {big} are {value} {small}.", str(value), "units"
    )


def money(rng, split="train"):
    a, b = draw(rng, split, lambda r: (r.randrange(1, 95), r.choice([10, 20, 50, 100])), "money")
    if a >= b:
        b = 100
    n, o = (
        rng.choice(words.NAMES),
        rng.choice(["book", "game", "meal", "shirt", "ticket", "lamp", "cake", "map"]),
    )
    q = f"A {o} costs {a} dollars. {n} pays with {b} dollars. How much change does {n} get?"
    return Item(
        q,
        f"The change is {b} - {a}. {columns.subtract(b, a)}",
        f"{n} gets {b - a} dollars back.",
        str(b - a),
        "money",
    )


TASKS = {two_step: 7, one_step: 4, weekday: 3, clock: 1.5, units: 1.5, money: 1}
