"""Answers and errors that are meant for whoever reads about them: pages, tables, terminals."""

TEXT = (
    '=HYPERLINK("http://evil.example","your grade")\n'
    "<script>alert('owned')</script><img src=x onerror=alert(1)><a href='javascript:alert(1)'>x</a>\r\n"
    "[click](javascript:alert(1)) ![x](http://evil.example/x.png) {{ 7 * 7 }} ]]> &lt;b&gt; "
    "[bold red]0[/] `code`\n"
    "\x1b]0;owned\x07\x1b[2J\x1b[31mred \x9b2J \x08\x08\x00 "
    "\u202e\u2066evas\u2069 \u200b\ufeff\U000e0041 \ud800 \u2028\n"
    "@SUM(1+1)*cmd|' /C calc'!A0\n"
)


def raise_it(x_0, t, alpha_bar, eps):
    print(TEXT.encode("utf-8", "replace").decode())
    raise ValueError(TEXT)


class Shown:
    def __repr__(self):
        return TEXT

    __str__ = __repr__


NAME = TEXT.replace("\x00", "").replace("\ud800", "")
Shown.__name__ = Shown.__qualname__ = NAME


def return_it(x_0, t, alpha_bar, eps):
    return Shown()


def return_a_text(x_0, t, alpha_bar, eps):
    return TEXT


def raise_another(x_0, t, alpha_bar, eps):
    raise type(NAME, (Exception,), {})(TEXT)
