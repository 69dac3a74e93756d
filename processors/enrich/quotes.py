"""Find what is quoted and who says it: pairs of marks in each paragraph, then the subject of the verb of saying beside them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from broadsheet.model import Quote, Speaker
from processors.enrich.speech import CHINESE_VERBS, EN, LEXICONS, PRO_DROP, Lexicon

PAIRS = {"“": "”", "„": '“”"', "«": "»", "»": "«", "「": "」", "『": "』", "‹": "›", "”": "”", "〝": "〞"}
"""What closes what."""

SHORT_QUOTE = 4
"""Words below which a quoted stretch without a verb of saying beside it is a title or a scare quote."""

MOST_QUOTES = 400
LONGEST_QUOTE = 3000
"""Characters: what is longer was paired wrongly."""

PARAGRAPH = re.compile(r"[^\n]+")
SENTENCE_END = re.compile(r"[.!?…。！？]+[”“\"»’)]*(?=\s|$)|[。！？]")
TOKEN = re.compile(r"[^\W\d_][\w’'.\-]*[^\W_]|[^\W\d_]\.?|\d+|[^\w\s]")
_ABBREVIATION = re.compile(
    r"(?:\b(?:[A-ZА-ЯČŘŠŽ]|Mr|Mrs|Ms|Dr|Sen|Rep|Gov|Gen|Sgt|Lt|Col|St|Jr|Sr|Prof|U\.S|a\.m|p\.m|No|vs|bzw|z\.B|Nr|г|гг|им|т|тыс|Mgr|Ing|mil|tis))\.$"
)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Found:
    """A quoted stretch and the paragraph it stands in."""

    span: Span
    paragraph: Span
    number: int
    """Of the paragraph."""
    outer: Span
    """With its marks."""


def _opens(text: str, at: int) -> bool:
    """Whether a straight mark looks like an opening one from its neighbours."""
    before = text[at - 1] if at else " "
    after = text[at + 1] if at + 1 < len(text) else " "
    return (before.isspace() or before in "([{—–-:") and not after.isspace()


def quoted(text: str, paragraph: Span) -> tuple[list[tuple[Span, Span]], int | None]:
    """Stretches between marks within a paragraph, and where one was left open."""
    found: list[tuple[Span, Span]] = []
    opened: int | None = None
    closers = ""
    straight = (
        [i for i in range(paragraph.start, paragraph.end) if text[i] == '"']
        if '"' in text[paragraph.start : paragraph.end]
        else []
    )
    odd = len(straight) % 2 == 1
    for at in range(paragraph.start, paragraph.end):
        char = text[at]
        if (
            opened is not None
            and (char in closers)
            and not (char == '"' and closers == '"' and odd and _opens(text, at))
        ):
            if at - opened > 1 and at - opened < LONGEST_QUOTE:
                found.append((Span(opened + 1, at), Span(opened, at + 1)))
            opened = None
        elif (
            opened is None
            and char in PAIRS
            and not (char in "”»" and (at == paragraph.start or not text[at - 1].isspace()) and not _opens(text, at))
        ):
            opened, closers = at, PAIRS[char] + ("“" if char == "”" else "")
        elif char == '"' and (opened is None or closers == '"'):
            opened, closers = at, '"'
    return found, opened


_SINGLE = re.compile(
    r"(?:(?<=\s)|^)(['‘])(?=\S)([^'‘’\n]*(?:[’'](?=\w)[^'‘’\n]*)*)(['’])(?=[\s,.;:!?)]|$)", re.MULTILINE
)
_DASH = re.compile(r"[—–-]\s+(.+)")
_DASH_INNER = re.compile(r"[,!?…]\s*[—–-]\s+")


_TWO_SINGLE = re.compile(r"(?<=[\w.,!?…])''(?!')(?=[\s,.;:!?)]|$)")
"""Two single marks that close what two grave ones opened, as typewriters and TeX have it."""


def all_quoted(text: str, language: str) -> list[Found]:
    """Every quoted stretch of the text, in order."""
    if "``" in text or _TWO_SINGLE.search(text):
        text = _TWO_SINGLE.sub(" ”", text.replace("``", "“ "))
    found: list[Found] = []
    running = False
    for number, piece in enumerate(PARAGRAPH.finditer(text)):
        paragraph = Span(*piece.span())
        pairs, left_open = quoted(text, paragraph)
        if (left_open is not None and (paragraph.end - left_open) < LONGEST_QUOTE and _continues(text, paragraph)) or (
            left_open is not None and running and left_open == paragraph.start
        ):
            pairs.append((Span(left_open + 1, paragraph.end), Span(left_open, paragraph.end)))
        running = left_open is not None
        if not pairs and language in ("ru", "uk", "fr", "es", "tr", "pt", "pl"):
            pairs = _dialogue(text, paragraph)
        if language == "en":
            pairs += _single(text, paragraph, pairs)
        found += [Found(inner, paragraph, number, outer) for inner, outer in sorted(pairs, key=lambda p: p[0].start)]
        if len(found) >= MOST_QUOTES:
            break
    return [trimmed(text, f) for f in found[:MOST_QUOTES]]


def _continues(text: str, paragraph: Span) -> bool:
    """Whether a quotation left open goes on: the next paragraph opens with a mark again."""
    rest = text[paragraph.end : paragraph.end + 4].lstrip("\n\r ")
    return bool(rest) and rest[0] in '“"„«‘'


def _single(text: str, paragraph: Span, pairs: list[tuple[Span, Span]]) -> list[tuple[Span, Span]]:
    """Quotations in single marks, outside the others, of at least four words."""
    if "'" not in text[paragraph.start : paragraph.end] and "‘" not in text[paragraph.start : paragraph.end]:
        return []
    extra = []
    for piece in _SINGLE.finditer(text, paragraph.start, paragraph.end):
        inner = Span(*piece.span(2))
        inside = any(o.start <= inner.start < o.end for _, o in pairs)
        if not inside and len(text[inner.start : inner.end].split()) >= SHORT_QUOTE:
            extra.append((inner, Span(piece.start(1), piece.end(3))))
    return extra


def _dialogue(text: str, paragraph: Span) -> list[tuple[Span, Span]]:
    """Speech that a dash opens: up to the dash that gives the speaker, or to the paragraph's end."""
    line = _DASH.match(text, paragraph.start, paragraph.end)
    if not line:
        return []
    start = line.start(1)
    inner = _DASH_INNER.search(text, start, paragraph.end)
    end = inner.start() + 1 if inner else paragraph.end
    return [(Span(start, end), Span(paragraph.start, end))]


