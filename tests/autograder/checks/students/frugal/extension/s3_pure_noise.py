def best_constant(images):
    return images.mean(0)
