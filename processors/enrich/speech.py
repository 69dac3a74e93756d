"""Words that tell who speaks, by language: verbs of saying, pronouns, words that end a name's phrase, source prepositions."""

from __future__ import annotations

import re
from dataclasses import dataclass

from processors.enrich.lexicon import any_word, word_set


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """What a language says about saying."""

    verbs: re.Pattern[str]
    """Matches a whole word in lower case that is a verb of saying."""
    pronouns: frozenset[str]
    stops: frozenset[str]
    """Words that cannot be part of the speaker's phrase and end it."""
    sources: frozenset[str]
    """`according to`, `laut`, `так`: the speaker follows."""
    openers: frozenset[str]
    """Words a clause opens with that are no part of its subject (but, on, later)."""


_EN_VERBS = """
said says say saying told tells tell telling asked asks added adds adding wrote writes writing tweeted tweets posted
stated states stating declared declares announced announces argued argues argue explained explains noted notes noting
replied replies responded responds insisted insists claimed claims claiming warned warns warning admitted admits
acknowledged acknowledges recalled recalls continued continues concluded concludes joked jokes quipped remarked
remarks observed observes suggested suggests urged urges demanded demands promised promises pledged vowed vows
predicted predicts shouted shouts yelled yells screamed cried whispered muttered murmured complained complains
commented comments confirmed confirms denied denies emphasized stressed stresses reiterated repeated asserted asserts
contended contends maintained countered counters boasted boasts mocked lamented laments conceded concedes reported
reports wondered wonders exclaimed proclaimed tells testified testifies called calls calling described describes
describing described dubbed labeled denounced blasted slammed criticized accused praised hailed thanked referred
quoted chanted read reads interjected chimed mused agreed agrees declined pointed expressed summed cautioned opined
retorted thundered advised answered answers begged bragged charged cracked elaborated fumed gushed hinted implored
intoned pleaded quoth reassured recounted reflected revealed ruled sneered snapped swore taunted teased termed
tweeting joking thought believes believe thinks feels
"""

_DE_VERBS = """
sag(t|te|ten|en|end) erklär(t|te|ten|en) mein(t|te|ten|en) betont(e|en)? schilder(t|te|ten|n) bekunde(t|te|ten|n)
beteuer(t|te|ten|n) beton(en|te) kritisier(t|te|ten|en) forder(t|te|ten|n) fügte antwort(et|ete|eten)
schr(eibt|ieb|ieben|eiben) teil(t|te|ten) berichte(t|te|ten|n) äußer(t|te|ten|n) kommentier(t|te|ten)
versicher(t|te|ten) warn(t|te|ten|en) bezeichne(t|te|ten|n) nann?t(e|en)? nenn(t|en) behaupte(t|te|ten|n)
bestätig(t|te|ten|en) erläuter(t|te|ten) ergänz(t|te|ten) verkünde(t|te|ten) kündig(t|te|ten) gab(en)? gibt rief(en)?
begründe(t|te|ten) räum(t|te|ten) sprach(en)? spricht stell(t|te|ten) unterstr(ich|eicht|ichen) zitier(t|te|ten)
lob(t|te|ten) dement(iert|ierte) fand(en)? findet beschr(ieb|eibt|ieben) hieß heißt laut(et|ete|eten)
vermut(et|ete|eten) verwies(en)? weist wies(en)? bemerk(t|te|ten) beklag(t|te|ten) bedauer(t|te|ten) resümier(t|te)
folger(t|te) hofft(e|en)? glaub(t|te|ten) äusser(t|te|ten) sicher(t|te|ten) formulier(t|te|ten) sah(en)? sieht
konstatier(t|te) urteil(t|te|ten) plädier(t|te) entgegne(t|te|ten) mahn(t|te|ten) prophezei(t|te) wirft warf(en)?
verurteil(t|te|ten) bekräftig(t|te|ten) appellier(t|te|ten) frag(t|te|ten) deutet(e)? gestand(en)? zeigte
"""

