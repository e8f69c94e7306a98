"""The people and places of the demo network. Invented; the cities are real. Tests borrow them."""

from dataclasses import dataclass, field

from cloudstore.users.rules import Role


@dataclass(frozen=True, slots=True)
class DealerCard:
    """One dealer of the demo: where it is, how large, and how well it works (0 weak to 1 strong)."""

    code: str
    name: str
    city: str
    region: str
    size_band: str
    city_tier: int
    strength: float
    group: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can sign in."""

    username: str
    name: str
    role: Role
    place: str = ""  # region code, dealer code, or empty for the whole brand
    language: str = "zh-hans"


@dataclass(frozen=True, slots=True)
class BrandCard:
    """A brand with its regions, series, dealers and people."""

    slug: str
    name_zh: str
    name_en: str
    legal_name: str
    client_key: str
    secret: str
    regions: tuple[tuple[str, str], ...]
    series: tuple[tuple[str, str], ...]
    dealers: tuple[DealerCard, ...]
    people: tuple[Person, ...]
    groups: tuple[str, ...] = field(default=())


JIAHE, HENGTONG = "嘉和汽车集团", "恒通汽车集团"

XINGHE = BrandCard(
    slug="xinghe",
    name_zh="星河汽车",
    name_en="Xinghe Motors",
    legal_name="星河汽车销售有限公司",
    client_key="ck_demo",
    secret="dy_secret_demo",  # noqa: S106 - the simulator's documented demo key, worth nothing elsewhere
    regions=(("east", "华东"), ("south", "华南"), ("north", "华北")),
    series=(("L5", "星河 L5"), ("X7", "星河 X7"), ("E3", "星河 E3")),
    groups=(JIAHE, HENGTONG),
    dealers=(
        DealerCard("SH01", "上海嘉和汽车滨江店", "310100", "east", "L", 1, 0.92, JIAHE),
        DealerCard("SH02", "上海永兴汽车虹桥店", "310100", "east", "L", 1, 0.78),
        DealerCard("SH03", "上海瑞达汽车", "310100", "east", "M", 1, 0.55),
        DealerCard("SZ01", "苏州嘉和汽车园区店", "320500", "east", "M", 2, 0.84, JIAHE),
        DealerCard("WX01", "无锡鸿远汽车", "320200", "east", "M", 2, 0.61),
        DealerCard("NJ01", "南京永兴汽车江宁店", "320100", "east", "L", 2, 0.7),
        DealerCard("HZ01", "杭州瑞达汽车高新店", "330100", "east", "L", 1, 0.66),
        DealerCard("NB01", "宁波甬城汽车", "330200", "east", "M", 2, 0.38),
        DealerCard("HF01", "合肥包河汽车", "340100", "east", "M", 2, 0.47),
        DealerCard("GZ01", "广州恒通汽车天河店", "440100", "south", "L", 1, 0.88, HENGTONG),
        DealerCard("GZ02", "广州恒通汽车城东店", "440100", "south", "M", 1, 0.42, HENGTONG),
        DealerCard("SZ11", "深圳鹏程汽车南山店", "440300", "south", "L", 1, 0.95),
        DealerCard("SZ12", "深圳恒通汽车龙岗店", "440300", "south", "M", 1, 0.6, HENGTONG),
        DealerCard("FS01", "佛山岭南汽车", "440600", "south", "M", 2, 0.52),
        DealerCard("DG01", "东莞莞城汽车", "441900", "south", "M", 2, 0.33),
        DealerCard("XM01", "厦门鹭岛汽车", "350200", "south", "M", 2, 0.73),
        DealerCard("CS01", "长沙星沙汽车", "430100", "south", "M", 2, 0.58),
        DealerCard("NN01", "南宁邕江汽车", "450100", "south", "S", 3, 0.18),
        DealerCard("BJ01", "北京永兴汽车朝阳店", "110100", "north", "L", 1, 0.8),
        DealerCard("BJ02", "北京鸿远汽车城东店", "110100", "north", "M", 1, 0.36),
        DealerCard("TJ01", "天津海河汽车", "120100", "north", "M", 2, 0.5),
        DealerCard("SJ01", "石家庄冀中汽车", "130100", "north", "S", 2, 0.25),
        DealerCard("JN01", "济南泉城汽车", "370100", "north", "M", 2, 0.64),
        DealerCard("QD01", "青岛海岸汽车", "370200", "north", "M", 2, 0.71),
    ),
    people=(
        Person("lin", "林晓", Role.BRAND_MANAGER),
        Person("fang", "方远", Role.REGION_MANAGER, "east"),
        Person("he", "何静", Role.OEM_DESK),
        Person("zhou", "周总", Role.LEADERSHIP),
        Person("admin", "管理员", Role.ADMINISTRATOR, language="en"),
        Person("chen", "陈晨", Role.DEALER_MANAGER, "SH01"),
        Person("wang", "王磊", Role.ACCOUNT_OPERATOR, "SH01"),
        Person("zhao", "赵敏", Role.CONSULTANT, "SH01"),
        Person("sun", "孙悦", Role.ACCOUNT_OPERATOR, "SZ11"),
        Person("qian", "钱进", Role.DEALER_MANAGER, "SZ11"),
    ),
)

BEICHEN = BrandCard(
    slug="beichen",
    name_zh="北辰汽车",
    name_en="Beichen Auto",
    legal_name="北辰汽车股份有限公司",
    client_key="ck_beichen",
    secret="dy_secret_beichen",  # noqa: S106 - as above
    regions=(("bc-all", "全国"),),
    series=(("B1", "北辰 B1"),),
    dealers=(
        DealerCard("BC01", "北辰汽车上海体验店", "310100", "bc-all", "M", 1, 0.7),
        DealerCard("BC02", "北辰汽车成都体验店", "510100", "bc-all", "M", 1, 0.4),
    ),
    people=(
        Person("bei-lin", "林北", Role.BRAND_MANAGER),
        Person("bei-wang", "王辰", Role.ACCOUNT_OPERATOR, "BC01"),
        Person("bei-zhou", "周辰", Role.LEADERSHIP),
    ),
)

BRANDS = (XINGHE, BEICHEN)
