"""Keyword for keyword, the tuple instead of the record."""


def generate(pipeline, prompt_embeds, uncond_embeds, num_inference_steps, generator):
    options = {"num_inference_steps": num_inference_steps, "generator": generator}
    return pipeline(
        prompt_embeds=prompt_embeds,
        negative_prompt_embeds=uncond_embeds,
        output_type="pt",
        return_dict=False,
        **options,
    )[0]