_RU_VERBS = """
сказал(а|и|о)? говор(ит|ят|ил|ила|или) заяв(ил|ила|или|ляет|ляют|лял) отме(тил|тила|тили|чает|чают|чал)
подчерк(нул|нула|нули|ивает|ивал) сообщ(ил|ила|или|ает|ают|ило) добав(ил|ила|или|ляет) пояс(нил|нила|нили|няет|няют)
объяс(нил|нила|нили|няет|няют|нял|няла) рассказ(ал|ала|али|ывает|ывают|ывал|ывала) счита(ет|ют|л|ла) уверен(а|ы)?
пиш(ет|ут) писал(а|и)? написал(а|и)? призна(л|ла|ли|ет|ется|лся|лась|ётся) утвержда(ет|ют|л|ла|ли) полага(ет|ют|л)
констатиру(ет|ют)|констатировал(а|и)? подтверд(ил|ила|или)|подтверждает ответил(а|и)?|отвечает
спросил(а|и)?|спрашивает вспомина(ет|ют|л|ла)|вспомнил(а)? продолж(ает|ил|ила) цитирует|цитируют процитировал
предупре(дил|дила|ждает) заверил(а|и)?|заверяет закл(ючил|ючила|ючает) указ(ал|ала|али|ывает|ывают) обещ(ает|ал|ала)
напомнил(а|и)?|напоминает воскликнул(а)?|восклицает крикнул(а|и)?|кричит|кричал(а|и)? прошептал(а)?
замет(ил|ила|или)|замечает дела(ет|ют) назвал(а|и)?|называет думает|думал(а)? прокомментировал(а|и)?|комментирует
резюмир(ует|овал|овала) разъяс(нил|нила|няет|няют) шутит|пошутил(а)? удивляется возмущается сетует отрезал парировал
недоумевает делится поделился рассуждает настаивает прогнозирует произнес(ла)?|произнёс кивнул(а)? высказал(ся|ась)?
выразил(а)? провозгласил просил(а)?|попросил(а)? уточн(ил|ила|или|яет) согласен|согласна гласит вздохнул(а)?
"""

_CS_VERBS = """
řekl(a|i|o|y)? řík(á|ají|al|ala|ali|ával) uved(l|la|li|lo) dod(al|ala|ali|ává|ávají|ával)
prohlás(il|ila|ili|ilo)|prohlašuje konstat(oval|ovala|ovali|uje) tvrd(í|il|ila|ili) vysvětl(il|ila|ili|uje|ují|oval)
popsal(a|i)?|popisuje zdůrazn(il|ila|ili|uje) sdělil(a|i)?|sděluje upozorn(il|ila|uje|ili) míní|mínil(a)?
soudí|soudil(a)? přizn(al|ala|ává|ali) uzav(řel|řela|írá) připom(něl|něla|íná|enul|enula) pov(ěděl|ěděla|ídal|ídá)
napsal(a|i)?|píše|psal(a)? komentoval(a|i)?|komentuje podotkl(a)? poznamenal(a|i)? odpověděl(a|i)?|odpovídá
vzkázal(a)?|vzkazuje pochvaloval(a)?|pochvaluje pochválil(a|i)? přiblížil(a)?|přibližuje
hodnotil(a)?|hodnotí|zhodnotil(a)? oznámil(a|i)?|oznamuje vzpomín(á|al|ala) dopln(il|ila|ili|uje)
potvrd(il|ila|ili)|potvrzuje namít(l|á|al|la) ujistil(a)?|ujišťuje varoval(a)?|varuje slíbil(a)?|slibuje
zeptal(a)?|ptá|ptal(a)? zvolal(a)?|volal(a)?|křičel(a)? pokračoval(a)?|pokračuje shrnul(a)? usoudil(a)? odhad(l|uje)
myslí|myslel(a)? líčil(a)?|líčí věří|věřil(a)? odmítl(a|i)?|odmítá naznačil(a)? řekne|říkával(a)? vyprávěl(a)?|vypráví
svěřil(a)?|svěřuje litoval(a)?|lituje těší|těšil(a)? zlobil(a)?|zlobí prozradil(a|i)?|prozrazuje zavzpomínal(a)?
radoval(a)?|raduje žertoval(a)? citoval(a|y|i)? oponoval(a)? smál(a)?
"""

_FR_VERBS = """
dit disent disait déclar(e|é|ée|ait|ent|aient) affirm(e|é|ait|ent|ant) expliqu(e|é|ait|ent) ajout(e|é|ait|ent)
indiqu(e|é|ait|ent) précis(e|é|ait|ent) soulign(e|é|ait|ent) estim(e|é|ait|ent) assur(e|é|ait|ent)
annonc(e|é|ait|ent)|annonçait écri(t|vait|vent) lanc(e|é)|lançait rappel(le|é|ait|lent) répond(u|ait|ent)?
confi(e|é|ait) racont(e|é|ait|ent) not(e|é|ait) reconn(aît|u|aissait) regrett(e|é|ait|ent) martel(é|ait)|martèle
insist(e|é|ait) conclu(t|ait)? poursui(t|vi|vait) prévien(t|nent)|prévenu tweet(e|é) demand(e|é|ait) dénonc(e|é|ent)
commenté|commente promi(s|t)|promet jug(e|é|ent|eait) avert(i|it) admis|admet témoign(e|é) résum(e|é) cri(e|é)
pens(e|ait|ent) confirm(e|é|ait) réagi(t)? plaid(e|é) clam(e|é) glisse tranche
"""

_ES_VERBS = """
di(jo|ce|jeron|cen|cho) declar(ó|a|aron|an|ado) afirm(ó|a|aron|an|ado) explic(ó|aron|ado)|explica(n)?
añad(ió|e|ieron|en|ido) señal(ó|a|aron|an|ado) asegur(ó|a|aron|an|ado) indic(ó|a|aron|an|ado) agreg(ó|a|aron|an|ado)
sostuvo|sostiene(n)? manifest(ó|aron|ado)|manifiesta(n)? expres(ó|a|aron|ado) coment(ó|a|aron|ado)
destac(ó|a|aron|ado) subray(ó|a|ado) apunt(ó|a|ado) advirt(ió|ieron)|advierte(n)? reconoc(ió|e|ieron)
respond(ió|e|ieron|ido) pregunt(ó|a|ado) concluy(ó|e) escrib(ió|e|ieron)|escrito record(ó|ado)|recuerda(n)?
insist(ió|e|ieron) precis(ó|a|aron|ado) anunci(ó|a|aron|ado) reiter(ó|a|aron|ado) lament(ó|a|aron|ado)
opin(ó|a|aron|an) cont(ó|ado)|cuenta(n)? admit(ió|e|ieron) aclar(ó|a|aron|ado) enfatiz(ó|a) puntualiz(ó|a) remarc(ó|a)
falou disse(ram)? diz(em)? afirm(ou|aram) declar(ou|aram) explic(ou|aram) acrescent(ou|a) contou respondeu perguntou
escreveu defende(u)? garant(iu|e) considera
"""

_TR_VERBS = """
dedi(ler|m|k)? diyor(lar|du|um)? diye(n|rek)? söyle(di|diler|yen|mişti|yor|dı) belirt(ti|tiler|en|ildi|iyor)
açıkla(dı|dılar|yan|ması|masında|mada) ifade kaydet(ti|tiler|en)? vurgula(dı|dılar|yan) konuş(tu|tular|an)
ekle(di|diler|yen) dile anlat(tı|tılar|an|ıyor) aktar(dı|dılar|an) yaz(dı|dılar|an) bildir(di|diler|en|ildi)
savun(du|dular|an) uyar(dı|dılar|an) sor(du|dular) yanıt(ladı|ı) cevap(ladı)? değerlendir(di|en) hatırlat(tı|an)
duyur(du|dular) kullandı kullandılar iddia
"""

_AR_VERBS = """
قال(ت|وا|ا)? يقول تقول يقولون أكد(ت|وا)? يؤكد أضاف(ت|وا)? يضيف أوضح(ت|وا)? أعلن(ت|وا)? صرح(ت|وا)? ذكر(ت|وا)?
أشار(ت|وا)? أفاد(ت|وا)? اعتبر(ت)? كتب(ت)? تابع(ت)? شدد(ت)? رأى رأت بين(ت)? لفت(ت)? حذر(ت)? نقل(ت)? وصف(ت)? تساءل(ت)?
رد(ت)? سأل(ت)? وقال(ت|وا)? وأكد(ت)? وأضاف(ت)? وأوضح(ت)? وأعلن(ت)? وصرح(ت)? وذكر(ت)? وأشار(ت)? وأفاد(ت)? واعتبر(ت)?
وكتب(ت)? وتابع(ت)? وشدد(ت)? ورأى ولفت(ت)? وحذر(ت)? ونقل(ت)? ووصف(ت)? مؤكدا مضيفا موضحا مشيرا قائل(ا|ة|ين)? قائلاً
معتبرا
"""

