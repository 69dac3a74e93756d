"""Topics of short texts written for this test, nine for each topic that no labelled set has, in eight languages."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest

from processors.enrich import enrich_row
from processors.enrich.topics import LISTED, listed, told_by

TEXTS = {
    "03": [
        (
            "en",
            "Rescue teams searched the rubble of the hotel all night after the quake; at least nine guests were still trapped.",
        ),
        ("en", "The ferry capsized in the estuary and the coastguard pulled forty passengers from the water."),
        (
            "de",
            "Nach der Explosion in der Lagerhalle waren hundert Feuerwehrleute im Einsatz, zwei Menschen wurden verschüttet.",
        ),
        (
            "fr",
            "L’incendie a détruit trois immeubles ; les pompiers ont évacué les habitants et cherchent des survivants.",
        ),
        ("es", "El derrumbe de un puente dejó varios vehículos en el río y los bomberos rescataron a once personas."),
        ("ru", "При крушении поезда пострадали двадцать пассажиров, спасатели всю ночь разбирали завалы."),
        (
            "tr",
            "Depremde yıkılan binanın enkazından iki kişi sağ kurtarıldı, arama kurtarma ekipleri çalışmayı sürdürüyor.",
        ),
        ("ar", "تواصل فرق الإنقاذ البحث عن ناجين تحت أنقاض المبنى الذي انهار بعد الزلزال."),
        ("zh", "矿井发生爆炸，救援人员连夜搜救，仍有六名矿工被困井下。"),
    ],
    "06": [
        (
            "en",
            "Conservationists say the wetland has lost half of its breeding birds since the dam changed the habitat.",
        ),
        ("en", "The city will plant ten thousand trees and ban single-use plastic to cut pollution and emissions."),
        ("de", "Der Naturschutzbund warnt: In den Wäldern des Landes verschwinden immer mehr Arten, auch der Luchs."),
        ("fr", "Les écologistes dénoncent la pollution de la rivière, où plusieurs espèces de poissons ont disparu."),
        (
            "es",
            "La deforestación avanza y los biólogos temen por la biodiversidad del bosque y sus especies amenazadas.",
        ),
        ("ru", "Экологи предупреждают о загрязнении реки: в заповеднике исчезают редкие виды птиц."),
        ("tr", "Sulak alandaki kuş türleri azalıyor; çevreciler kirliliğin ekosistemi yok ettiğini söylüyor."),
        ("ar", "حذر خبراء البيئة من أن التلوث يهدد الطيور والأسماك في المحمية الطبيعية."),
        ("zh", "湿地生态逐步恢复，越冬候鸟数量创新高，保护区正在治理水污染。"),
    ],
    "08": [
        ("en", "Twins separated at birth were reunited at their grandmother's hundredth birthday party."),
        ("en", "A stray dog that waited at the station every evening has found a family at last, and a birthday cake."),
        (
            "de",
            "Zu ihrem hundertsten Geburtstag bekam die Großmutter ein Ständchen, und sogar ihr Hund trug eine Schleife.",
        ),
        (
            "fr",
            "Pour ses noces de platine, le couple centenaire a retrouvé les voisins de son enfance et leur vieux chien.",
        ),
        ("es", "El perro regresó a casa tres años después y la abuela celebró su cumpleaños con todo el vecindario."),
        ("ru", "Бабушка отметила столетний юбилей, а пропавшая кошка вернулась к хозяйке как раз к свадьбе внука."),
        ("tr", "Yüz yaşına giren nine doğum gününü köpeği ve torununun düğünüyle birlikte kutladı."),
        ("ar", "احتفلت الجدة بعيد ميلادها المئة مع حفيدتها التوأم وكلبها الذي عاد بعد غياب."),
        ("zh", "百岁奶奶过生日，走失的小狗突然回家，全家团聚拍照。"),
    ],
    "09": [
        (
            "en",
            "Bus drivers will walk out on Friday after talks between the union and their employer over pay broke down.",
        ),
        ("en", "The plant is to cut three hundred jobs; workers fear that redundancies will not stop there."),
        ("de", "Die Gewerkschaft ruft zum Warnstreik auf und verlangt sechs Prozent mehr Lohn für die Beschäftigten."),
        ("fr", "Les salariés de l’usine sont en grève depuis lundi ; le syndicat réclame une hausse des salaires."),
        ("es", "Los trabajadores del puerto irán a la huelga contra los despidos que anunció la patronal."),
        ("ru", "Профсоюз объявил забастовку: рабочие требуют выплатить зарплату за три месяца."),
        ("tr", "Sendika, ücret zammı için fabrikada grev kararı aldı; işçiler pazartesi iş bırakacak."),
        ("ar", "أعلنت نقابة العمال إضرابا مفتوحا احتجاجا على تأخر الرواتب وتسريح الموظفين."),
        ("zh", "工会要求上调工资，工人从周一起罢工，公司称不会裁员。"),
    ],
    "14": [
        ("en", "Volunteers run a shelter for homeless families while the council looks for housing for the migrants."),
        (
            "en",
            "The census shows an ageing population; women and minorities still face discrimination, a charity says.",
        ),
        ("de", "Ehrenamtliche helfen Flüchtlingen bei der Integration, doch vielen Familien fehlt eine Wohnung."),
        (
            "fr",
            "Les associations dénoncent la pauvreté des familles de réfugiés et le manque de logements dans le quartier.",
        ),
        (
            "es",
            "La comunidad migrante pide igualdad de derechos y vivienda; las voluntarias reparten ayuda a las familias.",
        ),
        ("ru", "Волонтёры помогают беженцам и бездомным: по переписи, бедность в районе выросла."),
        ("tr", "Gönüllüler mülteci ailelere konut buluyor; kadın dernekleri eşitlik ve haklar istiyor."),
        ("ar", "يساعد متطوعون اللاجئين والأسر الفقيرة، وتطالب جمعية نسائية بالمساواة وحقوق الأقليات."),
        ("zh", "志愿者为流浪人员和移民家庭提供住房帮助，妇女权利组织呼吁消除歧视。"),
    ],
    "16": [
        ("en", "Rebels shelled the besieged town for a third day and the army sent more troops to the front."),
        ("en", "A ceasefire brokered overnight collapsed when drones struck a barracks and soldiers returned fire."),
        ("de", "Trotz der Waffenruhe meldeten beide Seiten Artilleriebeschuss; mehrere Soldaten wurden getötet."),
        ("fr", "L’armée a repris la ville aux rebelles après des semaines de combats et de bombardements."),
        ("es", "Las tropas cercaron la ciudad y los rebeldes rechazaron la tregua pese a los bombardeos."),
        ("ru", "Военные сообщили об обстреле позиций: боевики отступили, но перемирие сорвано."),
        ("tr", "Ordu birlikleri kuşatmayı yardı; isyancılar ateşkesi reddedip roketlerle karşılık verdi."),
        ("ar", "قصف الجيش مواقع المتمردين رغم الهدنة، وسقط جنود في معارك على الجبهة."),
        ("zh", "停火协议破裂，政府军炮击叛军阵地，前线士兵伤亡惨重。"),
    ],
    "17": [
        (
            "en",
            "Forecasters expect heavy snow and gusts of up to ninety kilometres an hour; temperatures will drop below freezing.",
        ),
        (
            "en",
            "After a month without rain the heatwave broke, and a thunderstorm brought forty millimetres in an hour.",
        ),
        ("de", "Der Wetterdienst erwartet Sturmböen, Regen und am Wochenende den ersten Schnee bei zwei Grad."),
        ("fr", "Météo : des pluies orageuses et un vent fort sont attendus, les températures chuteront de dix degrés."),
        ("es", "El pronóstico anuncia lluvias, viento fuerte y temperaturas de tres grados bajo cero con nevadas."),
        ("ru", "Синоптики обещают снегопад, сильный ветер и мороз до двадцати градусов."),
        ("tr", "Meteoroloji kar ve fırtına uyarısı yaptı; sıcaklık sıfırın altına inecek, sağanak bekleniyor."),
        ("ar", "تتوقع الأرصاد أمطارا غزيرة ورياحا قوية وانخفاضا في درجات الحرارة مع تساقط الثلوج."),
        ("zh", "气象台发布寒潮预警，预计气温骤降，局地有暴雪和七级大风。"),
    ],
}
ROWS = [(code, language, text) for code, rows in TEXTS.items() for language, text in rows]


@pytest.fixture(scope="module")
def told() -> list[tuple[str, str, str, float]]:
    """Right code, language, code told first, its confidence."""
    found = []
    for code, language, text in ROWS:
        first = enrich_row({"text": text, "language": language})["topics"][0]
        found.append((code, language, first["code"], first["confidence"]))
    return found


def test_topics_without_labelled_texts_are_told(told: list[tuple[str, str, str, float]]) -> None:
    right = Counter(code for code, _, first, _ in told if code == first)
    assert len(told) == 63
    assert sum(right.values()) >= 0.85 * len(told)
    assert all(right[code] >= 6 for code in TEXTS)


def test_every_language_has_its_words(told: list[tuple[str, str, str, float]]) -> None:
    by_language = defaultdict(list)
    for code, language, first, _ in told:
        by_language[language].append(code == first)
    assert all(sum(those) / len(those) >= 0.7 for those in by_language.values())


def test_a_topic_that_is_shown_is_right(told: list[tuple[str, str, str, float]]) -> None:
    shown = [code == first for code, _, first, sure in told if sure >= 0.35]
    assert len(shown) >= 25
    assert sum(shown) >= 0.9 * len(shown)


def test_the_lists_know_topics_and_languages_only() -> None:
    lines = [line for line in LISTED.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    assert {line.split("\t")[0] for line in lines} == {f"{n:02}" for n in range(1, 18)}
    assert all(len(line.split("\t")) == 3 for line in lines)
    assert all(row.sum() == pytest.approx(1.0) for words in (listed().whole, listed().begun) for row in words.values())


@pytest.mark.parametrize(
    ("word", "known"),
    [
        ("Firefighters", True),
        ("war", True),
        ("warm", False),
        ("землетрясения", True),
        ("والزلزال", True),
        ("地震", True),
        ("the", False),
    ],
)
def test_a_listed_word_is_known_with_its_endings(word: str, known: bool) -> None:
    assert (told_by(word) is not None) is known
