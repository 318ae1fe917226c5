"""How the embedded model `course/assets/emoji_if` was made: data, training, evaluation, model card."""
