"""XML of a feed as a plain tree; what XML can do beyond that (document types, entities) is refused.

A feed needs no document type, and bombs and look-ups of other files are made of nothing else.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from drrouter.errors import MessageError

MOST_BYTES = 8 * 1024 * 1024
_MOST_NODES, _MOST_DEPTH, _MOST_TEXT = 200_000, 20, 10_000


@dataclass(slots=True)
class Node:
    """An element by its local name, without namespace and attributes."""

    name: str
    text: str = ""
    children: list["Node"] = field(default_factory=list)

    def all(self, name: str) -> Iterator["Node"]:
        """The children of that name."""
        return (child for child in self.children if child.name == name)

    def find(self, *path: str) -> "Node | None":
        """The first descendant along a path of names."""
        node: Node | None = self
        for name in path:
            node = next(node.all(name), None) if node else None
        return node

    def said(self, *path: str) -> str:
        """The text along a path, empty where there is none."""
        node = self.find(*path)
        return node.text.strip() if node else ""


def xml_of(data: bytes, where: str) -> Node:
    """The root of the document.

    Raises:
        MessageError: too long, too deep, not XML, or with a document type.
    """
    if len(data) > MOST_BYTES:
        raise MessageError(where, "", f"{len(data)} bytes are too many", "Ask for fewer days")
    tree = _Tree(where)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = tree.refuse
    parser.EntityDeclHandler = tree.refuse
    parser.StartElementHandler = tree.begin
    parser.EndElementHandler = tree.end
    parser.CharacterDataHandler = tree.text
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise MessageError(where, "", f"it is not complete XML (line {error.lineno})") from error
    except (ValueError, LookupError) as error:
        raise MessageError(where, "", "it is in an encoding that is not known") from error
    return tree.root


class _Tree:
    """Builds the nodes as the parser meets them."""

    def __init__(self, where: str) -> None:
        self._where, self._open, self._count = where, [Node("")], 0

    @property
    def root(self) -> Node:
        return self._open[0].children[0]

    def begin(self, name: str, _attributes: object) -> None:
        self._count += 1
        if self._count > _MOST_NODES or len(self._open) > _MOST_DEPTH:
            raise MessageError(self._where, "", "it holds too many or too deeply nested elements")
        node = Node(name.rpartition(" ")[2])
        self._open[-1].children.append(node)
        self._open.append(node)

    def end(self, _name: str) -> None:
        self._open.pop()

    def text(self, text: str) -> None:
        node = self._open[-1]
        if len(node.text) + len(text) > _MOST_TEXT:
            raise MessageError(self._where, "", "it holds a text that is too long")
        node.text += text

    def refuse(self, *_: object) -> None:
        raise MessageError(self._where, "", "it declares a document type or entities, which feeds never need")
