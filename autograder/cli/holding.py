"""How the instructor's commands hold student code, and when they refuse to."""

from autograder.link.isolation import Isolation

HELD = "How student code is held. A process is kept from the verdict only, a sandbox from the machine too."
BARE = "--isolation process keeps hostile code from neither your files nor your network"
TRUSTING = "--isolation process --i-trust-this-code"


def held(isolation: Isolation, *, trusted: bool, here: bool = True) -> Isolation:
    """Return the isolation that was asked for; raises ValueError where it must not or cannot be used.

    here: whether student code will run on this machine; a worker of a cluster tries its sandbox itself.
    """
    if isolation is Isolation.PROCESS and not trusted:
        raise ValueError(
            f"{BARE}; use the sandbox, or say {TRUSTING} if nobody hostile has handed anything in"
        )
    if isolation is Isolation.SANDBOX and here:
        from autograder.link.selftest import available

        if reason := available():
            raise ValueError(f"the sandbox cannot be used: {reason}. To grade without it, say {TRUSTING}")
    return isolation