def trimmed(text: str, found: Found) -> Found:
    """Without blanks at the ends."""
    start, end = found.span.start, found.span.end
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return Found(Span(start, end), found.paragraph, found.number, found.outer)


LONGEST_SENTENCE = 1500
"""Characters looked at on each side of a quotation."""
NEIGHBOURS = 8
"""Quotations on each side that a sentence may hold."""


def sentence_start(text: str, paragraph: Span, at: int, masks: Sequence[Span]) -> int:
    """Where the sentence begins that `at` stands in; ends inside quotations do not count."""
    best = max(paragraph.start, at - LONGEST_SENTENCE)
    for end in SENTENCE_END.finditer(text, best, at):
        if end.end() >= at or _ABBREVIATION.search(text[max(paragraph.start, end.start() - 6) : end.start() + 1]):
            continue
        if any(m.start < end.start() < m.end - 2 for m in masks):
            continue
        best = end.end()
    return best


def sentence_end(text: str, paragraph: Span, at: int, masks: Sequence[Span]) -> int:
    """Where the sentence ends that goes on at `at`."""
    last = min(paragraph.end, at + LONGEST_SENTENCE)
    for end in SENTENCE_END.finditer(text, at, last):
        if _ABBREVIATION.search(text[max(at, end.start() - 6) : end.start() + 1]):
            continue
        if any(m.start < end.start() < m.end for m in masks):
            continue
        return end.start()
    return last


@dataclass(frozen=True, slots=True)
class Word:
    """A word or sign outside quotations."""

    text: str
    start: int
    end: int

    @property
    def low(self) -> str:
        return self.text.lower()

    @property
    def sign(self) -> bool:
        return not self.text[0].isalnum()

    @property
    def capital(self) -> bool:
        return self.text[0].isupper()


def words(text: str, start: int, end: int, masks: Sequence[Span]) -> list[Word]:
    """Words and signs between two places; what is quoted stands as one sign `“`."""
    found: list[Word] = []
    at, end = start, min(end, start + 2 * LONGEST_SENTENCE)
    for mask in [*(m for m in masks if m.start >= start and m.end <= end), Span(end, end)]:
        found += [Word(m.group(), m.start(), m.end()) for m in TOKEN.finditer(text, at, max(at, mask.start))]
        if mask.start < end:
            found.append(Word("“", mask.start, mask.end))
        at = max(at, mask.end)
    return found


