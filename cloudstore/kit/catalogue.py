"""Translation catalogues without outside tools: reads and writes .po, makes .mo.

Only the .po files are in the repository. Where they changed, the .mo that Django reads is made anew at start, under
var/: a fresh machine needs no gettext, and a read-only source folder does no harm.
"""

import os
import re
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

_HEADER = (
    "Content-Type: text/plain; charset=UTF-8\n"
    "Content-Transfer-Encoding: 8bit\n"
    "Language: zh_Hans\n"
    "Plural-Forms: nplurals=1; plural=0;\n"
)
_PLACEHOLDER = re.compile(r"%\((\w+)\)[a-z]|(?<!%)%[sd]|\{(\w*)\}")


class BadCatalogue(ValueError):
    """A .po file that cannot be read; says file and line."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One string with its translation. `plural` is the English plural form, empty where there is one form only.

    Chinese has one form, so one translation is enough for both.
    """

    text: str
    plural: str = ""
    context: str = ""
    translation: str = ""
    places: tuple[str, ...] = ()
    flags: frozenset[str] = field(default_factory=frozenset)

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes two entries the same string."""
        return self.context, self.text, self.plural

    def problem(self) -> str:
        """What is wrong with the translation, empty when nothing is."""
        if "fuzzy" in self.flags:
            return "fuzzy"
        if not self.translation.strip():
            return "not translated"
        missing = placeholders(self.plural or self.text) ^ placeholders(self.translation)
        return f"placeholders differ: {', '.join(sorted(missing))}" if missing else ""


def placeholders(text: str) -> set[str]:
    """What a formatted string expects to be filled in, for example `%(name)s` and `{time}`."""
    return {match.group(0) for match in _PLACEHOLDER.finditer(text)}


def read(path: Path) -> list[Entry]:
    """The entries of a .po file, without its header and its obsolete part. Raises `BadCatalogue`."""
    return [entry for entry in _blocks(path) if entry.text]


def _blocks(path: Path) -> Iterator[Entry]:
    fields: dict[str, str] = {}
    places: list[str] = []
    flags: set[str] = set()
    current = ""
    for number, line in enumerate([*path.read_text("utf-8").splitlines(), ""], 1):
        if not line.strip():
            if "msgid" in fields:
                yield _entry(fields, places, flags)
            fields, places, flags, current = {}, [], set(), ""
        elif line.startswith("#:"):
            places += line[2:].split()
        elif line.startswith("#,"):
            flags |= {flag.strip() for flag in line[2:].split(",")}
        elif not line.startswith("#"):
            found = re.fullmatch(r'(msgctxt|msgid_plural|msgid|msgstr(?:\[\d\])?)?\s*"(.*)"\s*', line)
            if not found or not (found[1] or current):
                raise BadCatalogue(f"{path}:{number}: not a line of a catalogue")
            current = found[1] or current
            fields[current] = fields.get(current, "") + _plain(found[2])


def _entry(fields: dict[str, str], places: list[str], flags: set[str]) -> Entry:
    translation = fields.get("msgstr", fields.get("msgstr[0]", ""))
    return Entry(
        fields["msgid"],
        fields.get("msgid_plural", ""),
        fields.get("msgctxt", ""),
        translation,
        tuple(places),
        frozenset(flags),
    )


_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\"}


def _plain(quoted: str) -> str:
    return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), quoted)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'


def write(path: Path, entries: Iterable[Entry], title: str) -> None:
    """Write a .po file, one line per string, in a stable order, so that changes of different rooms do not collide."""
    head = "\n".join(_quoted(line) for line in _HEADER.splitlines(keepends=True))
    parts = [f'# {title}\nmsgid ""\nmsgstr ""\n{head}']
    for entry in sorted(entries, key=lambda one: (one.places[:1], one.text, one.context)):
        lines = [f"#: {place}" for place in entry.places]
        lines += [f"#, {', '.join(sorted(entry.flags))}"] if entry.flags else []
        lines += [f"msgctxt {_quoted(entry.context)}"] if entry.context else []
        lines.append(f"msgid {_quoted(entry.text)}")
        if entry.plural:
            lines += [f"msgid_plural {_quoted(entry.plural)}", f"msgstr[0] {_quoted(entry.translation)}"]
        else:
            lines.append(f"msgstr {_quoted(entry.translation)}")
        parts.append("\n".join(lines))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n\n".join(parts) + "\n", "utf-8")


def merge(found: Iterable[Entry], known: Iterable[Entry]) -> list[Entry]:
    """What the sources say now, with the translations that are known already."""
    held = {entry.key: entry for entry in known}
    return [
        replace(entry, translation=held[entry.key].translation, flags=held[entry.key].flags)
        if entry.key in held
        else entry
        for entry in found
    ]


def compiled(entries: Iterable[Entry]) -> bytes:
    """The entries as a .mo file (GNU gettext, little endian). Fuzzy and empty ones are left out."""
    rows = [("", _HEADER)]
    for entry in entries:
        if entry.translation and "fuzzy" not in entry.flags:
            key = f"{entry.context}\x04{entry.text}" if entry.context else entry.text
            rows.append((f"{key}\0{entry.plural}" if entry.plural else key, entry.translation))
    pairs = sorted((key.encode(), value.encode()) for key, value in rows)
    table = 28
    start = table + 16 * len(pairs)
    keys = b"".join(key + b"\0" for key, _ in pairs)
    offsets: list[int] = []
    for column, base in ((0, start), (1, start + len(keys))):
        for pair in pairs:
            offsets += [len(pair[column]), base]
            base += len(pair[column]) + 1
    head = struct.pack("<7I", 0x950412DE, 0, len(pairs), table, table + 8 * len(pairs), 0, table + 16 * len(pairs))
    return head + struct.pack(f"<{len(offsets)}I", *offsets) + keys + b"".join(value + b"\0" for _, value in pairs)


def refresh(source: Path, target: Path) -> bool:
    """Make the .mo of every .po below `source` anew under `target` where it is missing or older. True when one was made.

    Several processes may start at once: each writes aside and moves its file into place.
    """
    made = False
    for po in sorted(source.rglob("*.po")):
        mo = target / po.relative_to(source).with_suffix(".mo")
        stamp, note = f"{po.stat().st_mtime_ns} {po.stat().st_size}", mo.with_suffix(".stamp")
        if mo.exists() and note.exists() and note.read_text() == stamp:
            continue
        mo.parent.mkdir(parents=True, exist_ok=True)
        for place, content in ((mo, compiled(read(po))), (note, stamp.encode())):
            aside = place.with_name(f".{place.name}.{os.getpid()}")
            aside.write_bytes(content)
            os.replace(aside, place)
        made = True
    return made
