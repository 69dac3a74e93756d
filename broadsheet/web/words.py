"""Names that people read: languages, topics, roles, relations; and which way a language is written."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur", "ps", "ckb", "yi", "sd", "ug", "dv"})

LANGUAGES = {
    **{"ar": "Arabic", "az": "Azerbaijani", "be": "Belarusian", "bg": "Bulgarian", "bn": "Bengali", "bs": "Bosnian"},
    **{"ca": "Catalan", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek", "en": "English", "es": "Spanish"},
    **{"et": "Estonian", "fa": "Persian", "fi": "Finnish", "fr": "French", "he": "Hebrew", "hi": "Hindi"},
    **{"hr": "Croatian", "hu": "Hungarian", "hy": "Armenian", "id": "Indonesian", "it": "Italian", "ja": "Japanese"},
    **{"ka": "Georgian", "kk": "Kazakh", "ko": "Korean", "lt": "Lithuanian", "lv": "Latvian", "mk": "Macedonian"},
    **{"ms": "Malay", "nl": "Dutch", "no": "Norwegian", "nb": "Norwegian", "pl": "Polish", "pt": "Portuguese"},
    **{"ro": "Romanian", "ru": "Russian", "sk": "Slovak", "sl": "Slovenian", "sq": "Albanian", "sr": "Serbian"},
    **{"sv": "Swedish", "sw": "Swahili", "ta": "Tamil", "th": "Thai", "tr": "Turkish", "uk": "Ukrainian", "ur": "Urdu"},
    **{"uz": "Uzbek", "vi": "Vietnamese", "zh": "Chinese", "zh-hans": "Chinese, simplified"},
    "zh-hant": "Chinese, traditional",
}

TOPICS = {
    "01": "Arts, culture, entertainment",
    "02": "Crime, law, justice",
    "03": "Disaster, accident, emergency",
    "04": "Economy, business, finance",
    "05": "Education",
    "06": "Environment",
    "07": "Health",
    "08": "Human interest",
    "09": "Labour",
    "10": "Lifestyle, leisure",
    "11": "Politics, government",
    "12": "Religion",
    "13": "Science, technology",
    "14": "Society",
    "15": "Sport",
    "16": "Conflict, war, peace",
    "17": "Weather",
}
"""IPTC Media Topics at the top."""

RELATIONS = {
    "same-url": "another address of",
    "revision-of": "a later version of",
    "wire-copy-of": "a copy of the wire text first seen in",
    "near-duplicate": "nearly the same text as",
    "same-event": "reports the same event as",
    "same-storyline": "belongs to the same affair as",
}

CHANGES = {
    "typo": "a slip of the pen mended",
    "rewrite": "passages rewritten",
    "headline": "headline changed",
    "number": "figures changed",
    "quote": "quotations changed",
    "correction-notice": "correction notice",
    "withdrawn": "withdrawn",
    "silent": "silent edits",
}
"""Kinds of edits (`broadsheet.significance`)."""

REASONS = {
    "wall": "consent, bot or subscription wall",
    "soft-404": "error page that answered 200",
    "shell": "page that shows nothing without scripts",
    "not-an-article": "no article: a list, a section or a home page",
    "too-short": "too little text",
    "too-large": "larger than the limit",
    "empty": "an answer without a body",
    "robots": "forbidden by robots.txt",
    "unreachable": "never answered, or only with errors",
    "url-too-long": "longer than servers take",
    "redirect-loop": "redirects that lead nowhere",
    "redirect-home": "leads to the front page: the article is gone",
    "too-many-redirects": "too many redirects",
    "bad-redirect": "redirects to what is no web address",
    "encoding": "a compression nobody asked for, or a broken one",
    "not-html": "a file of another kind",
    "private-address": "leads to a private address",
    "unstorable": "cannot be written down",
    "withdrawn": "taken away by its outlet",
    "http-403": "the outlet refuses",
    "http-404": "not there",
    "http-410": "gone for good",
}


def language(code: str | None) -> str:
    """The language's English name; the code where it has none here."""
    return LANGUAGES.get((code or "").lower(), code or "unknown")


def direction(code: str | None) -> str:
    """`rtl`, `ltr`, or `auto` where the language is unknown."""
    if not code:
        return "auto"
    return "rtl" if code.lower().split("-")[0] in RIGHT_TO_LEFT else "ltr"


def change(kind: str) -> str:
    """What kind of edit that is."""
    return CHANGES.get(kind, kind)


def topic(code: str) -> str:
    """The topic's name."""
    return TOPICS.get(code, code)


def entity_page(id: str) -> str:
    """Where the page of a person, an organisation or a place is."""
    return f"/entity/{quote(id, safe=':')}"


def web_address(url: str | None) -> str:
    """The address where it is one of the web's; empty for `javascript:` and whatever else a page may claim."""
    try:
        parts = urlsplit((url or "").strip())
        return (url or "").strip() if parts.scheme.lower() in {"http", "https"} and parts.hostname else ""
    except ValueError:
        return ""
