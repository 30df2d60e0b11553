#!/usr/bin/python3
"""A small byte-level BPE tokenizer, trained on the text below, and what it makes of many texts.

    tokenizers.py     writes examples/data/tokenizer.json and tokenizers.h beside itself
    tokenizers.py --check   writes nothing; fails where the files are not what it would write
    tokenizers.py --regex   compares the splitters below with the module `regex` on random texts

Written from the definition, without regular expressions: characters are told by unicodedata, merges
are done by looking for the best pair again and again. Bytes that are no UTF-8 are Python's
surrogateescape: pieces of their own. tests/unit/tokenizer.c compares."""
import collections
import json
import os
import random
import sys
import unicodedata

HERE = os.path.dirname(os.path.abspath(__file__))
JSON = os.path.join(HERE, "..", "..", "examples", "data", "tokenizer.json")
HEADER = os.path.join(HERE, "tokenizers.h")
MERGES = 420

TEXT = """
The river keeps what it was given: a leaf, a stone, the light of the evening, and it does not ask who
threw them. What goes into it comes out later, smaller, and further down. We measured it for years;
we've written every number into the book, and it's still not known what the river will do tomorrow.
A filter is like the river. It has a state, and the state is all that it knows of the past. When the
input stops, the output doesn't: it falls, as long as the poles allow, until nothing is left of it.
The states are few, the samples are many; so the memory stays constant, and the time of a sample too.
In 1998, 2007 and 2024 the water rose by 12, 35 and 140 centimetres. They'll say that it can't again.
I'd say: it will. You're right, she said, and that's what I'm afraid of. The the the and and of of.
Der Fluss behält, was man ihm gegeben hat: ein Blatt, einen Stein, das Licht des späten Abends. Über die
Brücke gehen täglich fünfzig Menschen, und keiner fragt, wohin das Wasser fließt. Schön ist das nicht.
La rivière garde ce qu'on lui a donné : une feuille, une pierre, la lumière du soir. À l'été, l'eau baisse.
Река хранит то, что ей дали: лист, камень, вечерний свет. Вода уходит, и река остаётся рекой.
Ο ποταμός κρατάει ό,τι του έδωσαν: ένα φύλλο, μια πέτρα, το φως της μέρας.
川は与えられたものを保つ。葉、石、夕方の光。水は流れて、川は残る。川の水は川のものではない。
नदी वही रखती है जो उसे दिया गया: एक पत्ता, एक पत्थर, शाम की रोशनी।
النهر يحفظ ما أعطي له: ورقة، حجر، ضوء المساء.
for (int i = 0; i < n; i++) {
    sum += a[i] * b[i];    // a loop
    if (sum > 0) { return sum; }
}
"""

GPT2 = r"""'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"""
LLAMA = r"""(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*""" \
    r"""|\s*[\r\n]+|\s+(?!\S)|\s+"""
WHITE = set("\t\n\x0b\x0c\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000") | {chr(c) for c in
                                                                               range(0x2000, 0x200b)}


# ---- characters and the patterns, by hand ----

def letter(c):
    return unicodedata.category(c)[0] == "L"


def number(c):
    return unicodedata.category(c)[0] == "N"


def space(c):
    return c in WHITE


def other(c):
    return not (letter(c) or number(c) or space(c))


def run(text, at, what):
    while at < len(text) and what(text[at]):
        at += 1
    return at


def spaces(text, at):
    """\\s+(?!\\S)|\\s+ : all of a run but its last, if something follows and it is not the only one."""
    end = run(text, at, space)
    return end - 1 if end < len(text) and end - at > 1 else end


def gpt2(text, at):
    for short in ("'s", "'d", "'m", "'t", "'ll", "'ve", "'re"):
        if text.startswith(short, at):
            return at + len(short)
    begin = at + (text[at] == " ")
    for what in (letter, number, other):
        end = run(text, begin, what)
        if end > begin:
            return end
    return spaces(text, at)


def llama(text, at):
    for short in ("'s", "'t", "'re", "'ve", "'m", "'ll", "'d"):
        if text[at:at + len(short)].casefold() == short:
            return at + len(short)
    c = text[at]
    begin = at + (not (c in "\r\n" or letter(c) or number(c)))
    end = run(text, begin, letter)
    if end > begin:
        return end
    if number(c):
        return min(run(text, at, number), at + 3)
    begin = at + (c == " ")
    end = run(text, begin, other)
    if end > begin:
        return run(text, end, lambda d: d in "\r\n")
    end = run(text, at, space)
    last = max((i for i in range(at, end) if text[i] in "\r\n"), default=None)
    return last + 1 if last is not None else spaces(text, at)


