"""The world's outlets: who they are, how they build their pages and what is odd about their servers."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from broadsheet.world.almanac import Language

DOMAIN = "world.test"

Discovery = Literal["rss", "atom", "json", "news-sitemap", "sitemap", "sitemap-index", "sections"]
AddressStyle = Literal["dated", "section", "query", "number", "words", "index"]
Validators = Literal["honest", "stuck", "fickle", "dates-only", "none"]
"""honest: ETag and Last-Modified follow the content; stuck: they never change on article pages, even when the text
does; fickle: they change with each request; dates-only: an honest Last-Modified; none: neither."""
CharsetHow = Literal["header", "meta", "wrong-meta", "old-name"]
"""Where a page says its charset: in the header; in the page's meta alone; rightly in the header and wrongly in the meta;
in the meta as a narrower relative's name (gb2312 for gb18030), which browsers read as the wider one."""
Robots = Literal["plain", "missing", "broken", "slow", "crlf-bom"]
PageDate = Literal["offset", "naive", "visible", "day", "none"]
"""How exactly a page tells its date: machine-readable with its offset; without; a visible line with the time; with the
day alone; not at all."""
Quirk = Literal[
    "", "consent", "bots", "paywall", "soft-404", "shell", "slow", "dates", "rough", "broken-feed", "robots-hang"
]
"""What is odd about all article pages (or, for the last two, the feed or robots.txt) of an outlet."""


RELAUNCH = timedelta(hours=72)
"""After the world's start, so that what the prose plans for the next two days comes before it."""
SERIES = 12
"""Articles an outlet prints in its new looks: more than the ten within which a broken layout is to be noticed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    name: str
    """Host name below the domain."""
    title: str
    language: Language
    country: str
    city: str
    in_city: str
    """The city with the preposition that says 'in', as the language inflects it."""
    zone: str
    template: str
    discovery: tuple[Discovery, ...]
    address: AddressStyle
    page_date: PageDate = "offset"
    scheme: Literal["http", "https"] = "http"
    charset: str = "utf-8"
    charset_how: CharsetHow = "header"
    gzip: bool = False
    validators: Validators = "honest"
    robots: Robots = "plain"
    delay: float | None = None
    """Crawl-delay in seconds."""
    busy: int = 0
    """How many first requests for article pages are answered with 429 and Retry-After."""
    tracking: str = ""
    """Query that the feed's links carry."""
    amp: bool = False
    prints: bool = False
    """Has a print version of each article, without a canonical link, listed in the sitemap."""
    moved: bool = False
    """Feed links are old addresses that lead to the article over two 301s."""
    local_news: bool = False
    """Adds a local paragraph to agency copy."""
    quota: int = 0
    """Takes part only as a reprinter of so many wire texts; 0: an ordinary outlet."""
    lossy: str = ""
    """Code page through which texts went on their way here; what it lacks became question marks."""
    lossy_every: int = 1
    """Which part of the texts went that way: one in so many."""
    relaunch: str = ""
    """The template it changes over to at RELAUNCH; it then prints SERIES further wire texts, one an hour."""
    quirk: Quirk = ""
    accent: str = "#234"

    @property
    def host(self) -> str:
        return f"{self.name}.{DOMAIN}"

    @property
    def home(self) -> str:
        return f"{self.scheme}://{self.host}/"

    @property
    def clock(self) -> ZoneInfo:
        return ZoneInfo(self.zone)


