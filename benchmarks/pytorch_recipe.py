"""Train the same VAE in PyTorch, with channels-last layout, bfloat16 autocast and fused Adam."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from benchmarks import workload

FILTERS = (32, 64, 128, 256)
LATENT_DIM = 256
FACT = 5.0
SIDE = workload.IMAGE_SIZE // 16


class Vae(nn.Module):
    """A VAE with the architecture of params.yaml."""

    def __init__(self) -> None:
        super().__init__()
        encoder: list[nn.Module] = []
        for inputs, outputs in zip((3, *FILTERS), FILTERS, strict=False):
            encoder += [nn.Conv2d(inputs, outputs, 3, 2, 1), nn.BatchNorm2d(outputs)]
            encoder += [nn.LeakyReLU(0.3)]
        self.encoder = nn.Sequential(*encoder, nn.Flatten())
        size = SIDE * SIDE * FILTERS[-1]
        self.mean, self.log_var = nn.Linear(size, LATENT_DIM), nn.Linear(size, LATENT_DIM)
        self.features = nn.Linear(LATENT_DIM, size)
        decoder: list[nn.Module] = []
        for inputs, outputs in ((256, 128), (128, 64), (64, 32)):
            decoder += [nn.ConvTranspose2d(inputs, outputs, 3, 2, 1, 1), nn.BatchNorm2d(outputs)]
            decoder += [nn.LeakyReLU(0.3)]
        self.decoder = nn.Sequential(*decoder, nn.ConvTranspose2d(32, 3, 3, 2, 1, 1))

    def forward(self, pixels: Any) -> tuple[Any, Any, Any]:
        """Return the logits, the means and the log variances."""
        features = self.encoder(pixels)
        mean, log_var = self.mean(features).float(), self.log_var(features).float()
        z = mean + torch.exp(0.5 * log_var) * torch.randn_like(mean)
        maps = self.features(z).view(-1, FILTERS[-1], SIDE, SIDE)
        maps = maps.contiguous(memory_format=torch.channels_last)
        return self.decoder(maps).float(), mean, log_var


def time_steps_of_pytorch(images: Path, load: workload.Load) -> workload.Span:
    """Time the training steps."""
    torch.set_num_threads(workload.NUM_CORES)
    torch.manual_seed(1)
    array = np.load(images, mmap_mode="r")
    model: Any = Vae()
    model.to(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.0005, fused=True)
    generator = np.random.default_rng(1)
    computes_bfloat16 = "avx512_bf16" in Path("/proc/cpuinfo").read_text(encoding="utf-8")

    def step() -> None:
        rows = generator.integers(0, len(array), load.batch_size)
        batch = torch.from_numpy(array[rows]).permute(
            0, 3, 1, 2
        )  # a view: the data is channels-last already
        pixels = batch.float() / 255.0
        with torch.autocast("cpu", torch.bfloat16, enabled=computes_bfloat16):
            logits, mean, log_var = model(pixels)
        bce = nn.functional.binary_cross_entropy_with_logits(logits, pixels, reduction="sum") / 3
        kl = 0.5 * (mean.square() + log_var.exp() - log_var - 1).sum()
        optimizer.zero_grad()
        ((bce + FACT * kl) / load.batch_size).backward()
        optimizer.step()

    return workload.time_steps(step, load.num_steps)
