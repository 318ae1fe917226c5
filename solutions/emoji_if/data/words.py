"""The vocabulary: every noun phrase that the model is taught, and the emoji that show it.

An emoji goes by the name that all four artwork sets share. A noun without emoji of its own is composed
by the recipe of the same phrase in `scenes.RECIPES`.
"""

from dataclasses import dataclass

from transformers import PreTrainedTokenizerFast


@dataclass(frozen=True)
class Noun:
    """A noun phrase with its article, the emoji that show it, how often it is drawn, its other names."""

    phrase: str
    icons: tuple[str, ...] = ()
    weight: float = 1.0
    synonyms: tuple[str, ...] = ()


def _noun(line: str) -> Noun:
    phrases, icons = line.split(":")
    phrase, *synonyms = (phrase.strip() for phrase in phrases.split("|"))
    return Noun(phrase, tuple(icons.split()), synonyms=tuple(synonyms))


COURSE_NOUNS = (
    Noun("a rocket ship", ("rocket",), 2.0, ("a rocket", "a spaceship")),
    Noun("a pencil", ("pencil",), 1.5),
    Noun("a dog", ("dog-face", "dog", "service-dog", "guide-dog", "poodle"), 5.0, ("a puppy",)),
    Noun("an old man", ("old-man", "man-white-hair"), 3.0, ("a grandfather",)),
    Noun("a skull", ("skull", "skull-and-crossbones"), 3.0),
    Noun("a rickshaw", ("auto-rickshaw",), 1.5),
    Noun("a night skyline", ("night-with-stars", "bridge-at-night"), 1.0, ("a city at night",)),
    Noun("a man wearing a hat", (), 3.0, ("a man with a hat",)),
    Noun("a snowy mountain village", (), 3.0),
    Noun("people around a campfire", (), 1.5),
    Noun("the amalfi coast", (), 1.5),
    Noun("waterfalls", (), 1.5, ("a waterfall",)),
    Noun("a bell tower", (), 1.0),
)
"""The nouns of the course's prompts and pictures; those weigh most that are learned last."""

_OTHER_NOUNS = """
    a cat | a kitten: cat-face cat black-cat
    a horse: horse-face horse
    a pig: pig-face pig
    a cow: cow-face cow
    a rabbit | a bunny: rabbit-face rabbit
    a mouse: mouse-face mouse
    a monkey: monkey-face monkey
    a tiger: tiger-face tiger
    a bear: bear polar-bear
    a panda: panda
    a fox: fox
    a lion: lion
    an owl: owl
    a penguin: penguin
    a duck: duck
    a chicken: chicken rooster
    a fish: fish tropical-fish blowfish
    a whale: whale spouting-whale
    an octopus: octopus
    a turtle: turtle
    a frog: frog
    a snail: snail
    a bee: honeybee
    a butterfly: butterfly
    an elephant: elephant
    a car | an automobile: automobile sport-utility-vehicle racing-car
    a taxi: taxi oncoming-taxi
    a bus: bus oncoming-bus
    a train: locomotive train
    a scooter | a moped: motor-scooter
    a bicycle | a bike: bicycle
    an airplane | a plane: airplane small-airplane
    a ship | a boat: ship passenger-ship
    a sailboat: sailboat
    a tractor: tractor
    a house: house house-with-garden derelict-house
    a castle: castle
    a church: church
    a tent: tent camping
    a tree: deciduous-tree evergreen-tree
    a palm tree | a palm: palm-tree
    a cactus: cactus
    a flower: hibiscus blossom tulip rose
    a sunflower: sunflower
    a mushroom: mushroom
    an apple: red-apple green-apple
    a banana: banana
    a lemon: lemon
    a strawberry: strawberry
    a watermelon: watermelon
    a carrot: carrot
    a pumpkin: jack-o-lantern
    a pizza: pizza
    a hamburger | a burger: hamburger
    a cake: birthday-cake shortcake cupcake
    an ice cream: ice-cream soft-ice-cream
    a cup of coffee | a coffee: hot-beverage
    a guitar: guitar
    a violin: violin
    a drum: drum
    a key: key old-key
    a light bulb: light-bulb
    a clock: alarm-clock mantelpiece-clock twelve-oclock
    a book: closed-book open-book green-book blue-book
    a crown: crown
    an umbrella: umbrella umbrella-on-ground
    a heart: red-heart
    a star: star glowing-star
    the moon | a moon: crescent-moon full-moon
    the sun | a sun: sun sun-with-face
    a cloud: cloud sun-behind-cloud
    a rainbow: rainbow
    a fire | a flame: fire
    a snowman: snowman snowman-without-snow
    a ghost: ghost
    a robot: robot
    a man: man man-beard man-curly-hair man-red-hair
    a woman: woman woman-curly-hair woman-red-hair
    an old woman: old-woman woman-white-hair
    a smiling face | a smiley: smiling-face grinning-face slightly-smiling-face
    a volcano: volcano
    a mountain: mountain mount-fuji snow-capped-mountain
    a beach: beach-with-umbrella desert-island
    a bell: bell
    a ball: soccer-ball basketball
    a balloon: balloon
    a camera: camera
"""

NOUNS: tuple[Noun, ...] = COURSE_NOUNS + tuple(_noun(line) for line in _OTHER_NOUNS.strip().splitlines())

COURSE_PROMPTS = (
    "a high quality photo",
    "",
    "a rocket ship",
    "a pencil",
    "a man wearing a hat",
    "a photo of a dog",
    "a photo of the amalfi coast",
    "an oil painting of a snowy mountain village",
    "an oil painting of an old man",
    "an oil painting of people around a campfire",
    "a lithograph of waterfalls",
    "a lithograph of a skull",
)


def known_words(tokenizer: PreTrainedTokenizerFast) -> list[str]:
    """Return the words that the tokenizer knows, in alphabetical order, without its special tokens."""
    return sorted(set(tokenizer.get_vocab()) - set(tokenizer.all_special_tokens))
