import pytest

from processors.enrich.document import language_of, languages_of

SENTENCES = [
    ("en", "The minister said on Thursday that the talks would go on in the capital next week."),
    ("de", "Der Minister sagte am Donnerstag, die Gespräche würden nächste Woche in der Hauptstadt fortgesetzt."),
    ("fr", "Le ministre a déclaré jeudi que les discussions se poursuivraient la semaine prochaine."),
    ("es", "El ministro dijo el jueves que las conversaciones seguirán la próxima semana en la capital."),
    ("ru", "Министр заявил в четверг, что переговоры продолжатся на следующей неделе."),
    ("tr", "Bakan perşembe günü görüşmelerin gelecek hafta başkentte süreceğini söyledi."),
    ("ar", "قال الوزير يوم الخميس إن المحادثات ستستمر الأسبوع المقبل في العاصمة."),
    ("zh-Hans", "部长周四表示，会谈将于下周在首都继续举行。"),
    ("zh-Hant", "部長週四表示，會談將於下週在首都繼續舉行，並說明雙方的立場。"),
    ("uk", "Міністр заявив у четвер, що переговори триватимуть наступного тижня."),
    ("pcm", "Di minister tell BBC say dem go continue di tok for di capital next week."),
]


@pytest.mark.parametrize(("tag", "text"), SENTENCES)
def test_a_sentence_is_told(tag: str, text: str) -> None:
    assert language_of(text).tag == tag


@pytest.mark.parametrize("text", ["", "   ", "12345 67", "!!! ??? ...", "\ud800", "\x00"])
def test_what_is_no_language_is_unknown(text: str) -> None:
    assert language_of(text).tag == "und"


def test_blocks_of_a_page_are_told_together_as_each_by_itself() -> None:
    blocks = [
        "Der Bürgermeister sprach am Abend über die neue Brücke.",
        "12:30",
        "",
        "Le maire a parlé du nouveau pont.",
    ]
    text = "\n\n".join(blocks)
    spans = [(text.index(block), text.index(block) + len(block)) for block in blocks]
    told = languages_of(text, spans)
    assert [guess.tag for guess in told] == ["de", "und", "und", "fr"]
    assert [guess.tag for guess in told] == [language_of(block).tag for block in blocks]
    assert languages_of(text, []) == []
