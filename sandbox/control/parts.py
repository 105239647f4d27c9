"""Pieces of HTML the control pages are put together from. What they show is escaped here."""

from html import escape
from urllib.parse import quote


def form(action: str, *content: str, css: str = "row") -> str:
    """A form that changes something."""
    return f'<form method="post" action="{escape(action)}" class="{css}">{"".join(content)}</form>'


def field(label: str, name: str, value: str = "", kind: str = "text", **attributes: str) -> str:
    """A labelled input."""
    extra = "".join(f' {key}="{escape(text)}"' for key, text in attributes.items())
    return f'<label>{escape(label)}<input type="{kind}" name="{name}" value="{escape(value)}"{extra}></label>'


def choice(label: str, name: str, options: dict[str, str], chosen: str = "") -> str:
    """A labelled select; `options` maps values to what is shown."""
    rows = "".join(
        f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>{escape(text)}</option>'
        for value, text in options.items()
    )
    return f'<label>{escape(label)}<select name="{name}">{rows}</select></label>'


def button(text: str, action: str = "", *, small: bool = False, about: str = "") -> str:
    """A submit button; `about` completes its name for those who cannot see the row it stands in."""
    name = f' aria-label="{escape(text)} {escape(about)}"' if about else ""
    css = ' class="small"' if small else ""
    return f'<button name="action" value="{escape(action)}"{css}{name}>{escape(text)}</button>'


def table(headings: list[str], rows: list[list[str]]) -> str:
    """A table of cells that are HTML already."""
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in headings)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def badge(text: str, kind: str = "") -> str:
    """A short state."""
    return f'<span class="badge {kind}">{escape(text)}</span>'


def person_path(upn: str) -> str:
    """The page of a person."""
    return f"/control/people/{quote(upn)}"
