"""Words of grammar, that tell nothing of what a sentence is about, in the languages that stories are compared in."""

from __future__ import annotations

from collections.abc import Mapping

_EN = """
about after again all also always am an and another any anyone anything are around as at away back be because
been before being both but by came can cannot come could did do does doing don done down each even ever every
everyone everything few first for from get getting go goes going gone got had has have having he her here him
his how however if in into is it its just keep kept know knew let like little look made make many may maybe me
might more most much must my need never new no not nothing now of off on once one only or other our out over
own people put really said same saw say see seem she should since so some something still such take tell than
that the their them then there these they thing things think this those thought through time to told too took
under up upon us use used very want wanted was way we well went were what when where whether which while who
why will with without would year years yes yet you your
"""
_DE = """
aber alle allem allen alles als also am an ander andere anderen auch auf aus bei beim bin bis bist da dabei
dadurch dafür damit dann das dass dem den denn der des dessen die dies diese diesem diesen dieser dieses doch
dort durch ein eine einem einen einer eines einfach einmal er erst es etwas für gab geht gegen gehen gemacht
gibt haben habe hat hatte hatten hier ich ihm ihn ihnen ihr ihre im immer in ins ist ja jede jeder jetzt kann
kein keine können konnte machen man mehr mein mich mir mit müssen muss nach nicht nichts noch nun nur ob oder
ohne schon sehr sei sein seine seinen sich sie sind so soll sollte über um und uns unser unter viel vom von
vor war waren was weil weiter wenn wer werden wie wieder wir wird wo wollen worden wurde würde zu zum zur
zwischen
"""
_FR = """
ai ainsi alors après aucun aussi autre autres avait avant avec avoir beaucoup bien ce cela celle celui ces cet
cette ceux chaque chez comme comment contre dans de depuis des deux devant dire dit doit donc du elle elles
encore entre est et était étaient été être eu eux faire fait faut il ils jamais je jusqu la là le les leur
leurs lui ma mais me même mes moins mon ne non nos notre nous on ont ou où par parce pas pendant peu peut plus
pour pourquoi qu quand que quel quelle qui quoi rien sa sans se sera ses si son sont sous sur ta te tous tout
toute toutes très trop tu un une va vers vont vos votre vous y selon déjà lors malgré puis ensuite
notamment ailleurs afin cependant toutefois jusque dès
"""
_ES = """
a ahora al algo alguien alguna algunas algún alguno algunos allí ante antes aquí así aún aunque bien cada casi
como cómo con contra cosa cosas cual cuando cuándo de del desde después donde dónde dos durante e el él ella
ellas ellos en entonces entre era eran eres es esa ese eso esos esta está están estar estas este esto estos
fue fueron gente ha había hace hacer hacia han hasta hay he hemos la las le les lo los más me mi mí mis mismo
mucho muchos muy nada ni no nos nosotros nuestra nuestro nunca o otra otro otros para pero poco por porque
puede pueden pues que qué quien quién se sea ser si sí sido siempre sin sobre solo sólo son soy su sus también
tan tanto te tener tengo tiene tienen todo toda todos todas tu un una uno unos usted va vamos van ver vez y ya
yo
"""
_RU = """
а без более бы был была были было быть в вам вас весь во вот все всего всех всё вы где да даже для до его ее
её если есть еще ещё же за здесь и из или им их к как какой когда кто ли либо мне много может можно мой мы на
над надо нам нас наш не него нее неё нет ни них но ну о об один он она они оно от очень по под пока после
потом потому при про раз с сам самый свой своего своих себе себя сейчас со так такой там тебя тем теперь то
тогда того тоже только том тот три тут ты у уже хотя чего чем через что чтобы эта эти это этого этой этом этот
я
"""
_TR = """
ama ancak artık az bana bazı belki ben benim bile bir biraz biri birkaç biz bize bizim bu buna bunu bunun
burada çok çünkü da daha de değil diye en fakat falan gibi göre hala hangi hani hem hep hepsi her herkes hiç
için içinde ile ise işte kadar kendi kez ki kim kimse mi mı mu mü nasıl ne neden nerede niye o ona onlar onu
onun orada öyle oysa oldu olarak olan olduğu olsa olur sadece sana sen siz sonra şey şimdi şöyle şu tüm üzere
var ve veya ya yani yok zaten
"""
_AR = """
أو أي أيضا أن أنا أنت أنه أنها إذا إلا إلى إن إنه إنها الآن التي الذي الذين اليوم أمام بأن بعد بعض به بها بين
تكون تم ثم جدا جميع حتى حول خلال ذلك سوف شيء ضد عام عدم على عليه عليها عن عند عندما غير فقد فقط في فيه فيها
قال قالت قبل قد كان كانت كل كما كنا كنت لا لأن لدى لقد لكن لكل لم لن له لها ليس ليست ما ماذا مثل مع من منذ منه
منها نحن نحو هذا هذه هل هم هنا هناك هو هي و وأن وقد وقال ولا ولم وما وهو وهي يا يكون يوم
"""

WORDS: Mapping[str, frozenset[str]] = {
    code: frozenset(text.split())
    for code, text in {"en": _EN, "de": _DE, "fr": _FR, "es": _ES, "ru": _RU, "tr": _TR, "ar": _AR}.items()
}


def is_grammar(word: str, language: str | None) -> bool:
    """Whether a word, as written, is one of grammar in its language; of other languages none is known."""
    return word.lower() in WORDS.get(language or "", frozenset())
