"""Pieces of the report's page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape


def section(title: str, body: str) -> str:
    """A part of the page; body: HTML."""
    return f"<section><h2>{title}</h2>{body}</section>"


def pairs(rows: Mapping[str, str]) -> str:
    """A list of names, as text, and what belongs to each, as HTML."""
    return f"<dl>{''.join(f'<dt>{escape(key)}</dt><dd>{text}</dd>' for key, text in rows.items())}</dl>"


def table(heads: Iterable[str], lines: Iterable[Sequence[str]], kind: str = "numbers") -> str:
    """A table of HTML cells; the first cell of each line is its head."""
    head = "".join(f"<th scope='col'>{text}</th>" for text in heads)
    body = "".join(
        f"<tr><th scope='row'>{first}</th>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"
        for first, *cells in lines
    )
    return (
        f"<div class='scroll'><table class='{kind}'><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )
