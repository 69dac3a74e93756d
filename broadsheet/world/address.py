"""Compares the addresses a crawler asks for with those the world has, however the crawler spells them."""

from urllib.parse import parse_qsl, unquote, urlsplit

TRACKING = ("utm_", "fbclid", "gclid", "at_medium", "at_campaign", "xtor", "wt_", "mc_cid", "mc_eid", "cmpid", "ncid")
"""How query keys begin that say only where a reader came from: a crawler may leave them out."""

Key = tuple[str, tuple[tuple[str, str], ...]]


def address_key(target: str) -> Key:
    """What two spellings of one address have in common: escapes, order of the query, tracking and last slash apart."""
    path, _, query = target.partition("#")[0].partition("?")
    pairs = parse_qsl(query, keep_blank_values=True)
    kept = sorted(pair for pair in pairs if not pair[0].lower().startswith(TRACKING))
    return unquote(path).rstrip("/") or "/", tuple(kept)


def split_target(target: str, host: str) -> tuple[str, str]:
    """Host name and path with query out of a request line's target, in origin or absolute form, and the Host header."""
    if target.startswith(("http://", "https://")):
        _, _, rest = target.partition("://")
        authority, slash, path = rest.partition("/")
        return hostname(authority), slash + path if slash else "/"
    return hostname(host), target


def hostname(authority: str) -> str:
    """The name alone, in small letters, out of `name:port`."""
    return (urlsplit(f"//{authority}").hostname or "").rstrip(".")
