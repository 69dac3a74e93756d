"""Words for what people are (offices, professions, kin), by language, and the words that belong to such a phrase."""

from __future__ import annotations

import re
from dataclasses import dataclass

from processors.enrich.lexicon import any_word, word_set


@dataclass(frozen=True, slots=True, kw_only=True)
class Offices:
    """How a language says what someone is."""

    heads: re.Pattern[str]
    """Matches a whole lower-case word that says what someone is."""
    qualities: re.Pattern[str]
    """Matches lower-case words that stand before a head and belong to it (`foreign`, `former`)."""
    links: frozenset[str]
    """Words that tie what follows to a head: `of`, `des`."""
    articles: frozenset[str]
    clauses: frozenset[str] = frozenset()
    """Words that open a clause about the person: who, whose."""
    after_article: bool = False
    """Qualities in lower case count only behind an article."""
    trailing: re.Pattern[str] | None = None
    """Adjectives that follow a head (French `le président russe`)."""
    compound: re.Pattern[str] | None = None
    """The ending of a head that needs the word before it (Turkish `uzmanı`)."""
    possessive: frozenset[str] = frozenset()
    """What makes the word before it an owner: Russia ' s foreign minister."""


_EN = Offices(
    heads=any_word(
        """minister president chancellor premier king queen prince princess pope cardinal archbishop bishop patriarch imam
        rabbi ayatollah sultan emir emperor secretary-general secretary undersecretary ambassador envoy diplomat consul
        commissioner spokes(man|woman|person) leader chief head chair chair(man|woman|person) director manager executive ceo
        founder co-founder owner publisher editor mayor governor senator congress(man|woman) lawmaker deputy legislator
        parliamentarian mp mep representative councillor candidate general colonel major captain lieutenant sergeant admiral
        commander brigadier marshal officer soldier pilot judge justice magistrate prosecutor attorney lawyer barrister
        solicitor professor lecturer researcher scientist physicist chemist biologist geologist astronomer historian
        sociologist economist analyst expert engineer architect doctor physician surgeon nurse epidemiologist virologist
        psychologist psychiatrist teacher headteacher principal student pupil author writer novelist poet journalist reporter
        correspondent columnist blogger singer composer conductor actor actress director producer artist painter player
        striker midfielder defender goalkeeper coach trainer bowler batsman cyclist swimmer runner footballer winger
        quarterback boxer wrestler gymnast athlete sprinter golfer skier skater rower skipper harbour-master
        harbourmaster farmer fisherman trader merchant banker investor broker driver courier rider miner worker activist
        campaigner organiser organizer coordinator inspector detective investigator sheriff constable policeman policewoman
        witness resident official administrator treasurer registrar adviser advisor aide strategist negotiator mediator
        lobbyist founder partner widow widower wife husband son daughter brother sister mother father"""
    ),
    qualities=any_word(
        """former ex deputy vice prime acting interim first second senior junior chief foreign interior defence defense
        finance health education justice trade energy transport agriculture environment economy home national federal state
        local regional provincial chief lead leading top special presidential parliamentary opposition ruling party union
        press police army navy air force military security human rights world then retired veteran assistant associate
        executive managing general attorney solicitor secretary marine delivery cocoa sheep dike city county harbour night
        doctoral student project rescue fishing strike cooperative prime-ministerial democratic republican conservative
        liberal labour socialist green communist independent board committee company club team bank fund school university
        research chief-of-staff co [a-z]+-born \\d+-year-old"""
    ),
    links=word_set("of for the at in and de"),
    articles=word_set("the a an his her their its"),
    clauses=word_set("who whose whom that which responsible leading and"),
    possessive=word_set("’ '"),
)

