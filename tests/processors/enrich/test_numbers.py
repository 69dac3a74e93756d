"""Numbers in digits and in words, and what they count, in eight languages."""

import pytest

from processors.enrich.counted import KINDS
from processors.enrich.document import read, reader
from processors.enrich.numbers import column_of, numbers
from processors.enrich.spelled import han_value

SPELLED = [
    ("en", "four hundred and twelve houses", 412),
    ("en", "fifteen thousand seats in the hall", 15_000),
    ("en", "two and a half million euros", 2_500_000),
    ("en", "a hundred metres", 100),
    ("de", "dreiundzwanzig Häuser", 23),
    ("de", "zweihundertfünfzig Häuser", 250),
    ("de", "fünfzehntausenddreihundert Häuser", 15_300),
    ("fr", "cent quinze kilomètres", 115),
    ("fr", "quatre-vingt-dix-sept maisons", 97),
    ("fr", "soixante et onze maisons", 71),
    ("es", "ciento quince kilómetros", 115),
    ("es", "treinta y cinco casas", 35),
    ("ru", "сорок один дом", 41),
    ("ru", "сто двадцать пять домов", 125),
    ("tr", "iki yüz elli ev", 250),
    ("tr", "dört buçuk milyon lira", 4_500_000),
    ("ar", "مئة وخمسة عشر كيلومترا", 115),
    ("ar", "ثلاثة وعشرين بيتا", 23),
    ("zh", "一万八千元", 18_000),
]


@pytest.mark.parametrize(("language", "text", "value"), SPELLED)
def test_a_number_in_words_is_one_number(language: str, text: str, value: float) -> None:
    assert [one.value for one in numbers(text, language)] == [value]


@pytest.mark.parametrize(
    ("written", "value"), [("两亿三千万", 230_000_000), ("一百零五", 105), ("十九", 19), ("九十二", 92)]
)
def test_chinese_numerals(written: str, value: float) -> None:
    assert han_value(written) == value


COUNTED = [
    ("en", "The blast killed 19 people and injured 212 others.", [(19, "dead"), (212, "injured")]),
    ("en", "Four soldiers were killed and nine others were wounded in the raid.", [(4, "dead"), (9, "injured")]),
    ("en", "Police arrested 20 people after an attack that killed three.", [(20, "arrested"), (3, "dead")]),
    ("en", "The death toll rose to 14 on Monday; 30 people are still missing.", [(14, "dead"), (30, "missing")]),
    ("en", "At least 12 people, including two children, died.", [(12, "dead"), (2, None)]),
    ("en", "2,100 families from nine villages have been moved.", [(2100, "displaced"), (9, None)]),
    ("de", "Bei dem Beben kamen 19 Menschen ums Leben, 212 wurden verletzt.", [(19, "dead"), (212, "injured")]),
    ("de", "Die Zahl der Toten stieg auf 14.", [(14, "dead")]),
    ("de", "Die Feuerwehr rückte zu 240 Einsätzen aus, die nachts begannen.", [(240, None)]),
    ("fr", "Un séisme a tué 19 personnes et en a blessé 212 autres.", [(19, "dead"), (212, "injured")]),
    ("es", "El terremoto deja 19 muertos y 212 heridos.", [(19, "dead"), (212, "injured")]),
    ("es", "El número de muertos subió a 21.", [(21, "dead")]),
    ("ru", "Погибли 19 человек, ещё 212 ранены.", [(19, "dead"), (212, "injured")]),
    ("ru", "Полиция задержала 37 человек.", [(37, "arrested")]),
    ("tr", "Depremde 19 kişi öldü, 212 kişi yaralandı.", [(19, "dead"), (212, "injured")]),
    ("ar", "قتل 19 شخصا وأصيب 212 آخرون في زلزال.", [(19, "dead"), (212, "injured")]),
    ("ar", "سجلت المديرية 26 إصابة بحمى لم يعرف سببها.", [(26, "ill")]),
    ("zh", "地震已造成19人遇难，212人受伤。", [(19, "dead"), (212, "injured")]),
]


