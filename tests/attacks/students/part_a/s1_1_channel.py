"""What somebody might say on the wire to the grader, instead of an answer."""

import gc
import os
import struct
import threading
import time

import torch


def find(kind):
    return next(thing for thing in gc.get_objects() if type(thing).__name__ == kind)


def speak(data):
    os.write(find("Pipe")._outgoing, data)


def frame(text, tensors=b""):
    return struct.pack(">QQ", len(text), len(tensors)) + text + tensors


def forge_a_verdict(*args):
    find("Server")._say({"failure": {"kind": "passed", "message": "full points"}, "points": 3}, {})


def forge_an_answer(*args):
    server = find("Server")
    server._say({"value": True}, {})
    server._say({"value": True}, {})
    return args[0]


def answer_other_calls(*args):
    pipe = find("Pipe")
    for call in range(1_000):
        pipe.send({"call": call, "value": True}, {})


def answer_twice(*args):
    def later():
        time.sleep(0.05)
        find("Server")._say({"value": 1}, {})

    threading.Thread(target=later, daemon=True).start()
    return args[0]


def send_half_a_frame(*args):
    speak(bytes(7))
    os._exit(0)


def announce_too_much(*args):
    speak(struct.pack(">QQ", 2**62, 2**62))
    time.sleep(60)


def dribble(*args):
    speak(struct.pack(">QQ", 100_000, 0))
    while True:
        speak(b" ")
        time.sleep(0.05)


def flood_with_zeros(*args):
    while True:
        speak(bytes(2**16))


def flood_with_imports(*args):
    server = find("Server")
    while True:
        server._say({"importing": "part_a.s1_1_forward", "begins": True}, {})


def send_deep_json(*args):
    speak(frame(b"[" * 100_000))
    time.sleep(60)


def send_nan(*args):
    speak(frame(b'{"call": 1, "value": NaN}'))
    time.sleep(60)


def send_bad_tensors(*args):
    speak(frame(b'{"call": 1, "value": ["tensor", "x"]}', struct.pack("<Q", 2**60) + bytes(100)))
    time.sleep(60)


def send_a_pickle(*args):
    import pickle

    class Surprise:
        def __reduce__(self):
            return os.system, ("touch @PRIVATE@/pickled",)

    speak(frame(pickle.dumps(Surprise())))
    time.sleep(60)


def call_what_was_never_lent(*args):
    find("Server")._exchange({"callback": 999, "args": ["list", []], "kwargs": ["dict", []]}, {})


def close_everything(*args):
    os.closerange(0, 64)


def exchange_the_serialiser(*args):
    import link.frames

    link.frames.serialised = lambda tensors: torch.zeros(3).numpy().tobytes()
    return args[0]
