"""The roles of the product."""

from enum import StrEnum


class Role(StrEnum):
    """What a person does here; one staff entry holds one role."""

    ADMINISTRATOR = "administrator"
    BRAND_MANAGER = "brand_manager"
    REGION_MANAGER = "region_manager"
    OEM_DESK = "oem_desk"
    LEADERSHIP = "leadership"
    DEALER_MANAGER = "dealer_manager"
    ACCOUNT_OPERATOR = "account_operator"
    CONSULTANT = "consultant"


#: Roles that belong to the car maker; the others belong to another company, the dealer.
OEM_ROLES = frozenset({Role.ADMINISTRATOR, Role.BRAND_MANAGER, Role.REGION_MANAGER, Role.OEM_DESK, Role.LEADERSHIP})
DEALER_ROLES = frozenset({Role.DEALER_MANAGER, Role.ACCOUNT_OPERATOR, Role.CONSULTANT})
#: Roles that may open the console.
CONSOLE_ROLES = frozenset({Role.ADMINISTRATOR, Role.BRAND_MANAGER, Role.REGION_MANAGER, Role.OEM_DESK})
#: Roles that may open the boards.
BOARD_ROLES = OEM_ROLES | {Role.DEALER_MANAGER}


#: Who may give which roles. An administrator's role is given by administrators alone; a region manager staffs stores.
APPOINTS: dict[Role, frozenset[Role]] = {
    Role.ADMINISTRATOR: frozenset(Role),
    Role.BRAND_MANAGER: frozenset(Role) - {Role.ADMINISTRATOR, Role.BRAND_MANAGER},
    Role.REGION_MANAGER: DEALER_ROLES,
}


def may_appoint(actor: Role, role: Role) -> bool:
    """Whether a person in role `actor` may give or end the role `role`."""
    return role in APPOINTS.get(actor, frozenset())


def home_of(role: Role) -> str:
    """The URL name of the first page of a role."""
    match role:
        case Role.LEADERSHIP:
            return "dashboards:network"
        case Role.OEM_DESK:
            return "routing:desk"
        case Role.DEALER_MANAGER | Role.ACCOUNT_OPERATOR:
            return "tasks:inbox"
        case Role.CONSULTANT:
            return "leads:list"
        case _:
            return "wagtailadmin_home"
