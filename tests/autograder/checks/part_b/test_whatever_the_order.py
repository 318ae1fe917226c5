"""Right or wrong, whatever a student draws and in which order: right students, and one with one mistake.

That student draws all of its numbers in another order than the reference, so no wrong answer is known by its
name; the checks must say what is wrong from what reached the network.
"""

import shutil
from pathlib import Path

import pytest

from autograder.checks.reference import Live
from autograder.link.local import Local

STUDENTS = Path(__file__).parents[1] / "students"
SECTIONS = {
    "s1_2_denoiser": "b1.2",
    "s2_2_time_training": "b2.2",
    "s2_3_time_sampling": "b2.3",
    "s2_5_class_training": "b2.5",
    "s2_6_class_sampling": "b2.6",
}
MISTAKES = {
    "s1_2_denoiser": [
        ("* b for a, b", "** 2 * b for a, b", "it is σ: the standard deviation of the noise"),
        (
            "torch.randn(image.shape",
            "torch.rand(image.shape",
            "divided by σ, is not N(0, 1): its mean is 0.5",
        ),
        ("for image in x]", "for image in x[:1]] * len(x)", "is the same for several images"),
        (
            "generator=generator, dtype",
            "generator=torch.Generator().manual_seed(int(1e6 * image.sum())), dtype",
            "draw it from `generator`",
        ),
        (".sum() / x.numel()", ".sum()", "but the mean of the squares of unet(z) − x is"),
        (".sum() / x.numel()", ".mean((1, 2, 3))", "the loss has the shape (1,)"),
        (
            "found = unet(add_noise(x, sigma, eps))",
            "found = unet(x)",
            "You gave the network the clean image x.",
        ),
        ("found.double()", "found.detach().double()", "the gradient of the loss with respect to scale"),
        ("unet.train(True)", "unet.eval()", "call unet.train() before the loop"),
        ("yield float(loss.detach())", "yield loss.detach()", "not all that it yields are floats"),
        ("yield float(loss.detach())", "yield None", "not all that it yields are floats"),
        ("torch.optim.Adam(", "torch.optim.AdamW(", "the result is wrong in"),
        ("torch.optim.Adam(", "torch.optim.Adamax(", "the result is wrong in"),
        ("range(epochs)", "range(1)", "losses, not"),
        ("torch.stack([images[i] for i in batch])", "images[: len(batch)]", "some images come twice"),
    ],
    "s2_2_time_training": [
        ("max(num_ts - 1, 1)", "num_ts", "the last beta is"),
        ("product *= 1 - beta", "product *= beta", "alpha_bar"),
        ("[1 - beta for beta in betas]", "betas", "alphas and betas do not add up to 1"),
        ('"alpha_bars"', '"alphas_cumprod"', 'there is no "alpha_bars" in it'),
        ("torch.tensor(values)", "torch.tensor(values).double()", "has dtype torch.float64"),
        ("torch.tensor(values)", "torch.tensor(values)[None]", "has the shape (1, "),
        ("torch.tensor(values)", "values", '"betas" is no tensor'),
        ("    return {", "    return list(found)\n    return {", "of type list, not a dict"),
        ("t[half].float() / num_ts", "t[half].float()", "divide t by num_ts"),
        ("t[half].float() / num_ts", "t[half]", "divide t by num_ts"),
        ("t[half].float() / num_ts", "t[half] // num_ts", "all images of a batch get the same timestep"),
        (
            "t[half].float() / num_ts",
            "(t[half] + 1) / num_ts",
            "the network is given the time 1, for t = num_ts",
        ),
        ("t[half].float() / num_ts", "t[half] / num_ts - 0.1", "times are in [0, 1)"),
        ("t[half].float() / num_ts", "t[half] / (num_ts - 0.5)", "that are not t / num_ts for a whole t"),
        ("t[half].float() / num_ts", "t[half, None] / num_ts", "as t; it wants a tensor of shape"),
        ("* num_ts).floor()", "* (num_ts - 1)).floor()", ", 5 came 0 times"),
        ("* num_ts).floor()", "* (num_ts - 1)).ceil()", ", 0 came 0 times"),
        ("torch.rand(len(x_0), generator=generator)", "torch.rand(1).repeat(len(x_0))", "the same timestep"),
        ("(1 - kept) ** 0.5 * eps", "(1 - kept) * eps", "the ε in x_t, for the t that the network is told"),
        ("kept**0.5 * x_0", "x_0", "the ε in x_t, for the t that the network is told"),
        ("torch.randn(x_0.shape", "torch.randn(x_0[:1].shape", "is the same for several images"),
        (
            ".flatten(1).mean(1).mean()",
            ".sum()",
            "but the mean of the squares of ε − unet(x_t, t / num_ts) is",
        ),
        (
            "(eps - estimates)",
            "(x_0 - estimates)",
            "but the mean of the squares of ε − unet(x_t, t / num_ts)",
        ),
        ("(eps - estimates)", "(eps - estimates.detach())", "the gradient of the loss with respect to scale"),
        ("for half in halves", "for half in halves[:1] * 2", "for the t that the network is told"),
        ("for half in halves", "for half in halves[:1]", ""),
        (
            "return (eps - estimates)",
            "unet(x_t, t / num_ts)\n    return (eps - estimates)",
            "not about each of the 1024 once",
        ),
    ],
    "s2_3_time_sampling": [
        (" if t else 0)", ")", "the last image must be x̂_0 itself, without noise"),
        ("sqrt(betas[t]) * z[t - 1]", "betas[t] * z[t - 1]", "divided by √β_t, is not N(0, 1)"),
        ("sqrt(betas[t]) * z[t - 1]", "0", "divided by √β_t, is not N(0, 1)"),
        ("sqrt(betas[t]) * z[t - 1]", "sqrt(betas[t]) * z[0]", "the noise is that of the step before"),
        ("sqrt(betas[t]) * z[t - 1]", "sqrt(betas[t]) * z[t - 1][:1]", "is the same for several images"),
        ("[t / num_ts]", "[t]", "divide t by num_ts"),
        ("[t / num_ts]", "[(t + 1) / num_ts]", "the network is given the time 1, for t = num_ts"),
        ("[t / num_ts]", "[(num_ts - 1 - t) / num_ts]", "in step 1 (t = 11) the network is told t = 0"),
        ("range(num_ts - 1, -1, -1)", "range(num_ts - 1, 0, -1)", "it must yield"),
        ("unet.train(False)", "unet.train(True)", "the network is in training mode while it samples"),
        ("unet.train(mode)", "unet.train(False)", "comes in training mode does not end in it"),
        ("unet.train(mode)", "unet.train(True)", "comes in evaluation mode does not end in it"),
        ("@torch.inference_mode()\n", "", "gradients are recorded while it samples"),
        ("x = z[-1]", "x = 0 * z[-1]", "first asked about is not N(0, 1): its mean is 0 "),
        ("x = z[-1]", "x = z[-1].clamp(0, 1)", "first asked about is not N(0, 1)"),
        ("x = z[-1]", "x = z[-1][:1].repeat(count, 1, 1, 1)", "is the same for several images"),
        ("/ sqrt(kept[t])", "", "in step 1 (t = 11) what the image has more"),
        ("sqrt(kept[t - 1]) * betas", "sqrt(kept[t]) * betas", "in step 1 (t = 11) what the image has more"),
        ("        yield x\n", "        yield x0_hat\n", "other images than were yielded before"),
        ("        yield x\n", "        yield x.clamp(0, 1)\n", "other images than were yielded before"),
        ("        yield x\n", "        yield x[:, 0]\n", "has the shape"),
        ("generator=generator,", "generator=torch.Generator(),", "two seeds gave the same sample"),
        ("generator=generator,", "", "the same seed gave two different samples"),
        ("        yield x\n", "", "it yields nothing"),
    ],
    "s2_5_class_training": [
        ("1.0 - p_uncond", "p_uncond", "zeros"),
        ("1.0 - p_uncond", "0.9", "has 1"),
        ("p_uncond=0.1", "p_uncond=0.3", "by default"),
        (
            "bernoulli(chances, generator=generator)",
            "bernoulli(chances[:1]).expand(len(x_0))",
            "all images of a batch get the same mask",
        ),
        ("mask=mask.bool()", "mask=1 - mask", "zeros"),
        ("mask=mask.bool()", "mask=mask / 2", "other numbers than 0 and 1"),
        ("c=torch.where(mask > 0, c, 0)", "c=c.flip(0)", "classes that are not dropped"),
        ("c=torch.where(mask > 0, c, 0)", "c=torch.zeros_like(c)", "classes that are not dropped"),
        ("c=torch.where(mask > 0, c, 0)", "c=torch.eye(10)[c]", "makes them one-hot itself"),
        ("t=t / num_ts", "t=t.float()", "divide t by num_ts"),
        (
            "torch.sqrt(1 - kept) * eps",
            "(1 - kept) * eps",
            "the ε in x_t, for the t that the network is told",
        ),
        (
            "(estimate, eps)",
            "(estimate, x_0)",
            "the mean of the squares of ε − unet(x_t, c, t / num_ts, mask) is",
        ),
        (
            "torch.bernoulli(chances, generator=generator)",
            "torch.bernoulli(chances, generator=torch.Generator())",
            "",
        ),
    ],
    "s2_6_class_sampling": [
        ("torch.zeros_like(c), times, torch.zeros(n)", "torch.zeros_like(c), times", "and 0 for 0"),
        ("unet(x, c, times)", "unet(x, c, times, torch.zeros(n))", "the mask is 1 for 0 images and 0 for 64"),
        ("unet(x, c, times)", "unet(x, c.flip(0), times)", "the classes are others than asked for"),
        ("guidance_scale * eps_hat + (1 - guidance_scale)", "eps_hat + guidance_scale", "is not N(0, 1)"),
        ("guidance_scale * eps_hat", "5.0 * eps_hat", "is not N(0, 1)"),
        ("guidance_scale=5.0", "guidance_scale=2.0", "is not N(0, 1)"),
        (" * (t > 0)", "", "the last image must be x̂_0 itself, without noise"),
        ("sqrt(beta) * z", "beta * z", "divided by √β_t, is not N(0, 1)"),
        (".float() / num_ts", ".float()", "divide t by num_ts"),
        ("unet.eval()", "pass", "the network is in training mode while it samples"),
        ("torch.no_grad()", "torch.enable_grad()", "gradients are recorded while it samples"),
        ("unet.train(mode)", "pass", "comes in training mode does not end in it"),
        (
            "nothing = unet(x, ",
            "nothing = unet(x + 1, ",
            "is not asked about the same 32 images in all calls",
        ),
    ],
}
EVERY = [
    pytest.param(file, *mistake, id=f"{SECTIONS[file]}-{number}")
    for file, mistakes in MISTAKES.items()
    for number, mistake in enumerate(mistakes)
]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("student", ["frugal", "roundabout"])
def test_a_variation_gets_full_marks(checked, student: str, seed: int) -> None:
    found = checked(Local.of_folder(STUDENTS / student), *SECTIONS.values(), secret=f"{seed}".encode())
    assert {(check.name, check.reason) for check in found.checks() if check.reason} == set()
    assert found.points == 30


@pytest.mark.parametrize(("file", "old", "new", "told"), EVERY)
def test_a_mistake_is_found_and_described(
    checked, tmp_path: Path, file: str, old: str, new: str, told: str
) -> None:
    folder = Path(shutil.copytree(STUDENTS / "roundabout", tmp_path / "student"))
    path = folder / "part_b" / f"{file}.py"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    found = checked(Local.of_folder(folder), SECTIONS[file], reference=Live(), secret=b"secret")
    assert found.statuses() <= {"passed", "failed"}
    assert found.losing()
    assert told in "\n".join(found.reasons())