def everywhere(matcher):
    """A matcher that matches at every place, as a list of (from, to)."""
    def find(text):
        at, found = 0, []
        while at < len(text):
            end = matcher(text, at)
            found.append((at, end))
            at = end
        return found
    return find


def runs(what, single=False):
    def find(text):
        at, found = 0, []
        while at < len(text):
            if not what(text[at]):
                at += 1
                continue
            end = at + 1 if single else run(text, at, what)
            found.append((at, end))
            at = end
        return found
    return find


def literal(word):
    def find(text):
        found, at = [], text.find(word)
        while at >= 0:
            found.append((at, at + len(word)))
            at = text.find(word, at + len(word))
        return found
    return find


# ---- pieces ----

def pieces(text, find, behavior, invert):
    """What a Split does with a text."""
    parts, at = [], 0
    for begin, end in find(text):
        if begin > at:
            parts.append((at, begin, invert))
        parts.append((begin, end, not invert))
        at = end
    if at < len(text):
        parts.append((at, len(text), invert))
    if behavior == "Removed":
        return [text[a:b] for a, b, m in parts if not m]
    out, before = [], None
    if behavior == "MergedWithNext":
        for a, b, m in reversed(parts):
            if m and before is False and out:
                out[-1] = (a, out[-1][1])
            else:
                out.append((a, b))
            before = m
        return [text[a:b] for a, b in reversed(out)]
    for a, b, m in parts:
        joins = {"Isolated": False, "MergedWithPrevious": m and before is False,
                 "Contiguous": m == before}[behavior]
        if out and joins:
            out[-1] = (out[-1][0], b)
        else:
            out.append((a, b))
        before = m
    return [text[a:b] for a, b in out]


def is_bad(c):
    return 0xdc80 <= ord(c) <= 0xdcff


def stretches(text):
    out = []
    for c in text:
        if out and is_bad(out[-1][-1]) == is_bad(c):
            out[-1] += c
        else:
            out.append(c)
    return out


def words(text, steps):
    now = stretches(text)
    for prefix, cut in steps:
        if prefix:
            now = [w if is_bad(w[0]) or w[0] == " " else " " + w for w in now]
        if cut:
            now = [p for w in now for p in ([w] if is_bad(w[0]) else pieces(w, *cut)) if p]
    return now


# ---- bytes, training, merging ----

def alphabet():
    own = [b for b in range(256) if 33 <= b <= 126 or 161 <= b <= 172 or b >= 174]
    rest = [b for b in range(256) if b not in own]
    return {**{b: chr(b) for b in own}, **{b: chr(256 + i) for i, b in enumerate(rest)}}


LETTERS = alphabet()
BYTES = {c: b for b, c in LETTERS.items()}


def written(word):
    return "".join(LETTERS[b] for b in word.encode("utf-8", "surrogateescape"))


def merged(symbols, pair):
    out, i = [], 0
    while i < len(symbols):
        if tuple(symbols[i:i + 2]) == pair:
            out.append(pair[0] + pair[1])
            i += 2
        else:
            out.append(symbols[i])
            i += 1
    return out


def train():
    counts = collections.Counter(written(w) for w in words(TEXT, BASE))
    symbols = {w: list(w) for w in counts}
    merges = []
    while len(merges) < MERGES:
        pairs = collections.Counter()
        for w, s in symbols.items():
            for pair in zip(s, s[1:]):
                pairs[pair] += counts[w]
        best = min(pairs, key=lambda p: (-pairs[p], p))
        merges.append(best)
        symbols = {w: merged(s, best) for w, s in symbols.items()}
    return merges


def bpe(word, tokenizer, ignore_merges):
    symbols = written(word)
    if ignore_merges and symbols in tokenizer.vocab:
        return [tokenizer.vocab[symbols]]
    symbols = list(symbols)
    while True:
        ranked = [(tokenizer.ranks[p], i) for i, p in enumerate(zip(symbols, symbols[1:]))
                  if p in tokenizer.ranks]
        if not ranked:
            return [tokenizer.vocab[s] for s in symbols]
        _, i = min(ranked)
        symbols[i:i + 2] = [symbols[i] + symbols[i + 1]]


