"""The register and the public notice as pages that open without a network."""

import html
from collections.abc import Iterable, Sequence

from dagster_project.privacy.register import UNSAID, Processing, Register

_RIGHTS = (
    "You may ask what is kept about you, and get it in a form you can take along.",
    "You may have put right what is wrong.",
    "You may have it erased, as far as no law asks us to keep it.",
    "You may object: to e-mails and calls, to being sorted by what is known of you, to all of it. You "
    "need not say why.",
    "What you have agreed to you may withdraw at any time; what was done until then stays lawful.",
    "You may complain to an authority.",
)

_BASES = {
    "consent": "because you have agreed to it",
    "contract": "because it is needed for what you have ordered or asked us for",
    "legal obligation": "because a law obliges us to",
    "vital interests": "because somebody's life may depend on it",
    "public task": "because we have a public task",
    "legitimate interest": "because we have a legitimate interest in it; you may object",
}

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;"
    "color:#1b1f24}h1,h2,h3{line-height:1.25}table{border-collapse:collapse;width:100%;font-size:14px}"
    "th,td{border:1px solid #d0d7de;padding:.35rem .5rem;text-align:left;vertical-align:top}"
    "th{background:#f6f8fa}td{overflow-wrap:anywhere}tr>:nth-child(4):nth-last-child(3){width:38%}"
    ".unsaid{color:#9a3412}"
)


def notice_page(register: Register) -> str:
    """What people are told, in plain words: per source what is read, why, how long; their rights."""
    controller = register.rules.controller
    parts = ["<h1>What we keep about you, and why</h1>"]
    if controller:
        who = f"<p><b>{_text(controller.name)}</b> answers for it. Write to {_text(controller.contact)}"
        officer = controller.protection_officer
        parts.append(
            who
            + (f", or to our data protection officer, {_text(officer)}" if officer else "")
            + ".</p>"
        )
    for purpose, processings in _by_purpose(register.processings):
        parts.append(f"<h2>{_text(purpose[0].upper() + purpose[1:])}</h2>")
        parts += [_told(of_source) for of_source in _by_source(processings)]
    parts.append("<h2>Who sees it</h2><ul>")
    for each in register.recipients:
        seen = (
            "with what names you" if each.personal_data else "in numbers of groups, never you"
        )
        parts.append(f"<li>{_text(each.title)}: {seen}</li>")
    parts.append("</ul>")
    abroad = sorted({p.transfers for p in register.processings if p.transfers})
    if abroad:
        parts.append("<h2>Where it goes</h2>" + _list(abroad))
    parts.append("<h2>Your rights</h2>" + _list(_RIGHTS))
    if controller:
        ask = f"<p>For all of this, write to {_text(controller.contact)}."
        authority = controller.authority
        parts.append(
            ask + (f" The authority: {_text(authority)}." if authority else "") + "</p>"
        )
    return _page("What we keep about you, and why", parts)


def register_page(register: Register) -> str:
    """The record of processing activities, as an authority asks for it."""
    controller = register.rules.controller
    named = (
        [
            (name.replace("_", " "), value or "none")
            for name, value in controller.model_dump().items()
        ]
        if controller
        else [("controller", UNSAID)]
    )
    parts = ["<h1>Record of processing activities</h1><p>Article 30(1) GDPR</p>"]
    parts.append(
        "<h2>(a) Controller</h2>" + _table(("who", "said in config/privacy.yml"), named)
    )
    parts.append("<h2>(b, c) Purposes, people and data</h2>")
    parts.append(
        _table(
            ("source, stream", "purpose and basis", "people", "kinds of data", "answers for it", "told at"),
            [
                (
                    f"{p.source}, {p.stream}", f"{p.purpose}; {p.lawful_basis}", p.people,
                    "; ".join(p.kinds) + (f" (without {', '.join(p.left_out)})" if p.left_out else ""),
                    p.owner, f"{p.disclosure}, version {p.disclosure_version or UNSAID}",
                )
                for p in register.processings
            ],
        )
    )  # fmt: skip
    parts.append("<h2>(d) Recipients</h2>")
    parts.append(
        _table(
            ("consumer", "what it gets", "tables", "columns that name people", "that do with others"),
            [
                (
                    r.name, r.title, str(len(r.tables)),
                    str(sum(n["direct"] for n in r.tables.values())),
                    str(sum(n["quasi"] for n in r.tables.values())),
                )
                for r in register.recipients
            ],
        )
    )  # fmt: skip
    parts.append("<h2>(e) Regions and transfers</h2>")
    sources = {p.source: p for p in register.processings}.values()
    parts.append(
        _table(
            ("source", "region", "transfers and safeguards"),
            [(p.source, p.region, p.transfers or "none is named") for p in sources],
        )
    )
    parts.append("<h2>(f) Retention</h2>")
    parts.append(
        _table(
            ("source, stream", "days"),
            [(f"{p.source}, {p.stream}", str(p.retention_days)) for p in register.processings],
        )
    )
    security = register.as_measures()
    parts.append("<h2>(g) Security</h2>" + _list(security))
    if register.gaps:
        parts.append('<h2 class="unsaid">Not said</h2>' + _list(register.gaps))
    return _page("Record of processing activities", parts)


def _told(of_source: Sequence[Processing]) -> str:
    first = of_source[0]
    kinds = dict.fromkeys(kind for p in of_source for kind in p.kinds)
    longest = max(p.retention_days for p in of_source)
    told = [
        f"<h3>{_text(first.people[0].upper() + first.people[1:])} ({_text(first.vendor)}, "
        f"{_text(first.region)})</h3>",
        f"<p>{_text(first.disclosure_text)}</p>" if first.disclosure_text else "",
        f"<p>We read: {_text('; '.join(kinds) or 'nothing that tells of you')}.</p>",
        f"<p>We do so {_text(_BASES[first.lawful_basis])}, and keep it {_long(longest)}. More: "
        f"{_link(first.disclosure)}.</p>",
    ]
    return "".join(told)


def _long(days: int) -> str:
    years, rest = divmod(days, 365)
    if years and not rest:
        return "for a year" if years == 1 else f"for {years} years"
    return f"for {days} days"


def _by_purpose(
    processings: Iterable[Processing],
) -> list[tuple[str, list[Processing]]]:
    found: dict[str, list[Processing]] = {}
    for each in processings:
        if each.kinds:
            found.setdefault(each.purpose, []).append(each)
    return list(found.items())


def _by_source(processings: Iterable[Processing]) -> list[list[Processing]]:
    found: dict[tuple[str, str], list[Processing]] = {}
    for each in processings:
        found.setdefault((each.source, each.lawful_basis), []).append(each)
    return list(found.values())


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    heads = "".join(f"<th>{_text(h)}</th>" for h in head)
    body = "".join(
        "<tr>" + "".join(f"<td>{_text(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f"<table><tr>{heads}</tr>{body}</table>"


def _list(items: Iterable[str]) -> str:
    return "<ul>" + "".join(f"<li>{_text(item)}</li>" for item in items) + "</ul>"


def _text(value: str | None) -> str:
    return html.escape(value or "")


def _link(address: str) -> str:
    text = _text(address)
    return f'<a href="{text}">{text}</a>' if address.startswith("https://") else text


def _page(title: str, parts: Iterable[str]) -> str:
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{_text(title)}</title>'
        '<meta name="viewport" content="width=device-width"><meta http-equiv="Content-Security-Policy" '
        f"content=\"default-src 'none'; style-src 'unsafe-inline'\"><style>{_STYLE}</style></head>"
        f"<body>{''.join(parts)}</body></html>\n"
    )