_DE = Offices(
    heads=any_word(
        r"""\w*minister(in)? \w*präsident(in)? \w*kanzler(in)? könig(in)? prinz(essin)? papst kardinal \w*bischof \w*sekretär(in)?
        \w*botschafter(in)? \w*gesandter? \w*beauftragter? \w*sprecher(in)? \w*chef(in)? \w*leiter(in)? \w*vorsitzender?n?
        \w*vorstand \w*direktor(in)? geschäftsführer(in)? \w*gründer(in)? inhaber(in)? \w*bürgermeister(in)? \w*gouverneur(in)?
        senator(in)? abgeordneter? \w*politiker(in)? \w*kandidat(in)? general oberst major hauptmann admiral kommandeur
        \w*richter(in)? \w*anwalt \w*anwältin professor(in)? \w*forscher(in)? \w*wissenschaftler(in)? \w*loge \w*login
        \w*physiker(in)? \w*chemiker(in)? historiker(in)? ökonom(in)? \w*experte \w*expertin \w*ingenieur(in)? architekt(in)?
        \w*arzt \w*ärztin \w*lehrer(in)? \w*student(in)? \w*schüler(in)? autor(in)? \w*schriftsteller(in)? journalist(in)?
        sänger(in)? komponist(in)? dirigent(in)? schauspieler(in)? regisseur(in)? künstler(in)? \w*spieler(in)? torhüter(in)?
        \w*stürmer(in)? \w*trainer(in)? kapitän(in)? \w*fußballer(in)? boxer(in)? \w*sportler(in)? \w*schwimmer(in)?
        \w*läufer(in)? landwirt(in)? bauer fischer \w*fahrer(in)? \w*meister(in)? wirt(in)?
        \w*macher(in)? aktivist(in)? \w*berater(in)? generalsekretär(in)? witwe frau sohn tochter bruder enkelin enkel
        premier"""
    ),
    qualities=any_word(r"""\w+(er|e|en|es) """),
    links=word_set("des der von für vom und im in am"),
    articles=word_set(
        "der die das den dem des ein eine einer eines einem einen sein seine seinem seiner ihr ihre ihrem ihrer"
    ),
    clauses=word_set("dessen deren wo"),
    after_article=True,
)

_FR = Offices(
    heads=any_word(
        r"""ministre première?-ministre président(e)? chancelier chancelière premier roi reine prince princesse pape cardinal
        archevêque évêque secrétaire ambassadeur ambassadrice émissaire envoyée? porte-parole chef(fe)? dirigeante?
        patronn?e? pdg directeur directrice fondateur fondatrice propriétaire maire gouverneur préfète? sénateur sénatrice
        députée? candidate? élue? conseill(er|ère) général colonel major capitaine amiral commandante? juge procureure?
        avocate? professeure? chercheur chercheuse physicien(ne)? biologiste géologue historien(ne)? sociologue économiste
        analyste experte? ingénieure? architecte médecin docteure? infirmier infirmière infectiologue épidémiologiste
        institut(eur|rice) enseignante? étudiante? élève auteure? écrivaine? journaliste chant(eur|euse) compositeur
        compositrice act(eur|rice) comédien(ne)? réalisat(eur|rice) metteuse? metteur artiste peintre joueu(r|se) gardien(ne)?
        attaquante? entraîneu(r|se) sélectionneur nageu(r|se) footballeu(r|se) boxeu(r|se) athlète
        skieu(r|se) agriculteur agricultrice pêcheur maraîcher conduct(eur|rice)
        ouvri(er|ère) militante? habitante? locataire responsable délégué(e)? coordinat(eur|rice) veuve épouse fils fille"""
    ),
    qualities=any_word(
        r"""ancien(ne)? ex vice actuel(le)? nouveau nouvelle jeune premier première haut haute grand grande"""
    ),
    links=word_set("de du des d l la le les à en et aux pour sur ’ '"),
    articles=word_set("le la les l un une son sa"),
    clauses=word_set("qui dont que où"),
    trailing=any_word(
        r"""\w+(ais|aise|ois|oise|ien|ienne|ain|aine|and|ande|gnole?|ique) russe turc turque grec grecque suisse belge serbe
        croate bulgare slovaque slovène tchèque arabe polonaise? adjointe? général générale délégué déléguée sortante? élue?"""
    ),
)

_ES = Offices(
    heads=any_word(
        r"""ministr[oa] president[ea] canciller premier rey reina príncipe princesa papa cardenal arzobispo obispo secretari[oa]
        embajador(a)? enviad[oa] portavoz vocer[oa] jef[ea] líder dirigente director(a)? gerente fundador(a)? dueñ[oa]
        propietari[oa] alcalde(sa)? gobernador(a)? senador(a)? diputad[oa] legislador(a)? candidat[oa] concejal(a)? general
        coronel mayor capitán(a)? almirante comandante comisari[oa] juez(a)? fiscal abogad[oa] profesor(a)? catedrátic[oa]
        investigador(a)? científic[oa] físic[oa] químic[oa] biólog[oa] geólog[oa] historiador(a)? sociólog[oa] economista
        analista expert[oa] ingenier[oa] arquitect[oa] médic[oa] doctor(a)? enfermer[oa] epidemiólog[oa] meteorólog[oa]
        maestr[oa] estudiante alumn[oa] autor(a)? escritor(a)? periodista cantante compositor(a)? actor actriz cineasta
        artista pintor(a)? jugador(a)? porter[oa] delanter[oa]
        futbolista boxeador(a)? tenista atleta ciclista nadador(a)? entrenador(a)? seleccionador(a)? corredor(a)? agricultor(a)?
        productor(a)? pescador(a)? conductor(a)? taxista obrer[oa] activista vecin[oa] responsable delegad[oa] coordinador(a)?
        capataz panader[oa] viuda esposa hij[oa] herman[oa]"""
    ),
    qualities=any_word("ex exministro expresidente antiguo antigua nuevo nueva actual primer primera joven"),
    links=word_set("de del la las los el y en para e al"),
    articles=word_set("el la los las un una su"),
    clauses=word_set("que quien cuyo cuya"),
    trailing=any_word(
        r"""\w+(ano|ana|eno|ena|és|esa|ense|eño|eña|ino|ina|aní|aquí|elí) rus[oa] turc[oa] siri[oa] grieg[oa] suiz[oa]
        belga serbi[oa] croata búlgar[oa] húngar[oa] chec[oa] suec[oa] polac[oa] norueg[oa] alemán alemana
        adjunt[oa] general interin[oa] elect[oa]"""
    ),
)