# ---- added tokens ----

def is_word(c):
    return unicodedata.category(c)[0] in "LM" or unicodedata.category(c) in ("Nd", "Nl", "Pc")


def find_added(text, at, tokens):
    for i in range(at, len(text)):
        fits = [t for t in tokens if text.startswith(t["content"], i)]
        if not fits:
            continue
        token = max(fits, key=lambda t: len(t["content"]))
        end = i + len(token["content"])
        if token["single_word"] and (i > 0 and is_word(text[i - 1]) or
                                     end < len(text) and is_word(text[end])):
            continue
        while token["lstrip"] and i > at and space(text[i - 1]):
            i -= 1
        while token["rstrip"] and end < len(text) and space(text[end]):
            end += 1
        return i, end, token["id"]
    return None


def cut_added(text, tokens):
    """Texts and ids."""
    out, at = [], 0
    while True:
        found = find_added(text, at, tokens)
        out.append(text[at:found[0] if found else None])
        if not found:
            return [o for o in out if o != ""]
        out.append(found[2])
        at = found[1]


class Tokenizer:
    def __init__(self):
        self.merges = train()
        self.ranks = {pair: i for i, pair in enumerate(self.merges)}
        names = ["<|endoftext|>", "<|padding|>"] + [LETTERS[b] for b in range(256)]
        names += [a + b for a, b in self.merges]
        assert len(set(names)) == len(names)
        self.vocab = {name: i for i, name in enumerate(names)}
        self.added = []
        for content, special, normalized, flags in ADDED:
            self.added.append({"id": self.vocab.get(content, len(names) + len(self.added) - 2),
                               "content": content, "single_word": "w" in flags,
                               "lstrip": "l" in flags, "rstrip": "r" in flags,
                               "normalized": normalized, "special": special})

    def json(self):
        return {"version": "1.0", "truncation": None, "padding": None, "added_tokens": self.added,
                "normalizer": {"type": "NFC"},
                "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False,
                                  "trim_offsets": True, "use_regex": True},
                "post_processor": {"type": "ByteLevel", "add_prefix_space": False,
                                   "trim_offsets": True, "use_regex": True},
                "decoder": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True,
                            "use_regex": True},
                "model": {"type": "BPE", "dropout": None, "unk_token": None,
                          "continuing_subword_prefix": None, "end_of_word_suffix": None,
                          "fuse_unk": False, "byte_fallback": False, "vocab": self.vocab,
                          "merges": [a + " " + b for a, b in self.merges]}}

    def encode(self, text, way):
        nfc = (lambda t: unicodedata.normalize("NFC", t)) if way["nfc"] else (lambda t: t)
        raw = [t for t in self.added if not t["normalized"]]
        normal = [{**t, "content": nfc(t["content"])} for t in self.added if t["normalized"]]
        ids = []
        for part in cut_added(text, raw):
            for inner in [part] if isinstance(part, int) else cut_added(nfc(part), normal):
                if isinstance(inner, int):
                    ids.append(inner)
                    continue
                for word in words(inner, way["steps"]):
                    ids += bpe(word, self, way["ignore_merges"])
        return way["before"] + ids + way["behind"]

    def decode(self, ids):
        names = {i: bytes(BYTES[c] for c in name) for name, i in self.vocab.items()}
        names.update({t["id"]: t["content"].encode() for t in self.added})
        return b"".join(names[i] for i in ids).decode("utf-8", "replace")


ADDED = [("<|endoftext|>", True, False, ""), ("<|padding|>", True, False, ""),
         ("  ", False, True, ""), ("    ", False, True, ""), ("<tool>", False, False, "lr"),
         ("<end", True, False, ""), ("poem", False, True, "w"), ("cafe\u0301", False, True, "")]
BASE = [(False, (everywhere(gpt2), "Isolated", False))]


def split(pattern, kind, behavior, invert=False):
    return {"type": "Split", "pattern": {kind: pattern}, "behavior": behavior, "invert": invert}


def level(prefix=False, cut=True):
    return {"type": "ByteLevel", "add_prefix_space": prefix, "trim_offsets": True, "use_regex": cut}


def sequence(*steps):
    return {"type": "Sequence", "pretokenizers": list(steps)}