CLAUSE_SIGNS = frozenset(",;:—–-()“.!?…،؛")
_DETERMINERS = frozenset(
    [
        "a",
        "an",
        "the",
        "his",
        "her",
        "their",
        "its",
        "one",
        "another",
        "some",
        "der",
        "die",
        "das",
        "ein",
        "eine",
        "einer",
    ]
)
_RELATIVE = frozenset(
    [
        "who",
        "which",
        "whose",
        "whom",
        "der",
        "die",
        "das",
        "welche",
        "welcher",
        "která",
        "který",
        "kteří",
        "který",
        "которая",
        "который",
        "которые",
        "qui",
        "dont",
        "que",
        "quien",
    ]
)


def is_verb(word: Word, lexicon: Lexicon) -> bool:
    """Whether a word is one of saying."""
    return not word.sign and bool(lexicon.verbs.match(word.low))


def right_phrase(those: Sequence[Word], lexicon: Lexicon) -> Span | None:
    """The phrase that opens a run of words: the subject after its verb."""
    taken: list[Word] = []
    for word in those[:14]:
        if word.sign and not (word.text in "-.’'“" and taken and taken[-1].end == word.start):
            if word.text == "“" and taken and not taken[-1].sign:
                break
            break
        if word.low in lexicon.stops or is_verb(word, lexicon):
            break
        taken.append(word)
    if not taken or (len(taken) == 1 and taken[0].text.isdigit()):
        return None
    if not any(w.capital or w.low in lexicon.pronouns for w in taken) and all(w.low.endswith("ly") for w in taken):
        return None
    if taken[0].low in lexicon.pronouns:
        return Span(taken[0].start, taken[0].end)
    return Span(taken[0].start, taken[-1].end)


def left_phrase(those: Sequence[Word], lexicon: Lexicon) -> Span | None:
    """The subject before its verb: the clause that the verb ends, an apposition or relative clause before it left out."""
    chunks: list[list[Word]] = [[]]
    for word in those:
        if (
            word.sign
            and word.text in CLAUSE_SIGNS
            and not (word.text == "-" and chunks[-1] and chunks[-1][-1].end == word.start)
        ):
            chunks.append([])
        elif not word.sign or word.text in "-’'.":
            chunks[-1].append(word)
    last = chunks.pop()
    while not last and chunks:
        # "Lehrich, a spokesman, said": the comma stands right before the verb
        aside = chunks.pop()
        if chunks and chunks[-1] and aside and chunks[-1][0].low in _DETERMINERS and all(w.capital for w in aside):
            last = aside  # "The mayor, Ann Lee, said"
        elif chunks and chunks[-1] and aside:
            last = chunks.pop()
            if _aside(last) and chunks and chunks[-1]:
                last = chunks.pop()
        else:
            last = aside
    if last and _aside(last) and last[0].low in _RELATIVE and chunks and chunks[-1]:
        last = chunks.pop()
    return _subject(last, lexicon)


def _aside(chunk: Sequence[Word]) -> bool:
    """Whether a chunk between commas only tells more of what stands before it."""
    return bool(chunk) and (chunk[0].low in _RELATIVE or chunk[0].low in _DETERMINERS) and not chunk[0].capital


def _subject(chunk: Sequence[Word], lexicon: Lexicon) -> Span | None:
    kept = list(chunk)
    while kept and kept[0].low in lexicon.openers:
        kept.pop(0)
    for k in range(len(kept) - 1, 0, -1):
        # what follows "and", "but", "that" is a clause of its own with its own subject
        if kept[k].low in (
            "but",
            "that",
            "and",
            "when",
            "as",
            "aber",
            "dass",
            "und",
            "что",
            "но",
            "и",
            "že",
            "ale",
            "a",
            "et",
            "mais",
            "y",
            "pero",
            "who",
            "if",
        ):
            tail = kept[k + 1 :]
            if tail and (
                tail[0].low in lexicon.pronouns
                or (kept[k].low in ("but", "that", "when", "if", "dass", "что", "že") and any(w.capital for w in tail))
            ):
                kept = tail
                break
    pronoun = next((w for w in kept if w.low in lexicon.pronouns), None)
    names = [w for w in kept if w.capital]
    if pronoun and (not names or pronoun.start > names[-1].start or pronoun is kept[0]):
        return Span(pronoun.start, pronoun.end)
    if not kept:
        return None
    return Span(kept[0].start, kept[-1].end)


