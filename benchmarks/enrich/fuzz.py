"""Breaks texts in twelve scripts in many ways and sees that `enrich` always answers, in bounded time.

python -m benchmarks.enrich.fuzz --runs 10000

The texts are the news world's and lines written down here. Prints how many broke, and the CPU-seconds of the worst.
"""

from __future__ import annotations

import argparse
import random
import sys
import time

from broadsheet.world.prose import load_events
from processors.enrich import enrich_row

SEED = 1
LIMIT = 2.0
"""CPU-seconds of one text that the issue allows."""
OTHER_SCRIPTS = (
    "नदी का पानी रात में बढ़ गया। मेयर ने कहा, “हम दो दिन में पुल खोल देंगे।” लगभग 1,200 लोग घर छोड़ चुके हैं।",
    "น้ำในแม่น้ำสูงขึ้นเมื่อคืน นายกเทศมนตรีกล่าวว่า “เราจะเปิดสะพานในสองวัน” มีผู้อพยพ 1,200 คน",
    "강물이 밤새 불어났다. 시장은 “이틀 안에 다리를 열겠다”고 말했다. 주민 1,200명이 대피했다.",
    "川の水位が夜のうちに上がった。市長は「二日で橋を開ける」と述べた。住民1200人が避難した。",
    'מי הנהר עלו בלילה. ראש העיר אמר: "נפתח את הגשר בעוד יומיים". כ-1,200 תושבים פונו.',
    "მდინარემ ღამით აიწია. მერმა თქვა: „ხიდს ორ დღეში გავხსნით“. 1200 ადამიანმა სახლი დატოვა.",
    "ወንዙ በሌሊት ሞላ። ከንቲባው “ድልድዩን በሁለት ቀን እንከፍታለን” አለ። 1,200 ሰዎች ቤታቸውን ለቀቁ።",
    "Η στάθμη του ποταμού ανέβηκε τη νύχτα. «Θα ανοίξουμε τη γέφυρα σε δύο μέρες», είπε ο δήμαρχος. 1.200 έφυγαν.",
)
MARKS = ("“", "”", '"', "„", "«", "»", "「", "」", "'", "’", "—", "(", "[", "\n", "\n\n", ",", ".", "，", "。", "،")
PIECES = (
    "\x00", "\ud800", "\u200d", "\u0301" * 40, "1,234 ", "12.345.678,9 ", "$5 million ", "Paris, Texas ", "A. ", "said ", "№", "％",
    "٣٤٥ ", "二十三人", "quatre-vingt-dix ", "hundertdreiundzwanzig ", "two hundred and ", "و", "http://x.example/ ", "😀", "ﬁ", "İ", "ß",
)  # fmt: skip
HOSTILE = {
    "quotes": "“a b c d” said ",
    "open quotes": "“a b c d ",
    "straight marks": '"',
    "single marks": "' a",
    "names": "Paris, Texas ",
    "initials": "A. ",
    "numbers": "1,234 ",
    "number words": "two hundred and ",
    "French numbers": "quatre-vingt-dix-",
    "German numbers": "hundertdreiundzwanzig",
    "Chinese numbers": "一百二十三",
    "Arabic numbers": "ثلاثة وعشرون و",
    "killed": "killed 12 and injured 30, ",
    "asides": "12 people, including two, ",
    "commas": ", ",
    "brackets": "(",
    "capitals": "Aa Bb Cc ",
    "Chinese quotes": "“中国”说",
    "one word": "a",
    "marks": "e\u0301",
    "blank lines": "\n\n",
}
LONG = 200_000
"""Characters of each hostile text."""


def texts() -> list[str]:
    """What is broken: bodies of the news world's articles, and the lines above."""
    bodies = ["\n\n".join(telling.paragraphs) for event in load_events() for telling in event.tellings]
    return [*bodies, *(line * 8 for line in OTHER_SCRIPTS)]


def broken(text: str, luck: random.Random) -> str:
    """The text with one to five kinds of damage."""
    for _ in range(luck.randint(1, 5)):
        place, other = sorted((luck.randrange(len(text) + 1), luck.randrange(len(text) + 1)))
        match luck.randrange(8):
            case 0:
                text = text[:place] + text[other:]
            case 1:
                text = text[:place] + text[place : place + 300] * luck.randint(2, 30) + text[place:]
            case 2:
                text = text[:place] + luck.choice(PIECES) * luck.randint(1, 200) + text[place:]
            case 3:
                text = text[:place] + luck.choice(MARKS) * luck.randint(1, 50) + text[place:]
            case 4:
                text = text.replace(luck.choice(MARKS), luck.choice(MARKS), luck.randint(1, 50))
            case 5:
                text = text[:place] + "".join(chr(luck.randrange(1, 0x2FFFF)) for _ in range(50)) + text[place:]
            case 6:
                text = text[:place] + text[place:other].upper() + text[other:]
            case _:
                text = text.replace(" ", luck.choice(("", "\n", "\u00a0", "  ")), luck.randint(1, 200))
    return text or "x"


def spent_on(text: str, language: str | None = None) -> float:
    """CPU-seconds of one text."""
    began = time.process_time()
    enrich_row({"text": text, "title": text[:80], "language": language})
    return time.process_time() - began


def main() -> int:
    """1 where a text broke it or took too long."""
    parser = argparse.ArgumentParser(description="Breaks texts and sees that enrich answers.")
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=SEED)
    given = parser.parse_args()
    luck, sources = random.Random(given.seed), texts()
    spent_on("Angela Merkel spoke in Berlin.")
    worst, broke = 0.0, 0
    for name, piece in HOSTILE.items():
        took = max(spent_on(piece * (LONG // len(piece)), language) for language in (None, "de", "tr", "ar", "zh"))
        print(f"{name:18} {took:6.2f} CPU-s", flush=True)
        worst = max(worst, took)
    for number in range(given.runs):
        text = broken(luck.choice(sources), luck)
        try:
            worst = max(worst, spent_on(text))
        except Exception as error:  # every one is a finding, whatever its type
            broke += 1
            print(f"run {number}: {type(error).__name__}: {error}: {text[:200]!r}", flush=True)
    print(f"{given.runs} texts, {broke} broke it, the worst took {worst:.2f} CPU-seconds (limit {LIMIT})")
    return int(broke > 0 or worst > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