def template(before, behind):
    tokens = {name: {"id": name, "ids": [i], "tokens": [name]}
              for name, i in (("<|endoftext|>", 0), ("<|padding|>", 1))}
    special = [{"SpecialToken": {"id": name, "type_id": 0}} for name in before]
    ends = [{"SpecialToken": {"id": name, "type_id": 0}} for name in behind]
    return {"type": "Sequence", "processors": [
        level(), {"type": "TemplateProcessing",
                  "single": special + [{"Sequence": {"id": "A", "type_id": 0}}] + ends,
                  "pair": [], "special_tokens": tokens}]}


def way(name, pre, steps, nfc=False, ignore_merges=False, post=None, before=(), behind=()):
    return {"name": name, "pre": pre, "steps": steps, "nfc": nfc, "ignore_merges": ignore_merges,
            "post": post, "before": list(before), "behind": list(behind)}


WAYS = [
    way("gpt-neox", level(), BASE, nfc=True),
    way("prefix", level(prefix=True), [(True, BASE[0][1])]),
    way("llama-3", sequence(split(LLAMA, "Regex", "Isolated"), level(cut=False)),
        [(False, (everywhere(llama), "Isolated", False))], ignore_merges=True,
        post=template(["<|endoftext|>"], []), before=[0]),
    way("digits", sequence({"type": "Digits", "individual_digits": True}, level()),
        [(False, (runs(number, True), "Isolated", False))] + BASE, nfc=True,
        post=template(["<|padding|>"], ["<|endoftext|>"]), before=[1], behind=[0]),
    way("digit runs", sequence({"type": "Digits", "individual_digits": False}, level(prefix=True)),
        [(False, (runs(number), "Contiguous", False)), (True, BASE[0][1])]),
    way("next", sequence(split(" ", "String", "MergedWithNext"), level(cut=False)),
        [(False, (literal(" "), "MergedWithNext", False))]),
    way("previous", sequence(split(r"\s", "Regex", "MergedWithPrevious"), level(cut=False)),
        [(False, (runs(space, True), "MergedWithPrevious", False))]),
    way("removed", sequence(split(r"\s+", "Regex", "Removed"), level()),
        [(False, (runs(space), "Removed", False))] + BASE),
    way("inverted", sequence(split(r"\p{L}", "Regex", "Contiguous", True), level(cut=False)),
        [(False, (runs(letter, True), "Contiguous", True))]),
]

NASTY = [
    b"", b" ", b"  ", b"   ", b"a", b" a", b"a ", b"a  ", b"  a", b"the river", b"The  river   keeps",
    b"it's we've I'd they'll you're I'm can't IT'S WE'VE 'tis '", "it\u2019s".encode(),
    "O'\u017f x".encode(), b"\n", b"\n\n\n", b"a\n\nb", b"a \n b", b" \n", b"\r\n\r\nx", b"a\t\tb\t",
    b"end. \n\n  next", b"x !!\n\n\ny", b"1 12 123 1234 12345", b"3.14159e-10", b"v2x7",
    "\u0661\u0662\u0663\u0664 \u00bd \u2167 x\u00b2".encode(), "\u00a0\u3000a\u2003b".encode(),
    "\u180ea\u200bb\ufeff".encode(), "\x85x\x0by\x1cz\x1f".encode(), b"\x00\x01\x7f",
    "caf\u00e9 cafe\u0301 cafe\u0301s".encode(), "e\u0301\u0323 \u1e69 s\u0323\u0307 s\u0307\u0323".encode(),
    "\u1112\u1161\u11ab\uac01 \u212b \u2126".encode(), "\u0958 \u0915\u093c \u2adc".encode(),
    "\U0001f600\U0001f468\u200d\U0001f469\u200d\U0001f467 \u2764\ufe0f".encode(),
    "\u5ddd\u306e\u6c34\u3001\u5ddd\u3002\u6771\u4eac".encode(), "\u0440\u0435\u043a\u0430 \u0420\u0415\u041a\u0410".encode(),
    "\u0928\u0926\u0940 \u0627\u0644\u0646\u0647\u0631".encode(), b"\xff", b"a\xffb", b"\xe5\xb7 \x9d", b"\xf0\x9f\x98",
    b"ab\xc3", b"\xc3\xa9\xc3", b"\xed\xa0\x80x\xf4\x90\x80\x80", b"\xc0\xafthe\xff\xfe river", b" \xff  \xff\xff ",
    b"<|endoftext|>", b"a<|endoftext|>b", b"a <|endoftext|> the", b"<|endoftext|><|endoftext|>",
    b"<|endoftext|", b"<end<|endoftext|><endof", b"x  <tool>  y", b"<tool> <tool>", b" <tool>the",
    b"poem poems apoem poem. _poem poem", "po\u0301em poem\u0301 \u00e9poem".encode(), b"<|padding|>  <|padding|>",
    b"     eight  nine    ten", b"for (int i = 0; i < n; i++) {\n    sum += a[i];\n}\n", b"a" * 100,
    b"the" * 40, b" " * 37 + b"x", b"\n" * 9 + b" " * 5, "\u00e9".encode() * 30,
]
BITS = [b" ", b"  ", b"\n", b"\r", b"'", b"'s", b"'LL", b"the", b"The", b" and", b"state", b"7", b"42", b"-", b"!?",
        "\u00e9".encode(), "e\u0301".encode(), "\u0301".encode(), "\u5ddd".encode(), "\u0440\u0435\u043a".encode(),
        "\U0001f30a".encode(), b"\xff", b"\xe5\xb7", b"<|endoftext|>", b"<tool>", b"poem", b"\t", "\u00a0".encode(),
        "\u0663".encode(), b"_", b"x"]


