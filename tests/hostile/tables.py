"""Tables that a stranger might choose, in all dialects, sound or not."""

from random import Random

from tests.hostile import words


def mutated(data: bytes, random: Random) -> bytes:
    """A copy with some bytes changed, removed or inserted."""
    changed = bytearray(data)
    for _ in range(random.randrange(1, 5)):
        start = random.randrange(len(changed) + 1)
        changed[start : start + random.randrange(9)] = random.randbytes(random.randrange(9))
    return bytes(changed)


def _cell(random: Random) -> str:
    if random.random() < 0.85:
        return random.choice(("0", "1", "2", "3.5", "-1e3", "a", "b", f"{random.gauss(0, 1):.3f}"))
    return words.word(random)


#: Cells of one kind of column each, of which a table takes some at random.
_KINDS = (
    ("1.000", "999", "1.001", "12.345"),
    ("1,5", "0,25", "1.000,5", "-3"),
    ("1,000", "2,345,678", "1,00", "7"),
    ("1 000", "1'000", "\u22125", "1\u00a0000"),
    ("12 %", "40%", "3.5 %", "%"),
    ("$3.50", "€1,000", "$-2", "$"),
    ("12 cm", "3 mm", "7 cm", "1" + " " * 40 + "x"),
    ("true", "FALSE", "True", "NA"),
    ("2001-05-17", "17.05.2001", "May 5, 2001", "12:30"),
    ("", "NA", "?", "null", "-", ".", "none"),
    ("1e5", "1E-400", "1e999", "inf", "-Infinity"),
    ("1_000", "٣", "0x10", "½", "1e999999999"),
    ("9007199254740993", "9007199254740992", "1.0", "1"),
    ("red", "green", "blue", "r\ned", 'a"b'),
    ("1.1.1.1", "1,1,1,1", "1" + ",111" * 400, "1" + ".111" * 400),
    ("#1", "#", "sep=;", "@relation"),
)


def _values(random: Random, height: int) -> list[str]:
    """The cells of a column of one kind, which usually has several different ones."""
    kind = random.choice(_KINDS)
    return random.choices(kind[: random.randint(1, len(kind))], k=height)


def _columns(random: Random, height: int) -> list[list[str]]:
    """The rows of a table whose columns are of several kinds, often with slips."""
    columns = []
    for _ in range(random.choice((1, 2, 3, 5, 40))):
        cells = _values(random, height)
        if random.random() < 0.5:
            cells = [f"{random.gauss(0, 1):.4g}" for _ in range(height)]
        if random.random() < 0.2:
            cells = [str(row + random.choice((0, 1))) for row in range(height)]
        if random.random() < 0.05:
            cells = [words.word(random).replace("\0", "") for _ in range(height)]
        if cells and random.random() < 0.05:
            cells[random.randrange(height)] = _cell(random)
        columns.append(cells)
    classes = (("a", "b"), ("0", "1"), ("+", "-"), ("a", "b", "c", ""), random.choice(_KINDS))
    columns.append(random.choices(random.choice(classes), k=height))
    return [list(row) for row in zip(*columns, strict=True)]


def dialect(random: Random) -> bytes:
    """A table in one of the dialects that people's tools write, sound or nearly so."""
    rows = _columns(random, random.choice((0, 1, 2, 5, 30, 30, 200)))
    width = len(rows[0]) if rows else 3
    between = random.choice((",", ",", ";", "\t", "|", " ", ", ", "  "))
    match random.randrange(6):
        case 0:
            rows.insert(0, [str(position) for position in range(width)])
        case 1:
            rows = [[f"r{number}", *row] for number, row in enumerate(rows)]
            rows.insert(0, [f"x{position}" for position in range(width)])
        case 2 | 3:
            names = ("", "id", "class", "Unnamed: 0", "x", "1", words.word(random))
            rows.insert(0, random.choices(names, k=width))
    end = random.choice(("\n", "\n", "\r\n", "\r"))
    trailing = random.choice(("", "", between, between * 3))
    quote = random.choice((str, _quoted))
    lines = [between.join(map(quote, row)) + trailing for row in rows]
    before = (
        "",
        "",
        "",
        "",
        "",
        f"sep={between}",
        f"sep={between}",
        "sep=",
        "# a comment",
        "# a,b,c",
        "#" * 9,
        "Title",
    )
    lines.insert(0, random.choice(before))
    if random.random() < 0.2:
        lines.insert(random.randrange(len(lines)), "#" + random.choice(lines))
    encoding = random.choice(("utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1", "utf-32"))
    data = end.join(lines).encode(encoding, errors="replace")
    return mutated(data, random) if random.random() < 0.1 else data


def large_table(random: Random) -> bytes:
    """A table near the bounds of what is read, of the kinds of cells that take longest."""
    kind = random.choice(_KINDS)
    width = random.choice((2, 20, 300))
    height = random.choice((60_000, 3_000)) // (width // 2)
    row = [random.choice(kind).replace("\n", " ") for _ in range(width)]
    different = random.random() < 0.5
    lines = (
        ";".join([*(f"{cell}{number}" if different else cell for cell in row), "ab"[number % 2]])
        for number in range(height)
    )
    return "\n".join(lines).encode()


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


def table(random: Random) -> bytes:
    """A CSV file."""
    if random.random() < 0.4:
        return dialect(random)
    match random.randrange(13):
        case 0:
            return (
                random.choice((b"\n", b"\r", b" ", b",", b'"', b"1,", b"\xff", b"\0")) * 2_000_000
            )
        case 1:
            return b"1,2,a\n" * random.choice((69_999, 70_001, 200_000))
        case 2:
            return (b"1," * random.choice((1_023, 1_025, 30_000)) + b"a\n") * random.choice((1, 30))
        case 3:
            return b"1,2,a\n1,2," + b'"\n' * 100_000
        case 4:
            return large_table(random)
    width, height = random.choice((1, 2, 3, 3, 3, 20)), random.choice((0, 1, 2, 9, 30, 30, 30))
    rows = [
        [f"{random.gauss(0, 1):.4g}" for _ in range(width - 1)] + [random.choice("ab")]
        for _ in range(height)
    ]
    if random.random() < 0.6:
        rows.insert(0, [words.word(random) for _ in range(width)])
    for _ in range(random.choice((0, 0, 1, 3))):
        if rows:
            row = random.choice(rows)
            row[random.randrange(width)] = _cell(random)
            if random.random() < 0.2:
                row.append(_cell(random))
    between = random.choice((",", ",", ";", "\t"))
    quote = random.choice((str, _quoted, _quoted))
    lines = [between.join(map(quote, row)) for row in rows]
    text = random.choice(("\n", "\r\n", "\r", "\n\n")).join(lines)
    encoding = random.choice((*["utf-8"] * 5, "utf-8-sig", "latin-1", "utf-16"))
    data = text.encode(encoding, errors="replace")
    return mutated(data, random) if random.random() < 0.3 else data
