"""What student code prints: its beginning and its end are kept, the middle is counted."""

import io


class Printed:
    """A bounded record of bytes."""

    def __init__(self, most_bytes: int) -> None:
        """Keep at most `most_bytes`, half of them from the beginning, half from the end."""
        self._half = most_bytes // 2
        self._clear()

    def feed(self, data: bytes) -> None:
        """Add what was printed."""
        room = self._half - len(self._first)
        self._first += data[:room]
        self._last += data[room:]
        surplus = max(0, len(self._last) - self._half)
        del self._last[:surplus]
        self._dropped += surplus

    def take(self) -> str:
        """Return what was kept, with a note of what was not, and start again."""
        note = f"\n… {self._dropped:,} bytes left out …\n" if self._dropped else ""
        first, last = (bytes(part).decode("utf-8", "replace") for part in (self._first, self._last))
        if not self._dropped:
            first, last = bytes(self._first + self._last).decode("utf-8", "replace"), ""
        self._clear()
        return first + note + last

    def _clear(self) -> None:
        self._first, self._last, self._dropped = bytearray(), bytearray(), 0


class PrintedText(io.TextIOBase):
    """A text stream that feeds a record."""

    def __init__(self, record: Printed) -> None:
        """Write to `record`."""
        self._record = record

    def writable(self) -> bool:
        """Return True."""
        return True

    def write(self, text: str) -> int:
        """Record the text and return its length."""
        self._record.feed(text.encode("utf-8", "replace"))
        return len(text)
