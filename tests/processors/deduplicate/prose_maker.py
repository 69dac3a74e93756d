"""Articles for tests: sentences that a seeded generator puts together, and the copies outlets make of them."""

from __future__ import annotations

import random


def _words(line: str) -> list[str]:
    return line.split()


SUBJECTS = _words("minister mayor union harbour council court bank railway hospital museum farmer engineer teacher")
VERBS = _words("announced rejected praised delayed opened closed questioned financed inspected repaired welcomed")
OBJECTS = _words("bridge budget inquiry tunnel school contract strike vaccine election harvest factory treaty tax")
PLACES = _words("Lima Oslo Cairo Quito Minsk Hanoi Accra Turin Leeds Perth Osaka Izmir Lagos Porto Basel Gdansk")
DAYS = _words("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")


def sentence(chance: random.Random) -> str:
    """One sentence of about 20 words; hardly any five words in a row come again."""
    parts = [
        f"the {chance.choice(SUBJECTS)} of {chance.choice(PLACES)} {chance.choice(VERBS)} the {chance.choice(OBJECTS)}",
        f"near {chance.choice(PLACES)} on {chance.choice(DAYS)}",
        f"{chance.choice(PLACES)} {chance.choice(VERBS)} {chance.randint(2, 9000)} {chance.choice(OBJECTS)} papers",
        f"a {chance.choice(OBJECTS)} {chance.choice(SUBJECTS)} {chance.choice(VERBS)} {chance.choice(PLACES)}",
        f"{chance.choice(DAYS)} {chance.choice(SUBJECTS)} {chance.choice(OBJECTS)} {chance.randint(2, 9000)} people",
    ]
    chance.shuffle(parts)
    return f"Then {' '.join(parts)}."


def article(seed: int, sentences: int = 14) -> list[str]:
    """The sentences of an article."""
    chance = random.Random(seed)
    return [sentence(chance) for _ in range(sentences)]


def text(parts: list[str]) -> str:
    """Sentences as paragraphs."""
    return "\n\n".join(parts)


def house_edit(parts: list[str], seed: int) -> list[str]:
    """A copy with a sentence cut, one added and some words changed."""
    chance = random.Random(seed * 7919)
    copy = [part.replace("people", "residents") if chance.random() < 0.3 else part for part in parts]
    del copy[chance.randrange(len(copy))]
    copy.insert(chance.randrange(len(copy)), sentence(chance))
    return copy