def verb_speaker(
    before: Sequence[Word], after: Sequence[Word], language: str, lexicon: Lexicon
) -> tuple[bool, Span | None]:
    """Whether a verb of saying stands beside the quotation, and its subject."""
    followed = _after(after, language, lexicon)
    if followed[0] and followed[1]:
        return followed
    preceded = _before(before, language, lexicon)
    if preceded[0]:
        return preceded
    return followed


def _after(after: Sequence[Word], language: str, lexicon: Lexicon) -> tuple[bool, Span | None]:
    signs = 0
    while signs < len(after) and after[signs].sign and after[signs].text in ",-—–!?":
        signs += 1
    rest = list(after[signs:])
    if not rest:
        return False, None
    if language == "de" and len(rest) > 2 and rest[0].low in ("heißt", "hieß") and rest[1].low == "es":
        place = next(
            (k for k, w in enumerate(rest[:12]) if w.low in ("in", "aus", "von", "seitens", "beim", "laut", "im")), None
        )
        return True, right_phrase(rest[place + 1 :], lexicon) if place else None
    if rest[0].low in lexicon.sources:
        skip = 2 if rest[0].low == "according" else 1
        return True, right_phrase(rest[skip:], lexicon)
    for k, word in enumerate(rest[:16]):
        if word.text == "“" or word.text in ":;":
            break
        if not is_verb(word, lexicon):
            continue
        if k == 0 or (k == 1 and rest[0].low.endswith("ly")):
            phrase = right_phrase(rest[k + 1 :], lexicon)
            return True, phrase
        chunk = rest[:k]
        if chunk[0].low in lexicon.openers and language in ("de", "ru", "cs"):
            return True, right_phrase(rest[k + 1 :], lexicon)
        if chunk[0].low in ("as", "wie", "как", "jak", "that"):
            chunk = chunk[1:]
        phrase = left_phrase(chunk, lexicon)
        if phrase:
            return True, phrase
    return False, None


def _before(before: Sequence[Word], language: str, lexicon: Lexicon) -> tuple[bool, Span | None]:
    if len(before) > 2 and before[-1].text in ":(" and before[-2].capital and before[-3].capital:
        chunk = _clause(before[:-1])
        if not any(is_verb(w, lexicon) for w in chunk):
            return True, left_phrase(chunk, lexicon)
    for k in range(len(before) - 1, max(-1, len(before) - 40), -1):
        word = before[k]
        if word.low in lexicon.sources and word.low not in ("so", "nach"):
            skip = 2 if word.low == "according" else 1
            phrase = right_phrase(before[k + skip :], lexicon)
            if phrase:
                return True, phrase
        if not is_verb(word, lexicon):
            continue
        left = before[:k]
        first = _clause(left)
        following = before[k + 1 :]
        if following and language == "de":
            if word.low in ("heißt", "hieß") and following[0].low == "es":
                place = next(
                    (
                        i
                        for i, w in enumerate(following)
                        if w.low in ("in", "aus", "von", "seitens", "beim", "laut", "im")
                    ),
                    None,
                )
                return True, right_phrase(following[place + 1 :], lexicon) if place else None
            if following[0].low in lexicon.pronouns or word.low.startswith("zitier"):
                return True, right_phrase(following, lexicon)
        inverted = language in ("de", "ru", "cs", "sk", "uk", "es", "pt", "it", "ar", "fr")
        if inverted and (
            not first
            or first[0].low in lexicon.openers
            or all(w.sign for w in first)
            or (language == "de" and first[0].low in _OBJECT_HEADS)
        ):
            phrase = right_phrase(before[k + 1 :], lexicon)
            if phrase:
                return True, phrase
        phrase = left_phrase(left, lexicon)
        if phrase:
            return True, phrase
        if inverted:
            return True, right_phrase(before[k + 1 :], lexicon)
    return False, None


def _clause(left: Sequence[Word]) -> list[Word]:
    """The words since the last sign of a clause."""
    found: list[Word] = []
    for word in reversed(left):
        if word.sign and word.text in CLAUSE_SIGNS:
            break
        found.insert(0, word)
    return found


