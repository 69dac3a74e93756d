"""Keeps what `extract` found beside what `strip` decided, so that every decision can be taken back and made again."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import cast

from broadsheet.model import BODY_ROLES, Block, Role

MARK = "strip: "
_WAS = re.compile(r"^strip: was ([a-z-]+) \(([\d.]+)\)$")
_GOES_ON = f"{MARK}goes on from the piece before"


def decided(block: Block, role: Role, score: float, why: str) -> Block:
    """The block in a new role, with the reason and what it was before."""
    was = () if any(_WAS.match(line) for line in block.evidence) else (f"{MARK}was {block.role} ({block.score})",)
    return replace(
        block,
        role=role,
        kept=role in BODY_ROLES,
        score=round(score, 3),
        evidence=(*block.evidence, *was, f"{MARK}{why}"),
    )


def parted(block: Block, at: int, role: Role, score: float, why: Iterable[str]) -> tuple[Block, Block]:
    """The block cut at an offset of the normalised text: its head in a new role, the rest as it was."""
    first, *more = why
    head = decided(replace(block, end=at), role, score, first)
    head = replace(head, evidence=(*head.evidence, *(f"{MARK}{line}" for line in more)))
    return head, replace(block, start=at, evidence=(*block.evidence, _GOES_ON))


def restored_one(block: Block) -> Block:
    """The block in the role that `extract` gave it."""
    role, score = block.role, block.score
    for line in block.evidence:
        match = _WAS.match(line)
        if match:
            role, score = cast(Role, match.group(1)), float(match.group(2))
    own = tuple(line for line in block.evidence if not line.startswith(MARK))
    return replace(block, role=role, kept=role in BODY_ROLES, score=score, evidence=own)


def restored(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """The blocks as `extract` left them: roles taken back, pieces joined again."""
    out: list[Block] = []
    for block in blocks:
        if out and _GOES_ON in block.evidence:
            out[-1] = replace(out[-1], end=block.end)
            continue
        out.append(restored_one(block) if any(line.startswith(MARK) for line in block.evidence) else block)
    return tuple(out)