def texts(chance):
    return NASTY + [b"".join(chance.choice(BITS) for _ in range(chance.randrange(2, 14)))
                    for _ in range(24)]


def quoted(data):
    """A C string, every byte that is no plain one in octal."""
    return '"' + "".join(chr(b) if 32 <= b < 127 and chr(b) not in '"\\?' else "\\%03o" % b
                         for b in data) + '"'


def wrapped(numbers):
    lines, line = [], ""
    for word in ("%d," % n for n in numbers):
        if len(line) + len(word) > 110:
            lines.append(line)
            line = ""
        line += word
    return "\n".join(lines + [line]) + "\n"


def header(tokenizer):
    out = ["/* Written by tokenizers.py. */\n"
           "static const struct {\n    const char *name, *normalizer, *pre_tokenizer, *post_processor;\n"
           "    int ignore_merges;\n} ways[] = {"]
    for w in WAYS:
        members = [{"type": "Sequence", "normalizers": [{"type": "NFC"}]} if w["nfc"] else None,
                   w["pre"], w["post"]]
        out.append("    {" + ",\n     ".join([quoted(w["name"].encode())] +
                                            [quoted(json.dumps(m).encode()) for m in members]) +
                   ", %d}," % w["ignore_merges"])
    out.append("};\n\n/* Text; what its ids are as text again; how many ids: they follow in `ids`. */\n"
               "static const struct {\n    int way;\n    const char *text;\n    int n_text;\n"
               "    const char *back;\n    int n_back, n_ids;\n} cases[] = {")
    ids = []
    for i, w in enumerate(WAYS):
        for text in texts(random.Random(i)):
            got = tokenizer.encode(text.decode("utf-8", "surrogateescape"), w)
            back = tokenizer.decode(got).encode()
            same = back == text
            out.append("    {%d, %s, %d, %s, %d, %d}," % (
                i, quoted(text), len(text), "NULL" if same else quoted(back), len(back), len(got)))
            ids += got
    out.append("};\n\nstatic const int ids_expected[] = {\n" + wrapped(ids) + "};\n")
    return "\n".join(out)


def compare_with_regex():
    import regex
    chance = random.Random(5)
    for pattern, matcher in ((GPT2, gpt2), (LLAMA, llama)):
        for _ in range(20000):
            text = b"".join(chance.choice(BITS) for _ in range(20)).decode("utf-8", "ignore")
            ours = [text[a:b] for a, b in everywhere(matcher)(text)]
            assert ours == regex.findall(pattern, text), (pattern, text)


def main():
    if sys.argv[1:] == ["--regex"]:
        return compare_with_regex()
    tokenizer = Tokenizer()
    made = {JSON: json.dumps(tokenizer.json(), ensure_ascii=False, indent=0, separators=(",", ":")) + "\n",
            HEADER: header(tokenizer)}
    for path, text in made.items():
        if sys.argv[1:] == ["--check"]:
            with open(path, encoding="utf-8") as f:
                assert f.read() == text, path
        else:
            with open(path, "w", encoding="utf-8") as f:
                f.write(text)


if __name__ == "__main__":
    main()