_REPORTED = frozenset(
    [
        "sei",
        "seien",
        "habe",
        "hätte",
        "hätten",
        "werde",
        "würde",
        "würden",
        "könne",
        "könnten",
        "müsse",
        "müssten",
        "solle",
        "sollten",
        "gebe",
        "komme",
        "dürfe",
        "wolle",
        "bleibe",
        "gehe",
        "stehe",
        "liege",
    ]
)
"""German moods of reported speech: who spoke last is still speaking."""

_HEADS = frozenset(["der", "die", "das", "ein", "eine", "dieser", "diese", "dieses", "sein", "seine", "ihr", "ihre"])
_OBJECT_HEADS = frozenset(
    [
        "den",
        "dem",
        "des",
        "einen",
        "einem",
        "eines",
        "diesen",
        "diesem",
        "deren",
        "dessen",
        "ihren",
        "ihrem",
        "seinen",
        "seinem",
    ]
)


def german_subject(those: Sequence[Word], names: Sequence[tuple[int, int, str]], lexicon: Lexicon) -> Span | None:
    """The likeliest subject of a German sentence, where every noun has a capital: a known name, a pronoun, an article with its noun."""
    if not those:
        return None
    for name in names:
        if those[0].start <= name[0] and name[1] <= those[-1].end and any(w.start == name[0] for w in those):
            return Span(name[0], name[1])
    for k, word in enumerate(those):
        if word.low in lexicon.pronouns:
            return Span(word.start, word.end)
        if k + 1 < len(those) and word.low in _HEADS and (k == 0 or word.low in ("der", "die", "ein", "eine")):
            end = k + 1
            while end < len(those) and end < k + 5 and not those[end].sign and not those[end].capital:
                end += 1
            if end < len(those) and those[end].capital:
                while end + 1 < len(those) and those[end + 1].capital:
                    end += 1
                return Span(word.start, those[end].end)
    run = [
        k
        for k in range(len(those) - 1)
        if those[k].capital and those[k + 1].capital and those[k].low not in lexicon.openers
    ]
    return Span(those[run[0]].start, those[run[0] + 1].end) if run else None


def first_name(those: Sequence[Word], lexicon: Lexicon) -> Span | None:
    """The first name or pronoun of a sentence: its likeliest subject when no verb tells."""
    for k, word in enumerate(those):
        if word.low in lexicon.pronouns:
            return Span(word.start, word.end)
        if (
            word.capital
            and word.low not in lexicon.openers
            and word.low not in lexicon.stops
            and len(word.text) > 1
            and (k or word.low not in _DETERMINERS)
        ):
            end = k
            while end + 1 < len(those) and those[end + 1].capital:
                end += 1
            return Span(word.start, those[end].end)
    return None


def quotes(
    text: str, language: str, names: Sequence[tuple[int, int, str]] = (), persons: Sequence[tuple[int, int, str]] = ()
) -> tuple[Quote, ...]:
    """Quotations with their speakers; `names`: people known in the text (start, end, full name), in order."""
    found = all_quoted(text, language)
    if not found:
        return ()
    masks = [f.outer for f in found]
    lexicon = LEXICONS.get(language, EN)
    answers: list[Quote] = []
    previous: tuple[int, Span | None] = (-9, None)
    for number, f in enumerate(found):
        beside = masks[max(0, number - NEIGHBOURS) : number + NEIGHBOURS]
        start = sentence_start(text, f.paragraph, f.outer.start, beside)
        end = sentence_end(text, f.paragraph, f.outer.end, beside) if _goes_on(text, f) else f.outer.end
        near = [m for m in beside if m.start >= f.paragraph.start and m.end <= f.paragraph.end]
        before = words(text, start, f.outer.start, near)
        after = words(text, f.outer.end, end, near)
        if language in ("zh", "ja"):
            told, speaker = _chinese(text, f, start, names)
        else:
            told, speaker = verb_speaker(before, after, language, lexicon)
        if speaker is None and not (told and language in PRO_DROP):
            speaker = _otherwise(
                text,
                f,
                before,
                after,
                previous,
                found[max(0, number - NEIGHBOURS) : number],
                lexicon,
                start,
                names,
                language,
            )
        size = (
            len(re.findall(r"\w+", text[f.span.start : f.span.end]))
            if language not in ("zh", "ja", "th")
            else (f.span.end - f.span.start) // 2
        )
        if size < SHORT_QUOTE and not told:
            continue
        speaker = named_after(tidy(speaker, text, names, lexicon), text, persons, f)
        if told and speaker and persons:
            speaker = signed(speaker, text, persons) or speaker
        if persons and language not in PLAIN_ORDER and not _is_person(speaker, persons):
            speaker = nearest_person(f, start, max(end, f.outer.end), beside, persons) or speaker
        if not told and is_title(text[f.span.start : f.span.end], before):
            continue
        previous = (f.number, speaker)
        answers.append(
            Quote(
                start=f.span.start,
                end=f.span.end,
                speaker=_speaker(text, speaker, names, persons, lexicon),
                direct=True,
            )
        )
    return tuple(answers)


