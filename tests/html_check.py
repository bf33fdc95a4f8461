"""html_check.py FILE: tags balance (html.parser), lxml reads it, nothing comes from outside."""
import sys
from html.parser import HTMLParser

import lxml.html

VOID = {"meta", "link", "input", "br", "hr", "img", "line", "path", "rect", "circle", "polyline", "use"}


class Balance(HTMLParser):
    def __init__(self):
        super().__init__()
        self.stack, self.bad = [], []

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.stack.append(tag)

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        if not self.stack or self.stack.pop() != tag:
            self.bad.append((tag, self.getpos()))


text = open(sys.argv[1], encoding="utf-8").read()
parser = Balance()
parser.feed(text)
parser.close()
assert not parser.bad and not parser.stack, (parser.bad[:3], parser.stack)
doc = lxml.html.fromstring(text.encode())
assert doc.find(".//title").text.startswith("amt-")
for e in doc.iter():
    for a in ("src", "href", "action", "data", "background"):
        v = e.get(a)
        assert v is None or v.startswith("#"), (e.tag, a, v)
for style in doc.findall(".//style"):
    assert "url(" not in style.text and "@import" not in style.text
