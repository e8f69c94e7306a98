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
