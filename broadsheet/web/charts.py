"""Small drawings as SVG, made here so that no script and no stylesheet of others is needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar: its parts from the bottom up, and what a reader is told who points at it."""

    parts: tuple[float, ...]
    title: str = ""
    href: str = ""


def bars(found: Sequence[Bar], classes: Sequence[str], *, label: str, width: int = 240, height: int = 44) -> Markup:
    """Upright bars, stacked by part; `classes` colours the parts."""
    top = max((sum(bar.parts) for bar in found), default=0.0) or 1.0
    step = width / max(1, len(found))
    drawn = "".join(_bar(bar, classes, place * step, step, height, height / top) for place, bar in enumerate(found))
    base = f'<line class="axis" x1="0" y1="{height - 0.5}" x2="{width}" y2="{height - 0.5}"/>'
    return Markup(  # noqa: S704 - numbers, and texts that are escaped above
        f'<svg class="chart" viewBox="0 0 {width} {height}" preserveAspectRatio="none" role="img"'
        f' aria-label="{escape(label)}">{base}{drawn}</svg>'
    )


def _bar(bar: Bar, classes: Sequence[str], left: float, step: float, height: int, scale: float) -> str:
    gap = min(1.0, step * 0.2)
    bottom = float(height)
    drawn = []
    for part, name in zip(bar.parts, classes, strict=False):
        if part <= 0:
            continue
        # What happened at all is seen, however small beside the rest.
        tall = max(1.2, part * scale)
        bottom -= tall
        drawn.append(
            f'<rect class="{name}" x="{left:.2f}" y="{max(0.0, bottom):.2f}" width="{step - gap:.2f}" height="{tall:.2f}"/>'
        )
    if bar.title:
        drawn.append(
            f'<rect class="touch" x="{left:.2f}" y="0" width="{step:.2f}" height="{height}">'
            f"<title>{escape(bar.title)}</title></rect>"
        )
    inside = "".join(drawn)
    return f'<a href="{escape(bar.href)}" aria-label="{escape(bar.title)}">{inside}</a>' if bar.href else inside


def share(parts: Sequence[tuple[str, float, str]], *, label: str, width: int = 1000, height: int = 18) -> Markup:
    """One bar across, of (class, amount, title)."""
    whole = sum(amount for _, amount, _ in parts) or 1.0
    left = 0.0
    drawn = []
    for name, amount, title in parts:
        wide = amount / whole * width
        if amount > 0:
            drawn.append(
                f'<rect class="{escape(name)}" x="{left:.2f}" y="0" width="{max(wide, 1.5):.2f}" height="{height}">'
                f"<title>{escape(title)}</title></rect>"
            )
        left += wide
    return Markup(  # noqa: S704 - numbers, and texts that are escaped above
        f'<svg class="share" viewBox="0 0 {width} {height}" preserveAspectRatio="none" role="img"'
        f' aria-label="{escape(label)}">{"".join(drawn)}</svg>'
    )