PLAIN_ORDER = frozenset({"en", "pcm", "de", "ru", "uk", "cs", "sk"})
"""Languages whose rules were measured: in the others a known person beside the quotation is trusted more than the rules."""


def _is_person(speaker: Span | None, persons: Sequence[tuple[int, int, str]]) -> bool:
    return speaker is not None and any(p[0] < speaker.end and speaker.start < p[1] for p in persons)


def nearest_person(
    found: Found, start: int, end: int, masks: Sequence[Span], persons: Sequence[tuple[int, int, str]]
) -> Span | None:
    """The person named nearest to the quotation in its sentence, or else last before it in its paragraph or the one above."""
    outside = [p for p in persons if not any(m.start <= p[0] < m.end for m in masks)]
    beside = [p for p in outside if start <= p[0] and p[1] <= end]
    if beside:
        best = min(
            beside, key=lambda p: p[0] - found.outer.end if p[0] >= found.outer.end else found.outer.start - p[1]
        )
        return Span(best[0], best[1])
    before = [p for p in outside if found.paragraph.start - LONGEST_SENTENCE <= p[0] and p[1] <= found.outer.start]
    return Span(before[-1][0], before[-1][1]) if before else None


_ROLE_GOES_ON = re.compile(r"(?:,?\s+|\s+(?:and|und|et|y|и|e|ve)\s+)(?:[^\W\d_]+\s+){0,4}")
_PAUSE = re.compile(r"[.!?;:—–\n]")


def named_after(span: Span | None, text: str, persons: Sequence[tuple[int, int, str]], found: Found) -> Span | None:
    """A role with the name that stands right behind it: `said her captain, Chipo Banda`, `рассказала бухгалтер и мать Нелли
    Абрамчук`."""
    if span is None or span.start < found.outer.end or _is_person(span, persons):
        return span
    if not text[span.start].islower():
        return span
    for person in persons:
        between = text[span.end : person[0]]
        if (
            person[0] >= span.end
            and len(between) < 40
            and _ROLE_GOES_ON.fullmatch(between)
            and not _PAUSE.search(between)
        ):
            return Span(span.start, person[1])
    return span


_SIGNED = re.compile(
    r"(?:Lo firma|Firmado por|La firma|It is signed by|Signed by|Signed,?|Unterzeichnet (?:ist|hat|von)[^.]{0,12}|Signé par|Le signataire est|"
    r"Подписал[аои]?|İmzalayan)\s"
)


def signed(span: Span, text: str, persons: Sequence[tuple[int, int, str]]) -> Span | None:
    """Who signed what a thing says: `The note reads: “...”. It is signed by the foreman, ...`; None where a person speaks."""
    if _is_person(span, persons):
        return None
    for found in _SIGNED.finditer(text, span.end, span.end + LONGEST_SENTENCE):
        person = next((p for p in persons if found.end() <= p[0] < found.end() + 40), None)
        if person and not _PAUSE.search(text, found.end(), person[0]):
            return Span(person[0], person[1])
    return None


MOST_SPEAKER_WORDS = 14
"""A longer phrase is a clause that was taken for a subject: the name in it is meant."""


def tidy(span: Span | None, text: str, names: Sequence[tuple[int, int, str]], lexicon: Lexicon) -> Span | None:
    """The speaker's phrase, cut to a name where it is a whole clause; None where nothing in it can speak."""
    if span is None:
        return None
    those = words(text, span.start, span.end, ())
    plain = [w for w in those if not w.sign]
    if len(plain) <= MOST_SPEAKER_WORDS // 3 or (
        len(plain) <= MOST_SPEAKER_WORDS and not any(is_verb(w, lexicon) for w in plain[1:])
    ):
        return span
    inside = next((n for n in names if span.start <= n[0] and n[1] <= span.end), None)
    if inside:
        return Span(inside[0], inside[1])
    return first_name(those, lexicon)