ENGLISH = (
    Site(
        name="harbour-gazette",
        title="The Harbour Gazette",
        language="en",
        country="GB",
        city="Plymouth",
        in_city="In Plymouth",
        zone="Europe/London",
        template="semantic",
        discovery=("rss", "sitemap"),
        address="dated",
        scheme="https",
        tracking="utm_source=rss&utm_medium=feed&utm_campaign=all",
        amp=True,
        delay=0.2,
        accent="#0b3d5c",
    ),
    Site(
        name="prairie-ledger",
        title="Prairie Ledger",
        language="en",
        country="US",
        city="Omaha",
        in_city="In Omaha",
        zone="America/Chicago",
        template="table",
        discovery=("rss",),
        address="query",
        page_date="visible",
        charset="windows-1252",
        charset_how="meta",
        validators="none",
        local_news=True,
        lossy="windows-1252",
        robots="missing",
        accent="#7a1f1f",
    ),
    Site(
        name="cape-chronicle",
        title="Cape Chronicle",
        language="en",
        country="ZA",
        city="Cape Town",
        in_city="In Cape Town",
        zone="Africa/Johannesburg",
        template="nested",
        discovery=("atom",),
        address="section",
        validators="stuck",
        delay=0.1,
        accent="#005c4b",
    ),
    Site(
        name="southern-cross-daily",
        title="Southern Cross Daily",
        language="en",
        country="AU",
        city="Hobart",
        in_city="In Hobart",
        zone="Australia/Hobart",
        template="microdata",
        discovery=("json",),
        address="number",
        scheme="https",
        local_news=True,
        busy=2,
        accent="#4b2a63",
    ),
    Site(
        name="north-quay",
        title="North Quay News",
        language="en",
        country="IE",
        city="Galway",
        in_city="In Galway",
        zone="Europe/Dublin",
        template="opengraph",
        discovery=("news-sitemap",),
        address="dated",
        validators="fickle",
        gzip=True,
        accent="#1d4f2b",
    ),
    Site(
        name="fenland-times",
        title="Fenland Times",
        language="en",
        country="GB",
        city="Ely",
        in_city="In Ely",
        zone="Europe/London",
        template="bare",
        discovery=("sections",),
        address="section",
        page_date="day",
        delay=1.0,
        quota=5,
        accent="#665200",
    ),
    Site(
        name="quarterday-herald",
        title="The Quarterday Herald",
        language="en",
        country="GB",
        city="Lincoln",
        in_city="In Lincoln",
        zone="Europe/London",
        template="semantic",
        discovery=("rss",),
        address="dated",
        quota=10,
        relaunch="listed",
        accent="#5a2d0c",
    ),
    Site(
        name="cobalt-observer",
        title="Cobalt Observer",
        language="en",
        country="CA",
        city="Sudbury",
        in_city="In Sudbury",
        zone="America/Toronto",
        template="semantic",
        discovery=("rss",),
        address="number",
        robots="broken",
        quota=3,
        accent="#0047ab",
    ),
)

GERMAN = (
    Site(
        name="elbkurier",
        title="Elbkurier",
        language="de",
        country="DE",
        city="Hamburg",
        in_city="In Hamburg",
        zone="Europe/Berlin",
        template="semantic",
        discovery=("rss", "news-sitemap"),
        address="section",
        scheme="https",
        tracking="utm_source=feed&utm_medium=rss",
        accent="#8a0f1e",
    ),
    Site(
        name="isarbote",
        title="Isarbote",
        language="de",
        country="DE",
        city="München",
        in_city="In München",
        zone="Europe/Berlin",
        template="breaks",
        discovery=("rss",),
        address="index",
        page_date="visible",
        charset="windows-1252",
        charset_how="meta",
        local_news=True,
        validators="dates-only",
        accent="#00549f",
    ),
    Site(
        name="donaublick",
        title="Donaublick",
        language="de",
        country="AT",
        city="Linz",
        in_city="In Linz",
        zone="Europe/Vienna",
        template="magazine",
        discovery=("atom",),
        address="dated",
        gzip=True,
        charset_how="meta",
        moved=True,
        accent="#5b7c00",
    ),
    Site(
        name="rheinwarte",
        title="Rheinwarte",
        language="de",
        country="DE",
        city="Köln",
        in_city="In Köln",
        zone="Europe/Berlin",
        template="portal",
        discovery=("sections",),
        address="section",
        page_date="naive",
        local_news=True,
        robots="crlf-bom",
        delay=0.2,
        accent="#c14600",
    ),
)