EN = Lexicon(
    verbs=any_word(_EN_VERBS),
    pronouns=word_set("he she they i we you it who everyone someone nobody"),
    stops=word_set(
        "that in on at to about after before when while during as with by for from if because and but or who whose which where how why "
        "what whether not his in, into over under like than then during per via today monday tuesday wednesday thursday friday saturday sunday "
        "last this earlier later recently again"
    ),
    sources=word_set("according per"),
    openers=word_set(
        "but and so yet on in at by as after before when while if then now later still also for with because although though however meanwhile "
        "once again that since during earlier instead even just only not to from of about over asked"
    ),
)
DE = Lexicon(
    verbs=any_word(_DE_VERBS),
    pronouns=word_set("er sie wir"),
    stops=word_set(
        "dass daß in im am an auf bei beim zu zum zur nach vor mit wegen über für gegen und oder aber weil wenn als ob wie wo sich es seine "
        "ihre seinen ihren dazu dabei daher damit deshalb heute gestern morgen nicht auch noch nun bereits jedoch gegenüber dem den im, "
        "weiter ferner hierzu unter anderem am während aus durch"
    ),
    sources=word_set("laut so zufolge nach gemäß"),
    openers=word_set(
        "in im am an auf bei beim zu zum zur nach vor mit wegen über für gegen und oder aber weil wenn als ob wie wo dass daß auch so dazu dabei "
        "daher damit deshalb heute gestern nun bereits zudem außerdem weiter ferner hierzu unter dennoch trotzdem gegenüber seit während durch "
        "weiterhin angesichts zunächst anschließend zudem gleichzeitig hingegen darin später zuvor dort hier da dann aus schließlich denn doch nachdem dafür darauf dagegen wörtlich"
    ),
)
RU = Lexicon(
    verbs=any_word(_RU_VERBS),
    pronouns=word_set("он она они я мы вы оно кто"),
    stops=word_set(
        "что в во на о об обо к ко с со по из от до при для за под над у и или а но как когда если чтобы где не ему ей им мне нам тогда потом "
        "затем вчера сегодня также уже ещё еще после перед журналистам корреспонденту"
    ),
    sources=word_set("словам мнению данным утверждению информации"),
    openers=word_set(
        "в во на о об к с по из от до при для за под над у и или а но как когда если чтобы так тогда потом затем вчера сегодня также кстати однако"
    ),
)
CS = Lexicon(
    verbs=any_word(_CS_VERBS),
    pronouns=word_set("on ona oni ony já my vy"),
    stops=word_set(
        "že v ve na o k ke s se si po z ze od do při pro za pod nad u i a nebo ale jak když kdyby aby kde ne mu jí jim po včera dnes také už "
        "ještě před po novinářům nám mi k na tím to svůj k při v s"
    ),
    sources=word_set("podle dle"),
    openers=word_set(
        "v ve na o k ke s se si po z ze od do při pro za pod nad u i a nebo ale jak když aby tak pak včera dnes také však potom jenže proto"
    ),
)
FR = Lexicon(
    verbs=any_word(_FR_VERBS),
    pronouns=word_set("il elle ils elles on je nous vous"),
    stops=word_set(
        "que qu à au aux dans sur en pour par avec sans sous après avant lors et ou mais si quand comme où ne pas plus lundi mardi mercredi jeudi vendredi samedi dimanche hier"
    ),
    sources=word_set("selon"),
    openers=word_set(
        "et mais à au aux dans sur en pour par avec sans sous après avant lors si quand comme puis ensuite alors"
    ),
)
ES = Lexicon(
    verbs=any_word(_ES_VERBS),
    pronouns=word_set("él ella ellos ellas yo nosotros usted ele ela eles elas"),
    stops=word_set(
        "que a al en sobre para por con sin tras antes después y o pero si cuando como donde no lunes martes miércoles jueves viernes sábado domingo ayer hoy em no na"
    ),
    sources=word_set("según segundo"),
    openers=word_set(
        "y pero a al en sobre para por con sin tras antes después si cuando como también además luego e mas em no na"
    ),
)
TR = Lexicon(
    verbs=any_word(_TR_VERBS),
    pronouns=word_set("o onlar ben biz siz"),
    stops=word_set("ve ama fakat ise için ile gibi kadar sonra önce da de ki"),
    sources=word_set("göre"),
    openers=word_set("ve ama fakat ancak ise ayrıca"),
)
AR = Lexicon(
    verbs=any_word(_AR_VERBS),
    pronouns=word_set("هو هي هم أنا نحن"),
    stops=word_set(
        "أن إن إنه إنها إنهم في على من إلى عن مع بعد قبل خلال عند لدى حول ضد أنه أنها بأن و أو ثم لكن إذا يوم اليوم"
    ),
    sources=word_set("وفقا بحسب حسب وبحسب"),
    openers=word_set("في على من إلى عن مع بعد قبل خلال و ثم لكن وفي كما"),
)

LEXICONS: dict[str, Lexicon] = {
    "en": EN, "pcm": EN, "de": DE, "ru": RU, "uk": RU, "be": RU, "cs": CS, "sk": CS, "fr": FR, "es": ES, "pt": ES, "gl": ES, "ca": ES,
    "it": ES, "tr": TR, "az": TR, "ar": AR,
}  # fmt: skip

PRO_DROP = frozenset({"cs", "sk", "es", "pt", "it", "tr", "ru", "pl", "ar"})
"""Languages that leave the subject out: a verb without one is no reason to look elsewhere."""

CHINESE_VERBS = re.compile(
    "(?:表示|指出|说|称|說|稱|强调|強調|认为|認為|介绍|介紹|告诉|告訴|写道|寫道|透露|宣布|宣佈|回应|回應|解释|解釋|呼吁|呼籲|坦言|补充|補充)"
)
