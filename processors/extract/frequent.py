# ruff: noqa: E501, SIM905  (words read best as words)
"""Words that tell running text from menus, and requests for consent from both, in the languages we read."""

# The most frequent words of running text in the languages we read: menus and headlines have few of them.
COMMON = frozenset(
    "the of and to in that is was for it with as on be at by this had not are but from or have an they which one you were her all she there would "
    "their we him been has when who will more no if out so said what up its about than into them can only other some could these two may then do "
    "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er hat dass sie nach wird bei einer um "
    "am sind noch wie einem über einen so zum war haben nur oder aber vor zur bis mehr durch man sein wurde sei le de la les et des en un une du "
    "que est pour qui dans par sur pas plus au avec il ne se ce son sa mais ont été aux cette ou comme nous elle leur el los las del una con por "
    "su al lo como más pero sus ya este sí porque esta entre cuando muy sin sobre también me hasta hay donde quien desde todo nos durante и в не "
    "на я быть он с что а по это она этот к но они мы весь который из у так же от для о все его бы как за было был ve bir bu da de için ile çok "
    "olarak daha olan gibi kadar ise sonra ancak değil her ne ki o في من على أن إلى عن التي الذي هذا هذه كان مع ما لا أو بعد كما قد قال il di che "
    "non per sono con del della van het een dat op te zijn voor met aan som på att är och det av".split()
)
COMMON_WIDE = frozenset("的是在了和有人不我他这也就说到着为与以及对并而等はがをのにでとも")


CONSENT = frozenset(
    "cookie cookies consent gdpr iab vendors partners privacy purposes legitimate preferences personalised personalized advertising "
    "datenschutz einwilligung zustimmung personenbezogene personenbezogener cookie-einstellungen berechtigtes données traceurs partenaires consentement "
    "finalités confidentialité datos privacidad consentimiento proveedores персональных конфиденциальности согласие kişisel çerez çerezler rıza zgodę zgody "
    "osobowe osobowych danych urządzeniu plików przetwarzania toestemming gegevens privacybeleid consenso riservatezza الارتباط الخصوصية".split()
)
"""Words of those who ask for consent to the use of data."""