@pytest.mark.parametrize(("language", "text", "counts"), COUNTED)
def test_what_happened_to_those_counted(language: str, text: str, counts: list[tuple[float, str | None]]) -> None:
    found = numbers(text, language)
    assert [(one.value, one.unit) for one in found] == counts
    assert all(one.kind == KINDS[one.unit] for one in found if one.unit)


KINDS_OF = [
    ("en", "Two thirds of them came.", [(66.7, "percent")]),
    ("en", "A 23-year-old sailor was saved after five days.", [(23, "age"), (5, "measure")]),
    ("en", "It was minus 19 degrees.", [(-19, "measure")]),
    ("fr", "Le texte passe par 47 voix contre 41 à l’assemblée.", [(47, "votes"), (41, "votes")]),
    ("zh", "二十五人投了赞成票。", [(25, "votes")]),
    ("zh", "来的人里六成超过了预期。", [(60, "percent")]),
    ("es", "Cayeron 96 milímetros en tres horas.", [(96, "measure"), (3, "measure")]),
    ("tr", "Ekip 2.000 metreyi 6 dakika 38 saniyede geçti.", [(2000, "measure"), (398, "measure")]),
    ("ru", "Договор на 241 миллион рублей.", [(241e6, "money")]),
]


@pytest.mark.parametrize(("language", "text", "kinds"), KINDS_OF)
def test_kinds(language: str, text: str, kinds: list[tuple[float, str]]) -> None:
    assert [(one.value, one.kind) for one in numbers(text, language)] == kinds


MEASURED = [
    ("en", "The river stood at 8.42 metres near the bridge.", "metres"),
    ("en", "They removed 180,000 cubic metres of snow.", "cubic metres"),
    ("de", "Es wehte mit 167 Stundenkilometern.", "kilometres an hour"),
    ("fr", "Il fallut trois cents mètres de corde.", "metres"),
    ("es", "Ocurrió a ciento quince kilómetros de la costa.", "kilometres"),
    ("ru", "Прошло шесть часов.", "hours"),
    ("tr", "Çukur 52 metre ölçüldü.", "metres"),
    ("ar", "استمر الانتظار ساعتين كاملتين.", "hours"),
    ("zh", "列车停了九个小时。", "hours"),
]


@pytest.mark.parametrize(("language", "text", "unit"), MEASURED)
def test_a_measure_has_its_unit(language: str, text: str, unit: str) -> None:
    (one,) = numbers(text, language)
    assert (one.kind, one.unit, one.subject) == ("measure", unit, None)


THINGS = [
    ("en", "Some 58,000 pupils will start later.", "pupils"),
    ("en", "They cut two undersea data cables at night.", "undersea data cables"),
    ("en", "It rose by two hand, and the other pier fell.", None),
    ("de", "Zwölf Bauern hatten verkauft.", "Bauern"),
    ("de", "Es sind 14 weitere Kerne geplant.", "weitere Kerne"),
    ("fr", "On attend 31 secousses ont dit les experts.", "secousses"),
    ("es", "Quedan nueve barrios sin luz.", "barrios"),
    ("ru", "Порт ждёт семь грузовых паромов завтра.", "грузовых паромов"),
    ("ru", "Осталось двое.", None),
    ("tr", "Köyde dokuz kar püskürtme makinesi çalıştı.", "kar püskürtme makinesi"),
    ("ar", "غرقت سبع قرى في الليل.", "قرى"),
    ("zh", "两座铜矿暂停生产。", "铜矿"),
    ("zh", "井下640名矿工全部升井。", "矿工"),
]


@pytest.mark.parametrize(("language", "text", "thing"), THINGS)
def test_what_is_counted_is_a_noun(language: str, text: str, thing: str | None) -> None:
    assert numbers(text, language)[0].subject == thing


LABELS = [
    ("en", "The Regional Trial Court Branch 259 found them guilty."),
    ("de", "Eine Fokker 100 landete in Palermo."),
    ("ru", "Комбинат № 1, построенный давно."),
    ("fr", "Le présentateur de Stade 2 est parti."),
    ("en", "See view?index=0&size=1."),
]