FRENCH = (
    Site(
        name="courrier-des-traboules",
        title="Le Courrier des Traboules",
        language="fr",
        country="FR",
        city="Lyon",
        in_city="À Lyon",
        zone="Europe/Paris",
        template="blog",
        discovery=("rss",),
        address="dated",
        scheme="https",
        local_news=True,
        amp=True,
        accent="#9d1c3f",
    ),
    Site(
        name="le-phare-breton",
        title="Le Phare breton",
        language="fr",
        country="FR",
        city="Brest",
        in_city="À Brest",
        zone="Europe/Paris",
        template="columns",
        discovery=("sitemap-index",),
        address="number",
        validators="fickle",
        accent="#10446b",
    ),
    Site(
        name="gazette-du-leman",
        title="Gazette du Léman",
        language="fr",
        country="CH",
        city="Lausanne",
        in_city="À Lausanne",
        zone="Europe/Zurich",
        template="hydrated",
        discovery=("atom", "sitemap"),
        address="section",
        prints=True,
        local_news=True,
        delay=0.2,
        accent="#d52b1e",
    ),
)

SPANISH = (
    Site(
        name="el-faro-del-sur",
        title="El Faro del Sur",
        language="es",
        country="ES",
        city="Málaga",
        in_city="En Málaga",
        zone="Europe/Madrid",
        template="semantic",
        discovery=("rss",),
        address="dated",
        scheme="https",
        tracking="utm_source=rss",
        accent="#b04a00",
    ),
    Site(
        name="ecos-del-parana",
        title="Ecos del Paraná",
        language="es",
        country="AR",
        city="Rosario",
        in_city="En Rosario",
        zone="America/Argentina/Buenos_Aires",
        template="flat",
        discovery=("rss",),
        address="number",
        page_date="visible",
        charset="iso-8859-1",
        charset_how="wrong-meta",
        local_news=True,
        validators="stuck",
        accent="#3b6ea5",
    ),
    Site(
        name="el-andino",
        title="El Andino",
        language="es",
        country="CL",
        city="Antofagasta",
        in_city="En Antofagasta",
        zone="America/Santiago",
        template="microdata",
        discovery=("sitemap-index",),
        address="section",
        local_news=True,
        busy=2,
        accent="#7b3f00",
    ),
    Site(
        name="la-voz-del-istmo",
        title="La Voz del Istmo",
        language="es",
        country="PA",
        city="Colón",
        in_city="En Colón",
        zone="America/Panama",
        template="portal",
        discovery=("sections",),
        address="words",
        page_date="naive",
        validators="stuck",
        accent="#006b54",
    ),
)

RUSSIAN = (
    Site(
        name="volzhskie-vesti",
        title="Волжские вести",
        language="ru",
        country="RU",
        city="Самара",
        in_city="В Самаре",
        zone="Europe/Samara",
        template="table",
        discovery=("rss",),
        address="query",
        page_date="visible",
        charset="windows-1251",
        local_news=True,
        accent="#1f3a7a",
    ),
    Site(
        name="severny-put",
        title="Северный путь",
        language="ru",
        country="RU",
        city="Архангельск",
        in_city="В Архангельске",
        zone="Europe/Moscow",
        template="nested",
        discovery=("news-sitemap",),
        address="number",
        charset="windows-1251",
        charset_how="meta",
        gzip=True,
        local_news=True,
        delay=0.2,
        accent="#24506b",
    ),
    Site(
        name="sibirskaya-khronika",
        title="Сибирская хроника",
        language="ru",
        country="RU",
        city="Томск",
        in_city="В Томске",
        zone="Asia/Tomsk",
        template="semantic",
        discovery=("atom",),
        address="dated",
        scheme="https",
        amp=True,
        accent="#374a3a",
    ),
    Site(
        name="stepnaya-liniya",
        title="Степная линия",
        language="ru",
        country="KZ",
        city="Костанай",
        in_city="В Костанае",
        zone="Asia/Almaty",
        template="columns",
        discovery=("json",),
        address="words",
        local_news=True,
        accent="#007f8b",
    ),
)

