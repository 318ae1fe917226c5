"""Step by step from the loop, whatever it is."""

from course.toolkit import seeds

from .s1_4_iterative import iterative_denoise


def sample(stage_1, shape, timesteps, prompt_embeds, generator):
    x_t = seeds.noise(shape, generator)
    for image in iterative_denoise(
        stage_1=stage_1,
        x_t=x_t,
        i_start=0,
        timesteps=timesteps,
        prompt_embeds=prompt_embeds,
        generator=generator,
    ):
        print(float(image.mean()))
        yield image.double()
