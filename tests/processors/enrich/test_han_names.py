"""Chinese people are found where the text tells that somebody is one, and words are left alone."""

from __future__ import annotations

import pytest

from processors.enrich.document import read, reader
from processors.enrich.entities import entities

PEOPLE = [
    ("医生卓以薰起初不解，后来在病历上发现了规律。", {"卓以薰"}),
    ("被称为“戴草帽的人”的屠海生在仓库内被捕。", {"屠海生"}),
    ("司机芮小满说，路上没有灯。", {"芮小满"}),
    ("屠海生在仓库内等了两天。警察问起来，屠海生拒绝说明。", {"屠海生"}),
]
NOBODY = [
    "路政署工程督察到场，手段高明。",  # 程 in 工程, 段 in 手段
    "老师傅退休前是货车司机。",
    "博物馆凌晨三时许关门，八时整开门。",
    "领导人的关怀让大家安心。",
    "杜鹃花为温带植物。台湾的杜鹃花也开了。",
]


def people(text: str) -> set[str]:
    return {e.text for e in entities(read(text, "zh"), reader()) if e.type == "PER"}


@pytest.mark.parametrize(("text", "names"), PEOPLE)
def test_a_person_is_told_by_what_stands_beside(text: str, names: set[str]) -> None:
    assert people(text) == names


@pytest.mark.parametrize("text", NOBODY)
def test_words_are_nobody(text: str) -> None:
    assert people(text) == set()


def test_a_firm_is_told_by_the_word_before_it() -> None:
    found = entities(read("平台快马到家与骑手代表签署协议。", "zh"), reader())
    assert [(e.text, e.type) for e in found] == [("快马到家", "ORG")]