_RU = Offices(
    heads=any_word(
        r"""(вице-|премьер-|экс-)?министр\w{0,3} (вице-|экс-)?президент\w{0,3} (вице-)?премьер(-министр)?\w{0,3}
        канцлер\w{0,3} корол\w{1,3} принц\w{0,3} папа патриарх\w{0,2} митрополит\w{0,2} генсек\w{0,2} секретар\w{1,3}
        посол послом посла послу посланник\w{0,2} спецпредставител\w{1,3} представител\w{1,4} пресс-секретар\w{1,3}
        глав[аыуе] главой руководител\w{1,4} председател\w{1,3} лидер\w{0,2} начальник\w{0,2} директор\w{0,2}
        гендиректор\w{0,2} основател\w{1,3} владел\w{2,4} мэр\w{0,2} губернатор\w{0,2} сенатор\w{0,2} депутат\w{0,2}
        кандидат\w{0,2} генерал\w{0,2} полковник\w{0,2} майор\w{0,2} капитан\w{0,2} адмирал\w{0,2} командующ\w{2,3}
        командир\w{0,2} судь\w{1,2} прокурор\w{0,2} генпрокурор\w{0,2} адвокат\w{0,2} профессор\w{0,2}
        исследовател\w{1,4} учен\w{2,3} физик\w{0,2} биолог\w{0,2} историк\w{0,2} социолог\w{0,2} экономист\w{0,2}
        аналитик\w{0,2} эксперт\w{0,2} инженер\w{0,2} архитектор\w{0,2} врач\w{0,2} медсестр\w{1,2}
        эпидемиолог\w{0,2} учител\w{1,4} студент\w{0,4} автор\w{0,2} писател\w{1,4} журналист\w{0,4} пев\w{2,4}
        композитор\w{0,2} дириж\w{2,4} акт[её]р\w{0,2} актрис\w{1,2} режисс[её]р\w{0,2} художник\w{0,2} игрок\w{0,2}
        вратар\w{1,3} тренер\w{0,2} футболист\w{0,4} хоккеист\w{0,4} бокс[её]р\w{0,2} теннисист\w{0,4}
        спортсмен\w{0,4} нападающ\w{2,3} полузащитник\w{0,2}
        шахматист\w{0,4} водител\w{1,3} рыбак\w{0,2} проходчик\w{0,2} машинист\w{0,2}
        оператор\w{0,2} мастер\w{0,2} фельдшер\w{0,2} генетик\w{0,2} ихтиолог\w{0,2} бухгалтер\w{0,2} заведующ\w{2,3}
        заместител\w{1,3} замглавы замминистра чиновник\w{0,2} активист\w{0,4} советник\w{0,2} помощник\w{0,2}
        спикер\w{0,2} юрист\w{0,2} аналитик\w{0,2} пассажирк\w{1,2} житель\w{0,3} вдов\w{1,2} сын\w{0,3} дочь"""
    ),
    qualities=any_word(r"""\w+(ый|ий|ой|ая|яя|ого|его|ому|ему|ым|им|ую|юю) экс бывш\w+ первый перв\w+ главн\w+"""),
    links=word_set("по в и на при"),
    articles=frozenset(),
    clauses=word_set("который которая которого которой и"),
)