def _goes_on(text: str, found: Found) -> bool:
    """Whether the sentence goes on after the quotation: it did not end inside it, or a small letter follows."""
    inside = text[found.span.end - 1 : found.span.end]
    following = text[found.outer.end : found.outer.end + 3].lstrip()
    return inside not in ".…" or (bool(following) and (following[0].islower() or following[0] in ",–—-"))


def _otherwise(
    text: str,
    found: Found,
    before: Sequence[Word],
    after: Sequence[Word],
    previous: tuple[int, Span | None],
    earlier: Sequence[Found],
    lexicon: Lexicon,
    start: int,
    names: Sequence[tuple[int, int, str]],
    language: str,
) -> Span | None:
    """Who speaks where no verb of saying tells: who spoke just before, or whom the sentence is about."""
    number, speaker = previous
    plain = [w for w in before if not w.sign]
    if speaker and number == found.number and not plain:
        return speaker
    if (
        speaker
        and number == found.number - 1
        and not plain
        and found.outer.start <= found.paragraph.start + 1
        and not [w for w in after if not w.sign]
    ):
        return speaker
    if language == "de" and any(w.low in _REPORTED for w in (*before, *after)):
        last = _last_told(text, found, earlier, start, lexicon, language)
        if last or (speaker and number == found.number):
            return last or speaker
    own = _named(before, names, lexicon, language) or _named(after, names, lexicon, language)
    if own:
        return own
    if speaker and number == found.number:
        return speaker
    if start > found.paragraph.start:
        masks = [f.outer for f in earlier if f.number == found.number]
        begin = sentence_start(text, found.paragraph, start - 1, masks)
        own = _named(words(text, begin, start, masks), names, lexicon, language)
        if own:
            return own
    if speaker and number >= found.number - 1:
        return speaker
    return _in_last_paragraph(text, found, names, lexicon, language)


def _named(
    those: Sequence[Word], names: Sequence[tuple[int, int, str]], lexicon: Lexicon, language: str
) -> Span | None:
    if language in ("de", "lb"):
        return german_subject(those, names, lexicon)
    return first_name(those, lexicon)


def _last_told(
    text: str, found: Found, earlier: Sequence[Found], start: int, lexicon: Lexicon, language: str
) -> Span | None:
    """The subject of the last verb of saying in the paragraph before the sentence."""
    masks = [f.outer for f in earlier if f.number == found.number]
    those = words(text, max(found.paragraph.start, start - LONGEST_SENTENCE), start, masks)
    for k in range(len(those) - 1, -1, -1):
        if is_verb(those[k], lexicon):
            clause = _sentence(those, k)
            told = _before([w for w in clause if w.start <= those[k].start] + _rest(those, k), language, lexicon)
            if told[1]:
                return told[1]
    return None


def _sentence(those: Sequence[Word], at: int) -> list[Word]:
    begin = at
    while begin > 0 and those[begin - 1].text not in ".!?":
        begin -= 1
    return list(those[begin : at + 1])


def _rest(those: Sequence[Word], at: int) -> list[Word]:
    end = at + 1
    while end < len(those) and those[end].text not in ".!?":
        end += 1
    return list(those[at + 1 : end])


_LETTERS = re.compile(r"[^\W\d_]+")


def is_title(said: str, before: Sequence[Word]) -> bool:
    """Whether a stretch within a sentence that nobody is said to have said looks like a title: most long words have capitals."""
    if not [w for w in before if not w.sign] or said[-1:] in ".!?" or (before and before[-1].text == ":"):
        return False
    long_words = [w for w in _LETTERS.findall(said) if len(w) > 3] or _LETTERS.findall(said)
    if not long_words or (not said[0].isupper() and not said[0].isdigit()):
        return False
    return bool(sum(w[0].isupper() for w in long_words) >= 0.6 * len(long_words))