TURKISH = (
    Site(
        name="bogaz-postasi",
        title="Boğaz Postası",
        language="tr",
        country="TR",
        city="İstanbul",
        in_city="İstanbul'da",
        zone="Europe/Istanbul",
        template="hydrated",
        discovery=("rss",),
        address="section",
        scheme="https",
        tracking="utm_source=rss&utm_medium=rss",
        accent="#a3001e",
    ),
    Site(
        name="egenin-sesi",
        title="Ege'nin Sesi",
        language="tr",
        country="TR",
        city="Manisa",
        in_city="Manisa'da",
        zone="Europe/Istanbul",
        template="breaks",
        discovery=("rss",),
        address="query",
        page_date="visible",
        charset="iso-8859-9",
        charset_how="meta",
        lossy="windows-1252",
        lossy_every=3,
        local_news=True,
        accent="#005f73",
    ),
    Site(
        name="karadeniz-gundemi",
        title="Karadeniz Gündemi",
        language="tr",
        country="TR",
        city="Trabzon",
        in_city="Trabzon'da",
        zone="Europe/Istanbul",
        template="magazine",
        discovery=("sitemap",),
        address="dated",
        page_date="naive",
        local_news=True,
        delay=0.2,
        accent="#0a4d3c",
    ),
)

ARABIC = (
    Site(
        name="mirat-al-nil",
        title="مرآة النيل",
        language="ar",
        country="EG",
        city="أسيوط",
        in_city="وفي أسيوط",
        zone="Africa/Cairo",
        template="opengraph",
        discovery=("rss",),
        address="number",
        local_news=True,
        accent="#8c6d1f",
    ),
    Site(
        name="sawt-al-rafidayn",
        title="صوت الرافدين",
        language="ar",
        country="IQ",
        city="كركوك",
        in_city="وفي كركوك",
        zone="Asia/Baghdad",
        template="flat",
        discovery=("rss",),
        address="query",
        page_date="day",
        charset="windows-1256",
        charset_how="meta",
        local_news=True,
        accent="#2f5233",
    ),
    Site(
        name="aswat-al-atlas",
        title="أصوات الأطلس",
        language="ar",
        country="MA",
        city="فاس",
        in_city="وفي فاس",
        zone="Africa/Casablanca",
        template="rdfa",
        discovery=("news-sitemap",),
        address="words",
        scheme="https",
        local_news=True,
        accent="#7f1d1d",
    ),
)

CHINESE = (
    Site(
        name="jiangnan-chenbao",
        title="江南晨讯",
        language="zh",
        country="CN",
        city="绍兴",
        in_city="绍兴",
        zone="Asia/Shanghai",
        template="portal",
        discovery=("rss",),
        address="dated",
        page_date="visible",
        charset="gb18030",
        charset_how="old-name",
        local_news=True,
        accent="#b22222",
    ),
    Site(
        name="nanyang-wanbao",
        title="南洋晚讯",
        language="zh",
        country="SG",
        city="新加坡",
        in_city="新加坡",
        zone="Asia/Singapore",
        template="cards",
        discovery=("json",),
        address="section",
        scheme="https",
        accent="#c2185b",
    ),
    Site(
        name="bohai-zaixian",
        title="渤海在线",
        language="zh",
        country="CN",
        city="大连",
        in_city="大连",
        zone="Asia/Shanghai",
        template="indented",
        discovery=("sections",),
        address="number",
        page_date="visible",
        gzip=True,
        charset_how="meta",
        local_news=True,
        accent="#004b87",
    ),
)

