"""How the console looks and what its menu leaves out."""

from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from wagtail import hooks


@hooks.register("insert_global_admin_css")
def console_styles() -> SafeString:
    """Tokens, components and the mapping of the console's variables."""
    names = ("kit/tokens.css", "kit/parts.css", "kit/console.css")
    return format_html_join("", '<link rel="stylesheet" href="{}">', ((static(name),) for name in names)) or format_html(
        ""
    )
