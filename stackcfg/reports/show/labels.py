"""What the formats of `show` call databases and stores, and how they
show where one was found: short, and without secrets.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from stackcfg.light_typing import Final
from stackcfg.redaction.secrets import mask_secrets
from stackcfg.reports.console.characters import flat
from stackcfg.reports.console.colors import Lines, paint
from stackcfg.reports.console.folding import fold
from stackcfg.reports.console.locations import common_folder, short_variables
from stackcfg.show.entries import StoreEntry
from stackcfg.show.overview import Judgement, Overview
from stackcfg.stores.store_map import KV_TABLE, Location, file_identity

_ROOTED: Final = ("/", "~", "$", "{", "../", ":")
"""What a path begins with that is not below the folder where the server runs."""


def short_text(text: str) -> str:
    """Return text of a file on one line: no secrets, variables by their name."""
    return flat(short_variables(mask_secrets(text)))


def full_text(text: str) -> str:
    """Return text of a file on one line, without secrets."""
    return flat(mask_secrets(text))


def join_words(separator: str, *words: str) -> str:
    """Return those words that are not empty."""
    return separator.join(filter(None, words))


def config_name(file: str, config: Overview) -> str:
    """Return the name of a file, and which of its configs is meant."""
    if config.place:
        return short_text(f"{file} ({config.place})")
    return short_text(file)


def database_name(location: Location) -> str:
    """Return a name of a database that is the same for every spelling
    of one file.

    It has no credentials; placeholders are as written.
    """
    file = location.file
    if file is not None:
        if "${" in file:
            return file
        return file_identity(file)
    fields = dict(location.connection)
    # An engine that a variable chooses may be sqlite.
    if fields.get("db_path") and not fields.get("host"):
        return f"{location.engine} {fields['db_path']}"
    return location._replace(table="", prefix="").describe()


def common_folder_of(config: Overview) -> str:
    """Return the folder of most sqlite files of a config; '' when no
    two share one.
    """
    databases = _databases(config)
    return common_folder(name for name, each in databases.items() if each.file)


def database_labels(config: Overview, folder: str = "") -> dict[str, str]:
    """Return what the databases of a config are called, by their names.

    A label is short, unless two databases would have the same or it
    could be read as a file in `folder`.
    """
    labels = {
        name: _short_label(name, location, folder)
        for name, location in _databases(config).items()
    }
    counts = Counter(labels.values())
    ambiguous = short_text(folder) or "\n"
    for name, label in labels.items():
        if counts[label] > 1 or label.startswith(ambiguous):
            labels[name] = full_text(name)
    return labels


def describe_rows(store: StoreEntry) -> str:
    """Return where in its database a store keeps rows: the table, the
    key prefix.
    """
    location = store.location
    if not location:
        return _describe_name(store)
    words = []
    if location.table not in ("", KV_TABLE):
        words.append(f"table {short_text(location.table)}")
        if store.family == "sql" and store.name not in ("", location.table):
            words.append(f"'{short_text(store.name)}' is ignored")
    if location.prefix:
        words.append(f"keys {short_text(location.prefix)}:*")
    elif store.family == "kv" and store.name:
        words.append(_describe_name(store))
    return ", ".join(words) or store.family


def _describe_name(store: StoreEntry) -> str:
    if not store.name:
        return ""
    if store.family == "kv":
        return f"namespace {short_text(store.name)}"
    return f"table {short_text(store.name)}"


def describe_condition(store: StoreEntry) -> str:
    """Return when the provider of a store is on, '' for always."""
    if store.disabled:
        return "off"
    if store.variable:
        return f"only with ${store.variable}"
    return ""


def _databases(config: Overview) -> dict[str, Location]:
    locations = [each.location for each in config.backends]
    locations += [each.location for each in config.stores]
    return {database_name(each): each for each in locations if each}


def _short_label(name: str, location: Location, folder: str) -> str:
    label = short_text(name.removeprefix(folder))
    if not folder or name.startswith(folder) or location.file is None:
        return label
    # `C:` begins a path on another drive.
    if name.startswith(_ROOTED) or name[1:2] == ":":
        return label
    return f"./{label}"


_INDENT: Final = "    "


def draw_judgements(judgements: Sequence[Judgement], width: int) -> Lines:
    """Yield a line for each piece of evidence."""
    for each in judgements:
        word, color = "", ""
        if each.weight < 0:
            word, color = "but ", "warning"
        line = f"  line {each.position.line}: {word}{short_text(each.what)}"
        for part in fold(line, width, _INDENT):
            yield paint(part, color)
