"""Find who says it: the subject of the verb of saying beside a quotation, before it or after it."""

from __future__ import annotations

from collections.abc import Sequence

from processors.enrich.quoted import Span, Word
from processors.enrich.speech import Lexicon

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
    preceded = subject_before(before, language, lexicon)
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


def subject_before(before: Sequence[Word], language: str, lexicon: Lexicon) -> tuple[bool, Span | None]:
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


REPORTED = frozenset(
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