@pytest.mark.parametrize(("language", "text"), LABELS)
def test_a_number_that_only_names_counts_nothing(language: str, text: str) -> None:
    assert not numbers(text, language)


def test_ages_ranges_and_spans_of_years() -> None:
    found = numbers("Ariel Leal, 22; Lance Garcia, 36; and 10 to 15 centimetres of snow", "en")
    assert [(one.kind, one.unit) for one in found] == [("age", None)] * 2 + [("measure", "centimetres")] * 2
    assert [one.kind for one in numbers("Агент с 23-летним стажем и 52-летний Кастро", "ru")] == ["measure", "age"]


def test_what_is_older_than_people_has_no_age() -> None:
    (one,) = numbers("The amber is forty million years old.", "en")
    assert (one.kind, one.unit) == ("measure", "years")


def test_trains_that_stop_and_books_that_are_saved_are_no_toll() -> None:
    assert numbers("Deux rames se sont arrêtées.", "fr")[0].kind == "count"
    assert numbers("Firemen rescued 48,500 volumes.", "en")[0].kind == "count"


def test_a_vote_is_told_from_a_vote_against() -> None:
    found = numbers("La loi est adoptée par 161 voix contre 14 et 11 abstentions.", "fr")
    assert [one.unit for one in found] == ["for", "against", "abstained"]


YEARS = [
    ("en", "1846 people came to the square", 1846.0),
    ("ar", "غادرت 2100 أسرة بيوتها", 2100.0),
    ("tr", "dört fabrikada 1850 işçi greve başladı", 1850.0),
    ("zh", "九个村庄的2100户居民", 2100.0),
]


@pytest.mark.parametrize(("language", "text", "value"), YEARS)
def test_a_count_that_looks_like_a_year_is_a_count(language: str, text: str, value: float) -> None:
    assert value in [one.value for one in numbers(text, language)]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "By ten to three a second line was dead."),
        ("ru", "Запись до девяти вечера."),
        ("en", "the 2015 incident"),
        ("en", "in 2016 people voted"),
        ("de", "seit 1990"),
        ("fr", "en 2003"),
    ],
)
def test_a_year_or_a_time_is_none(language: str, text: str) -> None:
    assert not numbers(text, language)


def test_a_row_of_digits_without_end_is_no_number() -> None:
    assert not numbers("9" * 400 + " people died", "en")


SCATTERED = [
    (
        "en",
        "Minus 5 degrees, someone paid US$ 3 million; two thirds, forty-two and 1,200 of 1,500 said one-off. FOUR men",
    ),
    ("de", "Einundzwanzig Menschen, einfach achtlos, minus drei Grad, 12.000 Euro, zwei Drittel, siebenhunderttausend"),
    ("tr", "yüzde 40, yüzde kırk iki, İKİ kişi, eksi 3 derece, üçte ikisi, 1980'e çıktı, on iki bin"),
    ("ar", "سالب 3 و ٤٢ شخصا وخمسة عشر، ثلاثة وَخمسة، 12 ألف دولار، ثلثي"),
    ("zh", "零下三度，二十三人受伤，三分之二，九成，1.5亿元，一万八千名，一般"),
    ("ru", "минус 5 градусов, двадцать три человека, 3,5 млн рублей, две трети"),
    ("xx", "$5 −3 %7 12x 3:15 2/3 e\u0301two a_3 .5 ٣"),
]


@pytest.mark.parametrize(("language", "text"), SCATTERED)
def test_looking_only_where_a_number_may_begin_finds_the_same(language: str, text: str) -> None:
    document = read(text * 2, language)
    marked = reader().vocabulary.rows(column_of(language), document.ids)[:, 0].tolist()
    edges = zip(document.starts.tolist(), document.ends.tolist(), strict=True)
    likely = [edge for edge, mark in zip(edges, marked, strict=True) if mark]
    assert numbers(text * 2, language, likely) == numbers(text * 2, language)
    assert len(likely) < len(marked)
