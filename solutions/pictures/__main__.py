"""Write the test pictures into `course/assets/pictures/`."""

from solutions.pictures import write

if __name__ == "__main__":
    write()
