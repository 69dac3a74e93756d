"""Tells what a role is about (sport, politics, ...), so that a footballer and a minister of one name can be told apart. Only
words that leave no doubt count: presidents, directors and captains are found in every field."""

from __future__ import annotations

import re

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")

_WORDS = {
    "sport": r"""
        footballer striker midfielder defender goalkeeper winger quarterback batsman bowler cyclist swimmer sprinter
        boxer wrestler gymnast athlete golfer skier skater jockey (foot|basket|volley|hand|base)baller
        \w*fußballer(in)? \w*fußballspieler(in)? torhüter(in)? torwart \w*stürmer(in)? \w*trainer(in)? boxer(in)? \w*sportler(in)?
        weltmeister(in)? \w*schwimmer(in)? \w*läufer(in)?
        footballeu(r|se) attaquante? gardienn?e entraîneu(r|se) sélectionneu(r|se) nageu(r|se) boxeu(r|se) athlète
        skieu(r|se) futbolista delanter[oa] entrenador(a)? seleccionador(a)? boxeador(a)? tenista atleta ciclista
        nadador(a)? arquer[oa] футболист\w* боксер\w* боксёр\w* теннисист\w* спортсмен\w* хоккеист\w* вратар\w* тренер\w*
        нападающ\w* полузащитник\w* шахматист\w* futbolcu\w* kaleci\w* antrenör\w* boksör\w* sporcu\w* atlet\w* güreşçi\w*
        (ال)?لاعب(ة)? (ال)?مدرب(ة)? (ال)?عداء(ة)? (ال)?ملاكم(ة)?""",
    "politics": r"""
        minister chancellor senator congress(man|woman) lawmaker legislator parliamentarian mp mep mayor
        ambassador diplomat undersecretary prime-minister
        \w*minister(in)? \w*kanzler(in)? senator(in)? abgeordneter? \w*bürgermeister(in)? \w*botschafter(in)? \w*politiker(in)?
        ministerpräsident(in)? ministre première?-ministre chancelière chancelier sénateur sénatrice députée? maire
        ambassadeur ambassadrice ministr[oa] canciller senador(a)? diputad[oa] alcalde(sa)? embajador(a)?
        (вице-|премьер-|экс-)?министр\w* премьер\w* сенатор\w* депутат\w* мэр\w* губернатор\w* посол послом посла послу
        bakan\w* başbakan\w* cumhurbaşkanı\w* milletvekil\w* senatör\w* büyükelçi\w* vali(si)?
        (ال)?وزير(ة)? (ال)?سفير(ة)? (ال)?عمدة (ال)?مستشار(ة)?""",
    "arts": r"""
        singer actor actress novelist poet composer painter musician rapper pianist violinist filmmaker
        \w*schauspieler(in)? \w*sänger(in)? \w*komponist(in)? \w*musiker(in)? \w*schriftsteller(in)? chanteu(r|se) comédien(ne)?
        acteur actrice compositeur compositrice peintre musicien(ne)? cantante actriz actor compositor(a)? pintor(a)?
        певец певц\w+ певиц\w+ акт[её]р\w* актрис\w* композитор\w* şarkıcı\w* besteci\w* ressam\w*
        (ال)?فنان(ة)? (ال)?مطرب(ة)? (ال)?ممثل(ة)?""",
    "science": r"""
        physicist chemist biologist geologist astronomer epidemiologist virologist scientist sociologist professor
        \w*physiker(in)? \w*chemiker(in)? \w*biolog(e|in) \w*geolog(e|in) \w*professor(in)? \w*forscher(in)?
        \w*wissenschaftler(in)? physicien(ne)? biologiste géologue professeure? chercheu(r|se) físic[oa] químic[oa] biólog[oa]
        geólog[oa] científic[oa] catedrátic[oa] физик\w* биолог\w* геолог\w* профессор\w* profesör\w* doçent\w* jeolog\w*
        (ال)?أستاذ(ة)? (ال)?باحث(ة)?""",
    "faith": r"""
        pope archbishop bishop patriarch imam rabbi ayatollah papst \w*bischof pape archevêque évêque arzobispo obispo
        патриарх\w* митрополит\w* имам\w* (ال)?بابا (ال)?إمام""",
    "law": r"""
        judge magistrate prosecutor \w*richter(in)? \w*staatsanwalt \w*staatsanwältin juge procureure? juez(a)? fiscal судь\w+
        прокурор\w* hakim(i)? yargıç\w* savcı\w* (ال)?قاضي(ة)?""",
    "arms": r"""
        colonel lieutenant sergeant admiral brigadier marshal oberst admiral amiral coronel almirante полковник\w* адмирал\w*
        albay\w* amiral\w* (ال)?عقيد (ال)?لواء""",
}
_HAN = {
    "sport": ("教练", "队长", "门将", "运动员", "球员", "前锋", "后卫", "选手", "拳手"),
    "politics": tuple("总理 總理 首相 部长 部長 外长 外長 防长 省长 市长 市長 议员 議員 大使 国务卿".split()),  # noqa: SIM905
    "arts": ("演员", "歌手", "作曲家", "画家"),
    "science": ("教授", "科学家", "研究员", "地质学家", "生态学家", "动物学家"),
    "faith": ("主教", "教皇", "大主教"),
    "law": ("法官", "检察官"),
    "arms": ("上校", "将军", "上将"),
}
_FIELD = {field: re.compile("(?:" + "|".join(words.split()) + ")") for field, words in _WORDS.items()}
_KIN = re.compile(
    r"(?:wife|husband|son|daughter|brother|sister|mother|father|widow|widower|witwe|frau|sohn|tochter|bruder|schwester|veuve"
    r"|épouse|fils|fille|frère|viuda|esposa|hij[oa]|herman[oa]|вдов\w+|сын\w*|дочь|брат\w*|сестр\w+|eşi|oğlu|kızı|kardeşi)"
)


def fields_of(role: str) -> tuple[str, ...]:
    """What a role in any of the eight languages is about, sorted; empty where no word tells, or where the words are those
    of a relative."""
    words = _WORD.findall(role.lower())
    if any(_KIN.fullmatch(word) for word in words):
        return ()
    found = {field for field, pattern in _FIELD.items() for word in words if pattern.fullmatch(word)}
    found |= {field for field, ends in _HAN.items() if role.endswith(ends)}
    return tuple(sorted(found))
