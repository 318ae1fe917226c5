"""The centre rounded up."""


def square_crop(picture):
    side = min(picture.shape[:2])
    top, left = (-((side - length) // 2) for length in picture.shape[:2])
    return picture[top : top + side, left : left + side].clone()
