"""What an instructor chose when making a Gradescope archive, as the container reads it."""

import json
from dataclasses import asdict, dataclass

from autograder.exports.gradescope import VISIBILITIES

FILE, SECRET, PROJECT = "settings.json", "secret.key", "project"


@dataclass(frozen=True)
class Settings:
    """visibility: when students see their results.  process_allowed: whether to grade without a sandbox.

    Raises ValueError when Gradescope knows no such visibility.
    """

    visibility: str = "visible"
    process_allowed: bool = False

    def __post_init__(self) -> None:
        if self.visibility not in VISIBILITIES:
            raise ValueError(
                f"visibility {self.visibility!r}: Gradescope has {', '.join(VISIBILITIES)}; choose one"
            )


def to_json(settings: Settings) -> str:
    """Return the settings as JSON text."""
    return json.dumps(asdict(settings), indent=2) + "\n"


def from_json(text: str) -> Settings:
    """Return the settings that `to_json` wrote; raises ValueError when the text is something else."""
    try:
        data = json.loads(text)
        settings = Settings(**data)
    except (ValueError, TypeError) as error:
        raise ValueError(f"{FILE} is damaged ({error}); make the archive again") from None
    if not isinstance(settings.process_allowed, bool):
        raise ValueError(f"{FILE} is damaged (process_allowed is no truth value); make the archive again")
    return settings
