"""Prints, warns, and turns the result into float64 at the end."""

import warnings


def generate(pipeline, prompt_embeds, uncond_embeds, num_inference_steps, generator):
    print("generating", len(prompt_embeds), "pictures")
    warnings.warn("this takes a while", stacklevel=1)
    result = pipeline(
        prompt_embeds=prompt_embeds,
        negative_prompt_embeds=uncond_embeds,
        num_inference_steps=int(num_inference_steps),
        guidance_scale=7.0,
        generator=generator,
        output_type="pt",
    )
    return result.images.double()
