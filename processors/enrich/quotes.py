"""Find what is quoted and who says it: pairs of marks in each paragraph, then the subject of the verb of saying beside them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from broadsheet.model import Quote, Speaker
from processors.enrich.quoted import (
    LONGEST_SENTENCE,
    NEIGHBOURS,
    SHORT_QUOTE,
    Found,
    Span,
    Word,
    all_quoted,
    sentence_end,
    sentence_start,
    words,
)
from processors.enrich.speech import CHINESE_VERBS, EN, LEXICONS, PRO_DROP, Lexicon
from processors.enrich.subjects import REPORTED, first_name, german_subject, is_verb, subject_before, verb_speaker


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
            speaker = signed(speaker, text, persons) or winner(speaker, text, persons) or speaker
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


_WINNER = re.compile(
    r"(?:the winner|(?:el|la) (?:vencedora?|ganadora?)|(?:der|die) sieger(?:in)?|(?:le|la) (?:vainqueur|gagnante?|lauréate?)|"
    r"o vencedor|a vencedora|победител\w+)$",
    re.IGNORECASE,
)
_WON = re.compile(
    r"(?:,[^,.\n]{1,30},)?\s(?:won|wins|ganó|gana|venció|se impuso|gewann|gewinnt|siegte|a gagné|a remporté|remporte|gagne|venceu|ganhou|"
    r"победила?|выиграла?)\b"
)


def winner(span: Span, text: str, persons: Sequence[tuple[int, int, str]]) -> Span | None:
    """Who won, where the winner speaks: the person of whom the text says so above; None where another role speaks."""
    if not _WINNER.match(text[span.start : span.end]):
        return None
    won = (Span(p[0], p[1]) for p in persons if p[1] <= span.start and _WON.match(text, p[1]))
    return next(won, None)


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
    if language == "de" and any(w.low in REPORTED for w in (*before, *after)):
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
            told = subject_before([w for w in clause if w.start <= those[k].start] + _rest(those, k), language, lexicon)
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
    tail = text[found.outer.end : min(found.outer.end + 30, found.paragraph.end)]
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
