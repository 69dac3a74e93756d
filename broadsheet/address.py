"""One spelling for each web address, so that an article found twice is one row: what a server would answer differently
is never changed."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote_to_bytes, urljoin, urlsplit

import idna

LONGEST = 8192
"""Characters a fetched address may have: RFC 9110 section 4.1 asks servers for 8,000 octets, few take more."""

LONGEST_READ = 200_000
"""Characters `canonical` looks at before it refuses: nothing this long was ever meant."""

DEFAULT_PORTS = {"http": 80, "https": 443}

# Parameters that only tell the outlet where a reader came from, with who documents them.
TRACKING_PREFIXES = (
    "utm_",  # Google Analytics, campaign parameters (also of Matomo and others that copy it)
    "mtm_",  # Matomo campaign tracking
    *("matomo_", "piwik_", "pk_campaign", "pk_kwd", "pk_keyword", "pk_source", "pk_medium", "pk_content"),  # its elder
    "hsa_",  # HubSpot ads
    "__hs",  # HubSpot: __hstc, __hssc, __hsfp
    "guce_",  # Yahoo's consent hand-over: guce_referrer, guce_referrer_sig
    *("oly_anon_", "oly_enc_"),  # Omeda mails
    *("vero_id", "vero_conv"),  # Vero mails
    *("ns_mchannel", "ns_source", "ns_campaign", "ns_linkname", "ns_fee"),  # Comscore Digital Analytix
    # Piano (AT Internet) campaigns; most of the BBC's links carry them
    *("at_medium", "at_campaign", "at_custom", "at_link", "at_format", "at_creation", "at_variant", "at_network"),
    *("at_general", "at_detail", "at_emailtype", "at_send_", "at_recipient", "at_bbc_", "at_ptr_"),
    *("wt_mc", "wt_zmc", "wt_ref", "wt.mc"),  # Webtrekk (Mapp)
)
TRACKING = frozenset(
    {
        # click identifiers of advertising networks, each from the network's own help pages
        *("gclid", "gclsrc", "dclid", "gbraid", "wbraid", "srsltid", "_gl", "_ga"),  # Google
        "fbclid",  # Meta; fb_* below are its older ones
        *("fb_action_ids", "fb_action_types", "fb_ref", "fb_source"),
        "msclkid",  # Microsoft Advertising
        *("yclid", "ysclid", "_openstat", "ymclid"),  # Yandex
        *("twclid", "ttclid", "li_fat_id", "rdt_cid", "epik", "igshid", "igsh"),  # X, TikTok, LinkedIn, ...
        *("mc_cid", "mc_eid"),  # Mailchimp
        *("_hsenc", "_hsmi", "hsctatracking"),  # HubSpot
        "mkt_tok",  # Adobe Marketo
        "s_cid",  # Adobe Analytics
        "s_kwcid",
        "ef_id",
        "icid",
        "wickedid",
        "guccounter",  # Yahoo
        "xtor",  # AT Internet's older campaign parameter, in most French outlets' feeds
        *("cmpid", "cmp", "ocid", "ftag", "ito", "smid", "smtyp", "ncid", "traffic_source", "maca", "sthisfb"),
        # campaign parameters as outlets' own feeds carry them: Bloomberg, Guardian, MSN, CBS, Daily Mail, New York
        # Times (two), AOL, Al Jazeera, Deutsche Welle, Slate
        "spm",  # Alibaba
        *("phpsessid", "jsessionid", "aspsessionid"),  # sessions: one article under as many addresses as readers
    }
)

# Parameters that say where from only with these values; with others they may choose the content.
TRACKING_VALUES = {
    **dict.fromkeys(
        ("ref", "source", "src", "from", "partner", "via"), frozenset({"rss", "rssfeed", "feed", "rssnyt"})
    ),
    "feature": frozenset({"share", "youtu.be"}),
}

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_AROUND = "".join(chr(code) for code in range(33)) + "\xa0\ufeff"
_STRIPPED = re.compile(r"[\t\n\r]")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_NOT_IN_PATH = re.compile(r"[^A-Za-z0-9\-._~!$&'()*+,;=:@/%]+")
_NOT_IN_QUERY = re.compile(r"[^A-Za-z0-9\-._~!$&'()*+,;=:@/?%\[\]|]+")
_BAD_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_BAD_HOST = re.compile(r"[\x00-\x20\"#%/:<>?@\[\\\]^`{|}\x7f]")
_SESSION = re.compile(r";jsessionid=[^/?;]*", re.IGNORECASE)
_SURROGATE = re.compile(r"[\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """The parts of a canonical address that decide whom to ask."""

    scheme: str
    host: str
    """In ASCII, without port; an IPv6 address without brackets."""
    port: int
    target: str
    """Path and query, as they go into the request line."""

    @property
    def origin(self) -> str:
        """Scheme, host and port: what one robots.txt speaks for."""
        shown = f"[{self.host}]" if ":" in self.host else self.host
        if self.port == DEFAULT_PORTS[self.scheme]:
            return f"{self.scheme}://{shown}"
        return f"{self.scheme}://{shown}:{self.port}"


def canonical(url: str) -> str:
    """The address in its one spelling; raises ValueError saying what is wrong where it cannot be fetched over http(s).

    RFC 3986 section 6.2 (case, percent-encoding, dot segments, default ports), WHATWG's readings of what people write
    (backslashes, white space, numeric hosts), IDNA 2008 with UTS 46. Fragments, credentials, an empty query and
    tracking parameters go; the order of parameters, doubled slashes, `www.` and a slash at the end stay.
    """
    if len(url) > LONGEST_READ:
        raise ValueError(f"address of {len(url)} characters")
    scheme, rest = _scheme(_STRIPPED.sub("", url.strip(_AROUND)))
    rest = rest.split("#", 1)[0]
    before, mark, query = rest.partition("?")
    before = before.replace("\\", "/").lstrip("/")
    authority, _, path = before.partition("/")
    host = _authority(scheme, authority)
    query = _query(query) if mark else ""
    return f"{scheme}://{host}{_path('/' + path)}{'?' + query if query else ''}"


@lru_cache(maxsize=4096)
def host_of(url: str) -> str:
    """The host of an address in lower case, without port; empty where it has none, or cannot be read."""
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


@lru_cache(maxsize=4096)
def split(url: str) -> Address:
    """The parts of a canonical address."""
    scheme, _, rest = url.partition("://")
    authority, slash, target = rest.partition("/")
    host, port = _split_port(authority)
    return Address(
        scheme=scheme, host=host.strip("[]"), port=int(port) if port else DEFAULT_PORTS[scheme], target=slash + target
    )


def join(base: str, reference: str) -> str | None:
    """The absolute http(s) address a reference on a page means; None where it is none."""
    reference = _STRIPPED.sub("", reference.strip())
    try:
        absolute = urljoin(base, reference) if base else reference
        scheme = urlsplit(absolute).scheme.lower()
    except ValueError:
        return None
    if scheme not in DEFAULT_PORTS or not re.match(r"https?:[/\\]{2,}[^/\\?#]", absolute, re.IGNORECASE):
        return None
    return absolute


def _scheme(url: str) -> tuple[str, str]:
    found = _SCHEME.match(url)
    if url.startswith("//"):
        return "http", url
    if not found:
        raise ValueError("address without a scheme")
    scheme = found.group()[:-1].lower()
    if scheme not in DEFAULT_PORTS:
        raise ValueError(f"scheme {scheme[:20]!r} is neither http nor https")
    return scheme, url[found.end() :]


def _split_port(authority: str) -> tuple[str, str]:
    found = re.match(r"(\[[^\]]*\]|[^:]*)(?::(.*))?$", authority, re.DOTALL)
    if not found:
        raise ValueError(f"bad host {authority[:60]!r}")
    return found.group(1), found.group(2) or ""


def _authority(scheme: str, authority: str) -> str:
    host, port = _split_port(authority.rpartition("@")[2])
    if port and not (port.isascii() and port.isdigit() and int(port[:8]) < 65536):
        raise ValueError(f"bad port {port[:20]!r}")
    name = _host(host)
    number = int(port) if port else DEFAULT_PORTS[scheme]
    return name if number == DEFAULT_PORTS[scheme] else f"{name}:{number}"


def _host(host: str) -> str:
    if host.startswith("["):
        try:
            return f"[{ipaddress.IPv6Address(host.strip('[]')).compressed}]"
        except ValueError as error:
            raise ValueError(f"bad IPv6 address {host[:60]!r}") from error
    if "%" in host:
        host = unquote_to_bytes(host).decode("utf-8", "replace")
    name = host.lower() if host.isascii() else _idna(host)
    name = name.rstrip(".")
    if not name or len(name) > 253 or ".." in name or name.startswith(".") or _BAD_HOST.search(name):
        raise ValueError(f"bad host {host[:60]!r}")
    if any(len(label) > 63 for label in name.split(".")):
        raise ValueError(f"bad host {host[:60]!r}: a label of more than 63 characters")
    return _numeric(name)


def _idna(host: str) -> str:
    try:
        mapped: str = idna.uts46_remap(host, std3_rules=False, transitional=False)
        return ".".join(_label(label) for label in mapped.split("."))
    except (idna.IDNAError, UnicodeError) as error:
        raise ValueError(f"bad host {host[:60]!r}") from error


def _label(label: str) -> str:
    if label.isascii():
        return label.lower()
    try:
        return idna.alabel(label).decode("ascii")
    except idna.IDNAError:
        # Emoji and the like are registered although IDNA 2008 forbids them, and browsers open them.
        return "xn--" + label.encode("punycode").decode("ascii")


def _numeric(name: str) -> str:
    """WHATWG: a host whose last label is a number is an IPv4 address, however it is written."""
    labels = name.split(".")
    if not re.fullmatch(r"\d+|0x[0-9a-f]*", labels[-1]):
        return name
    if len(labels) > 4:
        raise ValueError(f"bad host {name[:60]!r}")
    try:
        numbers = [int(label[2:] or "0", 16) if label.startswith("0x") else _decimal(label) for label in labels]
        if any(number > 255 for number in numbers[:-1]) or numbers[-1] >= 256 ** (5 - len(numbers)):
            raise ValueError
    except ValueError as error:
        raise ValueError(f"bad host {name[:60]!r}") from error
    value = numbers[-1] + sum(number * 256 ** (3 - place) for place, number in enumerate(numbers[:-1]))
    return str(ipaddress.IPv4Address(value))


def _decimal(label: str) -> int:
    return int(label, 8) if len(label) > 1 and label.startswith("0") else int(label)


def _encode(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in _SURROGATE.sub("\ufffd", found.group()).encode("utf-8"))


def _decode(found: re.Match[str]) -> str:
    letter = chr(int(found.group(1), 16))
    return letter if letter in _UNRESERVED else found.group().upper()


def _escapes(text: str) -> str:
    return _ESCAPE.sub(_decode, text) if "%" in text else text


def _path(path: str) -> str:
    path = _SESSION.sub("", path) if ";" in path else path
    path = _escapes(_NOT_IN_PATH.sub(_encode, _BAD_PERCENT.sub("%25", path)))
    if "/." not in path:
        return path
    kept: list[str] = []
    segments = path.split("/")[1:]
    for place, segment in enumerate(segments):
        last = place == len(segments) - 1
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
            continue
        if last:
            kept.append("")
    return "/" + "/".join(kept)


def _query(query: str) -> str:
    query = _escapes(_NOT_IN_QUERY.sub(_encode, _BAD_PERCENT.sub("%25", query)))
    if not query:
        return ""
    parts = query.split("&")
    kept = [part for part in parts if not _tracks(part)]
    if len(kept) == len(parts):
        return query
    # `?a=1&utm_source=x&` leaves an empty part behind that belonged to what was taken.
    return "&".join(part for part in kept if part)


def _tracks(part: str) -> bool:
    key, _, value = part.partition("=")
    key = key.lower()
    if key.startswith("amp;"):  # `&amp;` of a feed that escaped twice
        key = key[4:]
    if key in TRACKING or key.startswith(TRACKING_PREFIXES):
        return True
    return value.lower() in TRACKING_VALUES.get(key, ())