_TR = Offices(
    heads=any_word(
        r"""bakan(ı|lı)? başbakan(ı)? cumhurbaşkanı başkan(ı)? lider(i)? kral(ı)? kraliçe(si)? prens(i)? papa sekreter(i)?
        büyükelçi(si)? elçi(si)? temsilci(si)? sözcü(sü)? müdür(ü)? yönetmen(i)? kurucu(su)? sahibi patron(u)? vali(si)?
        senatör(ü)? milletvekili vekil(i)? aday(ı)? general(i)? albay(ı)? binbaşı kaptan(ı)? amiral(i)? komutan(ı)? hakim(i)?
        yargıç savcı(sı)? avukat(ı)? profesör(ü)? doçent araştırmacı(sı)? uzman(ı)? ekonomist(i)? analist(i)? mühendis(i)?
        mimar(ı)? doktor(u)? hekim(i)? hemşire(si)? öğretmen(i)? öğrenci(si)? yazar(ı)? gazeteci(si)? şarkıcı besteci oyuncu(su)?
        sanatçı ressam antrenör(ü)? kaleci(si)?
        futbolcu(su)? boksör(ü)? sporcu(su)? atlet(i)? güreşçi(si)?
        çiftçi balıkçı şoför(ü)? işçi(si)? usta(sı)? esnaf şef(i)? danışman(ı)?
        plancı(sı)? jeolog botanikçi saatçi boyacı dokumacı kürekçi kitapçı nakliyeci amir(i)? muhtar(ı)?"""
    ),
    qualities=any_word(
        """eski yeni genel dışişleri içişleri savunma maliye sağlık eğitim adalet ticaret enerji ulaştırma tarım belediye
        parti büyükşehir liman şube sendika meclis başkan yardımcısı halk şehir inşaat ziraat takım kazı ekip komisyon özel
        devlet millî milli"""
    ),
    links=word_set("ve"),
    articles=frozenset(),
    compound=re.compile("(?<![cç])[ıiuü]$"),
)

_AR = Offices(
    heads=any_word(
        r"""(ال)?وزير(ة)? (ال)?رئيس(ة)? (ال)?مستشار(ة)? (ال)?ملك(ة)? (ال)?أمير(ة)? (ال)?بابا (ال)?أمين (ال)?سفير(ة)?
        (ال)?مبعوث(ة)? (ال)?متحدث(ة)? (ال)?ناطق(ة)? (ال)?زعيم(ة)? (ال)?قائد(ة)? (ال)?مدير(ة)? (ال)?مؤسس(ة)? (ال)?عمدة
        (ال)?محافظ(ة)? (ال)?نائب(ة)? (ال)?مرشح(ة)? (ال)?جنرال (ال)?لواء (ال)?عقيد (ال)?قاضي(ة)? (ال)?محامي(ة)?
        (ال)?أستاذ(ة)? (ال)?باحث(ة)? (ال)?عالم(ة)? (ال)?خبير(ة)? (ال)?محلل(ة)? (ال)?مهندس(ة)? (ال)?طبيب(ة)?
        (ال)?ممرض(ة)? (ال)?معلم(ة)? (ال)?مدرس(ة)? (ال)?كاتب(ة)? (ال)?صحفي(ة)? (ال)?فنان(ة)? (ال)?لاعب(ة)?
        (ال)?مدرب(ة)? (ال)?عداء(ة)? (ال)?ملاكم(ة)? (ال)?سائق(ة)? (ال)?مفتش(ة)? (ال)?ممثل(ة)? (ال)?مسؤول(ة)? (ال)?عضو(ة)?
        (ال)?مفوض(ة)? (ال)?حاكم(ة)? (ال)?شيخ(ة)? (ال)?إمام"""
    ),
    qualities=any_word("نائب مساعد"),
    links=word_set("في"),
    articles=frozenset(),
)

LANGUAGES = {"en": _EN, "de": _DE, "fr": _FR, "es": _ES, "ru": _RU, "uk": _RU, "tr": _TR, "ar": _AR}

HAN_HEADS = word_set(
    """总统 總統 主席 总理 總理 首相 部长 部長 外长 外長 防长 国防部长 总书记 書記 书记 省长 市长 市長 州长 议员
        議員 大使 特使 发言人 發言人 国王 国务卿 秘书长 教授 博士 医生 醫生 院长 校长 馆长 局长 处长 主任 经理
        总经理 董事长 总裁 首席执行官 创始人 律师 法官 检察官 工程师 专家 学者 研究员 科学家 经济学家 分析师 记者
        作家 导演 演员 歌手 教练 队长 门将 运动员 球员
        前锋 后卫 拳手 老师 教师 学生 司机 农民 渔民 将军 上校 船长 代表 负责人 动物学家
        地质学家 生态学家 规划师 摊主 志愿者 批发商 骑手 列车长 官员"""
)
"""What people are in Chinese: the end of the phrase before a name."""
