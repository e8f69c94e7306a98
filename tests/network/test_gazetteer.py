"""The gazetteer: a text names a place only when exactly one fits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudstore.network.gazetteer import Level, Reading, gazetteer

BOOK = gazetteer()


def test_the_whole_table_is_loaded():
    assert len(BOOK) == 3225
    assert BOOK.place("659012").name == "白杨市"
    assert BOOK.place("320500").level is Level.PREFECTURE
    assert BOOK.name("320583") == "昆山市"
    assert BOOK.name("999999") == "999999"


@pytest.mark.parametrize(
    ("text", "adcode"),
    [
        ("深圳", "440300"),
        ("深圳市", "440300"),
        (" 深 圳 市 ", "440300"),
        ("江苏苏州", "320500"),
        ("江苏省苏州市", "320500"),
        ("江苏省 苏州市", "320500"),
        ("江苏省/苏州市/昆山市", "320583"),
        ("苏州昆山", "320583"),
        ("江苏昆山", "320583"),
        ("中国广东省深圳市南山区", "440305"),
        ("朝阳市", "211300"),
        ("辽宁朝阳", "211300"),
        ("北京朝阳", "110105"),
        ("北京市市辖区朝阳区", "110105"),
        ("吉林朝阳", "220104"),
        ("北京", "110100"),
        ("重庆市", "500100"),
        ("重庆万州", "500101"),
        ("重庆云阳县", "500235"),
        ("上海浦东", "310115"),
        ("内蒙古呼和浩特", "150100"),
        ("广西百色市", "451000"),
        ("恩施", "422800"),
        ("恩施州", "422800"),
        ("恩施土家族苗族自治州", "422800"),
        ("新疆伊犁州", "654000"),
        ("吉林省延边朝鲜族自治州", "222400"),
        ("吉林市", "220200"),
        ("吉林长春", "220100"),
        ("海南三亚", "460200"),
        ("河北石家庄", "130100"),
        ("河南省省直辖县级行政区划济源市", "419001"),
        ("仙桃", "429004"),
        ("石河子", "659001"),
        ("香港", "810000"),
        ("西安", "610100"),
        ("锡盟", "152500"),
        ("广西融水", "450225"),
    ],
)
def test_what_people_type_and_the_one_place_it_means(text, adcode):
    found = BOOK.find(text)
    assert (found.reading, found.place and found.place.adcode) == (Reading.EXACT, adcode)


@pytest.mark.parametrize(
    ("text", "reading", "options"),
    [
        ("朝阳", Reading.AMBIGUOUS, {"110105", "211300", "220104"}),
        ("朝阳区", Reading.AMBIGUOUS, {"110105", "220104"}),
        ("鼓楼区", Reading.AMBIGUOUS, {"320106", "320302", "350102", "410204"}),
        ("海南", Reading.AMBIGUOUS, {"150303", "460000", "632500"}),
        ("昆山", Reading.COUNTY_ALONE, {"320583"}),
        ("大理市", Reading.COUNTY_ALONE, {"532901"}),
        ("火星", Reading.UNKNOWN, set()),
        ("苏州工业园区", Reading.UNKNOWN, set()),
        ("江苏杭州", Reading.UNKNOWN, set()),
        ("深圳附近", Reading.UNKNOWN, set()),
        ("", Reading.UNKNOWN, set()),
        ("县", Reading.UNKNOWN, set()),
        ("省直辖县级行政区划", Reading.UNKNOWN, set()),
        ("深圳" * 40, Reading.UNKNOWN, set()),
    ],
)
def test_what_is_not_one_place_is_nobodys(text, reading, options):
    found = BOOK.find(text)
    assert (found.reading, set(found.options), found.place) == (reading, options, None)


@pytest.mark.parametrize(
    ("text", "within", "adcode"),
    [
        ("朝阳区", "220000", "220104"),
        ("朝阳", "110105", "110105"),
        ("朝阳", "210000", "211300"),
        ("昆山", "320500", "320583"),
        ("鼓楼", "350000", "350102"),
        ("中山", "210200", "210202"),
    ],
)
def test_a_known_province_or_city_settles_the_name_of_a_county(text, within, adcode):
    assert BOOK.find(text, within).place.adcode == adcode


def test_a_place_outside_the_known_province_is_not_found_in_it():
    assert BOOK.find("深圳", "320000").reading is Reading.UNKNOWN


@pytest.mark.parametrize(
    ("short", "adcode"),
    [
        ("内蒙古", "150000"),
        ("广西", "450000"),
        ("西藏", "540000"),
        ("宁夏", "640000"),
        ("新疆", "650000"),
        ("吉林", "220000"),
    ],
)
def test_a_province_is_known_by_its_short_name_and_is_not_a_city(short, adcode):
    assert BOOK.find(short).place.adcode == adcode
    assert BOOK.city_of(adcode) is None


@pytest.mark.parametrize(
    ("story", "adcode", "city"),
    [
        ("a prefecture is its own city", "440300", "440300"),
        ("a district belongs to its prefecture", "440305", "440300"),
        ("a county-level city belongs to its prefecture", "320583", "320500"),
        ("a municipality, however it is named", "110000", "110100"),
        ("a district of a municipality", "110105", "110100"),
        ("a county of Chongqing", "500235", "500100"),
        ("the placeholder of Chongqing's counties", "500200", "500100"),
        ("a city directly below its province", "429004", "429004"),
        ("the placeholder above it", "429000", None),
        ("Hong Kong", "810000", "810000"),
        ("a district given up in 2021", "330103", "330100"),
        ("a prefecture without counties", "460400", "460400"),
        ("a province", "440000", None),
        ("no such province", "990100", None),
        ("no such prefecture", "449900", None),
        ("not a code", "44030", None),
        ("full-width digits are not a code", "４４０３００", None),
    ],
)
def test_the_city_a_code_belongs_to(story, adcode, city):
    assert BOOK.city_of(adcode) == city, story


@pytest.mark.parametrize(
    ("adcode", "chain"),
    [
        ("440305", ("440305", "440300", "440000")),
        ("440300", ("440300", "440000")),
        ("110000", ("110000", "110100")),
        ("500235", ("500235", "500200", "500100", "500000")),
        ("429004", ("429004", "420000")),
        ("810000", ("810000",)),
    ],
)
def test_the_places_that_contain_a_place(adcode, chain):
    assert BOOK.chain(adcode) == chain


PLACES = [place for place in BOOK._places.values() if BOOK.city_of(place.adcode) and not place.name.endswith("划")]


@given(st.sampled_from([place for place in PLACES if place.name != "县"]))
def test_every_full_address_leads_to_its_place(place):
    links = list(reversed(BOOK.chain(place.adcode)))
    text = "".join(BOOK.name(link) for link in links if BOOK.name(link) != "县")
    found = BOOK.find(text)
    city = BOOK.city_of(place.adcode)
    assert found.reading is Reading.EXACT
    assert found.place.adcode == (city if place.level is Level.PROVINCE else place.adcode)


@given(st.text(alphabet=st.sampled_from(list("江苏省州市县区朝阳北京吉林海南重庆中山 内蒙古自治")), max_size=12))
def test_no_text_is_read_as_a_place_it_does_not_spell(text):
    found = BOOK.find(text)
    assert (found.reading is Reading.EXACT) == (found.place is not None)
    if found.place:
        assert found.place.name[:2] in text.replace(" ", "")


@given(st.text(max_size=80), st.text(max_size=8))
def test_nothing_typed_breaks_the_gazetteer(text, within):
    assert BOOK.find(text, within).reading in Reading
    assert BOOK.city_of(within) is None or BOOK.place(BOOK.city_of(within))
