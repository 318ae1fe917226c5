"""The judge of handwritten digits: is it the digit that was asked for, and how far is it from real ones?"""

from autograder.judge.judge import Judge
from autograder.judge.scores import Scores
from course.toolkit.frechet import Gaussian, frechet_distance

__all__ = ["Gaussian", "Judge", "Scores", "frechet_distance"]
