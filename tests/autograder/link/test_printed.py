"""What is printed is kept at both ends and counted between."""

from autograder.link.printed import Printed, PrintedText


def test_little_is_kept_whole() -> None:
    printed = Printed(10)
    for data in (b"abc", b"defgh", "é".encode()):
        printed.feed(data)
    assert printed.take() == "abcdefghé"
    assert printed.take() == ""


def test_much_is_cut_in_the_middle() -> None:
    printed = Printed(10)
    printed.feed(b"begin" + b"x" * 1_000)
    printed.feed(b"close")
    assert printed.take() == "begin\n… 1,000 bytes left out …\nclose"


def test_a_text_stream_for_print() -> None:
    printed = Printed(100)
    print("x =", 3, "\ud800", file=PrintedText(printed))
    assert printed.take() == "x = 3 ?\n"