ODD = (
    Site(
        name="premium-post",
        title="Premium Post",
        language="en",
        country="GB",
        city="York",
        in_city="In York",
        zone="Europe/London",
        template="semantic",
        discovery=("rss",),
        address="section",
        quirk="paywall",
        quota=3,
        accent="#111",
    ),
    Site(
        name="app-first",
        title="App First",
        language="en",
        country="US",
        city="Tucson",
        in_city="In Tucson",
        zone="America/Phoenix",
        template="semantic",
        discovery=("rss",),
        address="section",
        quirk="shell",
        quota=3,
        accent="#2b2bd6",
    ),
    Site(
        name="slow-coach",
        title="Slow Coach Weekly",
        language="en",
        country="NZ",
        city="Dunedin",
        in_city="In Dunedin",
        zone="Pacific/Auckland",
        template="bare",
        discovery=("rss",),
        address="section",
        robots="slow",
        quirk="slow",
        quota=2,
        accent="#555",
    ),
    Site(
        name="almanac-and-argus",
        title="Almanac and Argus",
        language="en",
        country="GB",
        city="Durham",
        in_city="In Durham",
        zone="Europe/London",
        template="opengraph",
        discovery=("rss",),
        address="section",
        quirk="dates",
        quota=2,
        accent="#4a3",
    ),
    Site(
        name="rough-edges",
        title="Rough Edges Review",
        language="en",
        country="IE",
        city="Sligo",
        in_city="In Sligo",
        zone="Europe/Dublin",
        template="nested",
        discovery=("rss",),
        address="section",
        quirk="rough",
        quota=2,
        accent="#a33",
    ),
    Site(
        name="loose-ends",
        title="Loose Ends Courier",
        language="en",
        country="CA",
        city="Moncton",
        in_city="In Moncton",
        zone="America/Halifax",
        template="magazine",
        discovery=("rss",),
        address="section",
        quirk="broken-feed",
        quota=4,
        accent="#363",
    ),
    Site(
        name="deadline-dispatch",
        title="Deadline Dispatch",
        language="en",
        country="IN",
        city="Pune",
        in_city="In Pune",
        zone="Asia/Kolkata",
        template="bare",
        discovery=("rss",),
        address="section",
        quirk="robots-hang",
        quota=2,
        accent="#936",
    ),
    Site(
        name="morgenmarkt",
        title="Morgenmarkt",
        language="de",
        country="DE",
        city="Leipzig",
        in_city="In Leipzig",
        zone="Europe/Berlin",
        template="semantic",
        discovery=("rss",),
        address="section",
        quirk="consent",
        quota=3,
        accent="#06c",
    ),
    Site(
        name="altstadt-anzeiger",
        title="Altstadt-Anzeiger",
        language="de",
        country="DE",
        city="Bamberg",
        in_city="In Bamberg",
        zone="Europe/Berlin",
        template="opengraph",
        discovery=("rss",),
        address="section",
        quirk="soft-404",
        quota=3,
        accent="#840",
    ),
    Site(
        name="le-quai-vauban",
        title="Le Quai Vauban",
        language="fr",
        country="FR",
        city="Besançon",
        in_city="À Besançon",
        zone="Europe/Paris",
        template="magazine",
        discovery=("rss",),
        address="section",
        quirk="consent",
        quota=2,
        accent="#066",
    ),
    Site(
        name="el-mirador",
        title="El Mirador",
        language="es",
        country="MX",
        city="Morelia",
        in_city="En Morelia",
        zone="America/Mexico_City",
        template="semantic",
        discovery=("rss",),
        address="section",
        quirk="bots",
        quota=2,
        accent="#b06",
    ),
)

SITES: tuple[Site, ...] = ENGLISH + GERMAN + FRENCH + SPANISH + RUSSIAN + TURKISH + ARABIC + CHINESE + ODD
