"""Every address of the product, read from the URL configuration, so that a new view cannot escape the crawl."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

#: Addresses that the crawl leaves out, each with its reason.
LEFT_OUT = {
    "account_logout": "ends the crawler's own session",
    "javascript-catalog": "words only",
}


@dataclass(frozen=True, slots=True)
class Address:
    """One pattern: its full route with `<name>` places, and the names of these places in order."""

    route: str
    places: tuple[str, ...]
    converters: tuple[str, ...]
    name: str

    def with_ids(self, ids: tuple[str, ...]) -> str:
        """The address with ids in its places."""
        found = self.route
        for place, value in zip(self.places, ids, strict=True):
            found = found.replace(f"<{place}>", value)
        return "/" + found


def all_addresses() -> list[Address]:
    """Every pattern that Django knows, regular expressions of Wagtail's page server left out (it is asked by its pages)."""
    return [one for one in _walk(get_resolver().url_patterns, "", "") if one.name not in LEFT_OUT]


def _walk(patterns: list[URLPattern | URLResolver], before: str, namespace: str) -> Iterator[Address]:
    for pattern in patterns:
        if not isinstance(pattern.pattern, RoutePattern):
            route = _plain(str(pattern.pattern))
            if route is None:
                continue
        else:
            route = str(pattern.pattern._route)  # the written form, converters included
        if isinstance(pattern, URLResolver):
            yield from _walk(
                pattern.url_patterns, before + route, ":".join(filter(None, (namespace, pattern.namespace)))
            )
        else:
            yield _address(before + route, ":".join(filter(None, (namespace, pattern.name or ""))))


def _plain(expression: str) -> str | None:
    """A regular expression without places as a route; None for one with places."""
    bare = expression.removeprefix("^").removesuffix("$").removesuffix("\\Z")
    return bare if not set(bare) & set("(?[\\*+|") else None


def _address(route: str, name: str) -> Address:
    places, converters, shown, rest = [], [], "", route
    while "<" in rest:
        head, _, rest = rest.partition("<")
        inside, _, rest = rest.partition(">")
        converter, _, place = inside.rpartition(":")
        places.append(place)
        converters.append(converter or "str")
        shown += f"{head}<{place}>"
    return Address(shown + rest, tuple(places), tuple(converters), name)