def _in_last_paragraph(
    text: str, found: Found, names: Sequence[tuple[int, int, str]], lexicon: Lexicon, language: str
) -> Span | None:
    """The first name of the last sentence of the paragraph before."""
    end = text.rfind("\n", 0, found.paragraph.start)
    if end < 0:
        return None
    while end > 0 and text[end - 1] == "\n":
        end -= 1
    paragraph = Span(text.rfind("\n", 0, end) + 1, end)
    start = sentence_start(text, paragraph, max(paragraph.start, end - 2), ())
    return _named(words(text, start, end, ()), names, lexicon, language)


def _chinese(text: str, found: Found, start: int, names: Sequence[tuple[int, int, str]]) -> tuple[bool, Span | None]:
    """The speaker before the verb of saying that opens a Chinese quotation, or after one that follows it."""
    head = text[start : found.outer.start]
    verbs = list(CHINESE_VERBS.finditer(head))
    if verbs:
        verb = verbs[-1]
        near = [n for n in names if start <= n[0] and n[1] <= start + verb.start()]
        if near:
            return True, Span(near[-1][0], near[-1][1])
        at = max(head.rfind("，", 0, verb.start()), head.rfind("。", 0, verb.start())) + 1
        if verb.start() - at >= 2:
            return True, Span(start + at, start + verb.start())
        return True, None
    tail = text[found.outer.end : found.outer.end + 30]
    if re.match(rf"[他她它](?:{CHINESE_VERBS.pattern}|$)", tail):
        return True, _last_before(names, found.outer.start)
    following = CHINESE_VERBS.search(tail)
    if following and following.start() >= 2 and not re.search("[。！？]", tail[: following.start()]):
        near = [n for n in names if found.outer.end <= n[0] and n[1] <= found.outer.end + following.start() + 2]
        chosen = near[0] if near else None
        return True, Span(chosen[0], chosen[1]) if chosen else Span(
            found.outer.end, found.outer.end + following.start()
        )
    within = [n for n in names if found.paragraph.start <= n[0] and n[1] <= found.outer.start]
    return False, _last_before(within, found.outer.start)


def _last_before(names: Sequence[tuple[int, int, str]], at: int) -> Span | None:
    """The person named last before a place."""
    before = [n for n in names if n[1] <= at]
    return Span(before[-1][0], before[-1][1]) if before else None


def _speaker(
    text: str,
    span: Span | None,
    names: Sequence[tuple[int, int, str]],
    persons: Sequence[tuple[int, int, str]],
    lexicon: Lexicon,
) -> Speaker | None:
    """The speaker with the full name behind the words."""
    if span is None:
        return None
    said = text[span.start : span.end]
    inside = [n for n in names if n[0] < span.end and span.start < n[1]]
    if inside:
        return Speaker(start=span.start, end=span.end, name=inside[-1][2])
    if said.lower() in lexicon.pronouns:
        before = [n for n in names if n[1] <= span.start and not _of_other_sex(said, text, n[0])]
        if before and said.lower() not in (
            "i",
            "we",
            "it",
            "they",
            "ich",
            "wir",
            "es",
            "я",
            "мы",
            "они",
            "we",
            "nous",
            "je",
            "on",
        ):
            return Speaker(start=span.start, end=span.end, name=before[-1][2])
    role = said.split()[0].lower() in _DEFINITE or (said.islower() and "\u0400" <= said[0] <= "\u04ff")
    if role and len(said.split()) <= MOST_ROLE_WORDS:
        before = [p for p in persons if span.start - LONGEST_SENTENCE <= p[0] and p[1] <= span.start]
        if before:
            return Speaker(start=span.start, end=span.end, name=before[-1][2])
    return Speaker(start=span.start, end=span.end, name=said)


_OTHER_SEX = {
    "sie": re.compile(r"\b(?:ihr|sein)\s+[^\W\d_]+\s$", re.IGNORECASE),
    "er": re.compile(r"\b(?:ihre|seine)\s+[^\W\d_]+\s$", re.IGNORECASE),
}
"""German before a name that the pronoun cannot mean: `ihr Nachbar` is no `sie`."""


def _of_other_sex(pronoun: str, text: str, at: int) -> bool:
    """Whether the name that begins there is introduced as somebody of the other sex."""
    those = _OTHER_SEX.get(pronoun.lower())
    return those is not None and bool(those.search(text[max(0, at - 30) : at]))


_DEFINITE = frozenset({"the", "his", "her", "their", "der", "die", "das", "ihr", "ihre", "sein", "seine"})
"""A role that opens with one of these (`the doctor`) is whoever was named last."""
MOST_ROLE_WORDS = 7
