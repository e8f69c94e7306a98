"""Which place a code or a text means. Reads the region table once; answers from memory; never guesses.

A text counts only when exactly one place fits it: 朝阳 may be a district of Beijing or a city in Liaoning, so it is
nobody's. A county's bare name is not searched in the whole country (most are not unique, and the typed word is seldom
meant so); with its province or city before it, or inside a known one, it is.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path

_DATA = Path(__file__).parent / "data"
_MUNICIPALITIES = ("11", "12", "31", "50")
_LONGEST = 60


class Level(StrEnum):
    """The three levels of the table."""

    PROVINCE = "province"
    PREFECTURE = "prefecture"
    COUNTY = "county"


class Reading(StrEnum):
    """How a text was read."""

    EXACT = "exact"
    AMBIGUOUS = "ambiguous"
    COUNTY_ALONE = "county_alone"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Place:
    """One division: six-digit code, official name, level, code of the one above, and a point for distances."""

    adcode: str
    name: str
    level: Level
    parent: str
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class Found:
    """The answer to a text: the place when the reading is exact, otherwise the codes that were possible."""

    reading: Reading
    place: Place | None = None
    options: tuple[str, ...] = ()


# Peoples in the names of autonomous divisions: 恩施土家族苗族自治州 is called 恩施.
_PEOPLES = (
    "阿昌|白|保安|布依|布朗|朝鲜|傣|达斡尔|德昂|东乡|侗|独龙|鄂伦春|鄂温克|仡佬|哈尼|哈萨克|回|基诺|景颇|柯尔克孜|拉祜|黎|傈僳|珞巴|满|毛南|门巴"
    "|蒙古|苗|仫佬|纳西|怒|普米|羌|撒拉|畲|水|塔吉克|土|土家|维吾尔|佤|锡伯|瑶|彝|裕固|藏|壮"
)
_AUTONOMOUS = re.compile(rf"(?:(?:{_PEOPLES}|各)族|蒙古|哈萨克|柯尔克孜|塔吉克|锡伯|维吾尔)*自治[州县旗区]$")
_SUFFIXES = {
    Level.PROVINCE: ("特别行政区", "省", "市"),
    Level.PREFECTURE: ("地区", "市", "盟"),
    Level.COUNTY: ("新区", "林区", "特区", "市", "区", "县", "旗"),
}
_NOISE = re.compile(r"[\s,，.。、/·・|>＞_\-—]+|市辖区|(?:省|自治区)直辖县级行政区划")


def _short_names(name: str, level: Level) -> set[str]:
    """What people call a place: 深圳 for 深圳市; 恩施, 恩施州 and 恩施自治州 for the prefecture with the long name."""
    if name.endswith(("自治州", "自治县", "自治旗", "自治区")):
        stem = _AUTONOMOUS.sub("", name)
        if len(stem) < 2:  # 东乡族自治县 is named after its people, 内蒙古 is more than 内
            stem = name[:-3].removesuffix("族")
        ending = name[-1]
        return {stem, stem + ending, stem + name[-3:]} if level is not Level.PROVINCE else {stem, stem + "自治区"}
    for suffix in _SUFFIXES[level]:
        if name.endswith(suffix):
            return {name.removesuffix(suffix)}
    return set()


def _is_placeholder(place: Place) -> bool:
    """Rows that group counties and are no place of their own."""
    return place.name.endswith("直辖县级行政区划") or place.name == "县"


class Gazetteer:
    """The region table in memory. Build it with `gazetteer()`; it is read-only and shared."""

    def __init__(self, places: Iterable[Place], aliases: Iterable[tuple[str, str]]) -> None:
        self._places = {place.adcode: place for place in places}
        self._settled = dict(aliases)
        # Asked several times for every lead, so worked out once for every code of the table.
        self._cities = {adcode: self._city_of(adcode) for adcode in self._places}
        self._chains = {adcode: self._chain(adcode) for adcode in self._places}
        names = defaultdict(list)
        for place in self._places.values():
            if _is_placeholder(place):
                continue
            for name in {place.name} | _short_names(place.name, place.level):
                if len(name) > 1:
                    names[name].append(place.adcode)
        for alias, adcode in self._settled.items():
            names[alias].append(adcode)
        self._names = {name: tuple(dict.fromkeys(adcodes)) for name, adcodes in names.items()}
        self._find = lru_cache(maxsize=20_000)(self._find_uncached)

    def __len__(self) -> int:
        return len(self._places)

    def place(self, adcode: str) -> Place | None:
        """The division with this code, or None."""
        return self._places.get(adcode)

    def name(self, adcode: str) -> str:
        """The official name, or the code itself when the table does not know it."""
        place = self._places.get(adcode)
        return place.name if place else adcode

    def province_of(self, adcode: str) -> str | None:
        """The province of any code, or None when there is no such province."""
        province = adcode[:2] + "0000"
        return province if province in self._places else None

    def city_of(self, adcode: str) -> str | None:
        """The city that a code belongs to: the unit in which "local" is decided. None when the code names no city.

        A county belongs to its prefecture, every part of a municipality to the one city (110100, 500100), a county that
        a province governs directly is a city of its own, and so are Hong Kong, Macau and Taiwan. Codes of counties that
        the state has since given up still lead to their prefecture. A province is not a city.
        """
        known = self._cities.get(adcode, "")
        return known if known != "" else self._city_of(adcode)

    def _city_of(self, adcode: str) -> str | None:
        if not _is_code(adcode) or self.province_of(adcode) is None:
            return None
        if adcode[:2] in _MUNICIPALITIES:
            return adcode[:2] + "0100"
        if adcode[:2] in ("71", "81", "82"):
            return adcode[:2] + "0000"
        if adcode[2:4] == "90":
            return adcode if adcode in self._places and adcode[4:] != "00" else None
        city = adcode[:4] + "00"
        return city if adcode[2:4] != "00" and city in self._places else None

    def chain(self, adcode: str) -> tuple[str, ...]:
        """The code, its city and its province, nearest first: what a territory row may name to contain it."""
        known = self._chains.get(adcode)
        return self._chain(adcode) if known is None else known

    def _chain(self, adcode: str) -> tuple[str, ...]:
        links = [adcode, self.city_of(adcode), self.province_of(adcode)]
        if adcode[:4] == "5002":
            links.insert(1, "500200")
        return tuple(dict.fromkeys(link for link in links if link))

    def find(self, text: str, within: str = "") -> Found:
        """The place that `text` names, if it names exactly one; `within` is a province or city already known.

        Understands official and short names, alone or after each other (江苏苏州, 江苏省苏州市昆山市, 北京朝阳), and
        the aliases of the data file. The whole text must be used up.
        """
        if len(text) > _LONGEST:
            return Found(Reading.UNKNOWN)
        tidy = _NOISE.sub("", unicodedata.normalize("NFKC", text)).removeprefix("中国")
        return self._find(tidy, within)

    def _find_uncached(self, tidy: str, within: str) -> Found:
        if not within and tidy in self._settled:
            return Found(Reading.EXACT, self._places[self._settled[tidy]])
        options = self._without_parts(self._fitting(tidy, within))
        if len(options) != 1:
            return Found(Reading.AMBIGUOUS if options else Reading.UNKNOWN, options=options)
        # A municipality stands in the table twice, as province and as prefecture; the city is the latter.
        only = (
            self.city_of(options[0]) if options[0][:2] in _MUNICIPALITIES and options[0][2:] == "0000" else options[0]
        )
        assert only is not None
        alone = not within and only in self._names.get(tidy, ())
        if alone and self._places[only].level is Level.COUNTY and self.city_of(only) != only:
            return Found(Reading.COUNTY_ALONE, options=options)
        return Found(Reading.EXACT, self._places[only])

    def _fitting(self, text: str, within: str) -> set[str]:
        """Every place inside `within` that the whole text can mean."""
        fitting = {adcode for adcode in self._names.get(text, ()) if self._inside(adcode, within)}
        for cut in range(2, len(text) - 1):
            for adcode in self._names.get(text[:cut], ()):
                if self._places[adcode].level is not Level.COUNTY and self._inside(adcode, within):
                    fitting |= self._fitting(text[cut:], adcode)
        return fitting

    def _inside(self, adcode: str, within: str) -> bool:
        if not within:
            return True
        outer = within if within[2:] == "0000" else self.city_of(within)
        return adcode != outer and outer in self.chain(adcode)

    def _without_parts(self, adcodes: set[str]) -> tuple[str, ...]:
        """Without places that lie in another one of the set: 恩施 is the prefecture, not the town in it."""
        return tuple(sorted(one for one in adcodes if not adcodes & self._above(one)))

    def _above(self, adcode: str) -> set[str]:
        """The codes the table puts above this one: its prefecture and its province."""
        parent = self._places[adcode].parent
        return {parent} | self._above(parent) if parent else set()


def _is_code(adcode: str) -> bool:
    return len(adcode) == 6 and adcode.isascii() and adcode.isdigit()


def _rows(name: str) -> list[dict[str, str]]:
    with (_DATA / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@cache
def gazetteer() -> Gazetteer:
    """The gazetteer over the product's region table."""
    places = (
        Place(row["adcode"], row["name"], Level(row["level"]), row["parent"], float(row["lat"]), float(row["lon"]))
        for row in _rows("regions.csv")
    )
    return Gazetteer(places, ((row["alias"], row["adcode"]) for row in _rows("aliases.csv")))
