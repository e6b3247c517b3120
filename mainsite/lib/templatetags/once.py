"""What is the same on every page, written once: the masthead's entries, legends, forms.

Of the thousand nodes and four hundred translated words of a page of the list, most
never change. Written each time, they were a third of its processor.
"""

from collections.abc import Hashable
from typing import Any

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token, token_kwargs
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()

# Of one block: languages, roles, pages. Beyond, it begins anew.
_MOST = 200


class OnceNode(template.Node):
    def __init__(self, nodelist: NodeList, values: dict[str, FilterExpression]) -> None:
        self.nodelist, self._values = nodelist, values
        self._written: dict[Hashable, SafeString] = {}

    def render(self, context: template.Context) -> SafeString:
        values = {name: each.resolve(context) for name, each in self._values.items()}
        key = get_language(), *map(_told_apart, values.values())
        written = self._written.get(key)
        if written is None:
            written = self.nodelist.render(context.new(values))
            if len(self._written) >= _MOST:
                self._written.clear()
            self._written[key] = written
        return written


def _told_apart(value: Any) -> tuple[type, Hashable]:
    """By type too: a word never comes back as the markup that reads the same."""
    return type(value), value


@register.tag
def once(parser: Parser, token: Token) -> OnceNode:
    """Write what is inside once for each language and each set of values.

    `{% once role=user.role page=page %}…{% endonce %}`: inside there is nothing but
    these values, so that nothing else can show through to somebody else's page.
    """
    given = token.split_contents()[1:]
    values = token_kwargs(given, parser)
    if given:
        raise template.TemplateSyntaxError(f"once takes name=value, not {given[0]}")
    nodelist = parser.parse(("endonce",))
    parser.delete_first_token()
    return OnceNode(nodelist, values)
