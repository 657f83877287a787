"""The numbers and titles of the made-up results in ``made_up``."""

from typing import Any

from latentmaps.report import glossary

LAYERS = {"Conv2D_1": 4, "Conv2D_2": 6}
VERSIONS = {"tensorflow": "2.21.0", "keras": "3.15.1"}
_LAYER = ("network", "layer", "output_shape", "weights", "share")
TRAIN_VAE = {
    "fact": 5.0,
    "beta_equivalent": 15.0,
    "val_kl_share": 0.0221,
    "val_kl_share_above_floor": 0.31,
    "latent_dim": 256,
    "num_parameters": 5_123_456,
    "layers": [
        dict(zip(_LAYER, ("encoder", "convolution_1", "48x48x32", 864, 0.00017), strict=True)),
        dict(zip(_LAYER, ("encoder", "z_mean", "256", 3_002_592, 0.586), strict=True)),
        dict(zip(_LAYER, ("decoder", "features", "9216", 2_120_000, 0.4138), strict=True)),
    ],
    "dense_share": 0.9998,
    "kl_method": "train_step",
    "reconstruction_loss_kind": "bce",
    "epoch": 3,
    "epochs": 3,
    "batch_size": 32,
    "precision": "float32",
    "seed": 2022,
    "num_train": 2500,
    "num_steps": 1234,
    "versions": VERSIONS,
}
FEATURES = {
    "frechet_distance": 2.5,
    "kernel_distance": 0.031,
    "kernel_distance_error": 0.0043,
    "precision": 0.61,
    "recall": 0.42,
    "density": 0.87,
    "coverage": 0.55,
    "nearest_training": 0.93,
}
SAMPLE = {"sharpness": 1.9, "diversity": 0.21, "pixels-pca": FEATURES}
REAL = {
    "sharpness": 6.4,
    "diversity": 0.33,
    "pixels-pca": dict(
        zip(FEATURES, (0.4, -0.001, 0.002, 0.95, 0.94, 1.01, 0.97, 1.0), strict=True)
    ),
}
EVALUATE_VAE: dict[str, Any] = {
    "mse": 0.01234,
    "psnr_db": 19.87,
    "ssim": 0.712,
    "ms_ssim": 0.801,
    "bce_per_dim": 0.5731,
    "bce_above_entropy": 0.0412,
    "sharpness": 1.91,
    "sharpness_originals": 6.43,
    "sampled": {
        "mse": 0.01444,
        "psnr_db": 18.55,
        "ssim": 0.671,
        "ms_ssim": 0.765,
        "bce_per_dim": 0.5812,
        "bce_above_entropy": 0.0493,
        "sharpness": 1.85,
    },
    "kl_nats": 24.31,
    "kl_nats_of_means": 20.12,
    "kl_nats_of_variances": 4.19,
    "num_dimensions_used": 41,
    "num_dimensions_90": 57,
    "active_units": 256,
    "diversity": 0.22,
    "diversity_originals": 0.34,
    "radius_mean": 15.62,
    "radius_std": 0.81,
    "radius_prior": 15.98,
    "z_mean_rms": 0.0712,
    "z_std_mean": 0.9934,
    "z_std_min": 0.8471,
    "z_std_max": 1.2103,
    "mmd_prior": 0.0123,
    "mmd_floor": 0.0004,
    "attributes": {
        "Bald": {"num_with": 7, "num_without": 1593, "length": 4.0, "d_prime": None},
        "Smiling": {"num_with": 1100, "num_without": 500, "length": 1.254, "d_prime": 0.812},
        "Wearing_Hat": {"num_with": 179, "num_without": 1421, "length": 4.17, "d_prime": 3.984},
    },
    "num_test": 300,
    "num_compared": 250,
    "temperature": 0.8,
    "feature_nets": ["pixels-pca"],
    "samples": {
        "real": REAL,
        **{
            f"{sampler}{suffix}": SAMPLE
            for sampler in glossary.samplers()
            for suffix in ("", "_cool")
        },
    },
    "versions": VERSIONS,
}
TRAIN_CNN = {
    "test_accuracy": 0.9785,
    "test_accuracy_per_digit": {str(digit): 0.97 + digit / 500 for digit in range(10)},
    "accuracy": 0.9991,
    "val_accuracy": 0.981,
    "num_train": 9000,
    "num_test": 2000,
    "num_parameters": 221_234,
    "layers": [
        dict(zip(_LAYER, ("CNN", "Conv2D_1", "26x26x32", 100_000, 0.452), strict=True)),
        dict(zip(_LAYER, ("CNN", "dense", "100", 121_234, 0.548), strict=True)),
    ],
    "dense_share": 0.548,
    "epochs": 3,
    "batch_size": 64,
    "seed": 2022,
    "versions": VERSIONS,
}
# stage -> those of its pictures that have no tiles
CHARTS = {"draw_latent_space": {"z_points", "dimensions", "projection"}}
SHEETS = {
    "draw_reconstructions": {
        "train": "Reconstructions of the train part - fact 5, epoch 12, seed 2022",
        "test": "Reconstructions of the test part - fact 5, epoch 12, seed 2022",
        "sampled": "Reconstructions from a sampled z - fact 5, epoch 12, seed 2022",
    },
    "draw_samples": {
        **{
            f"{name}{suffix}": f"Random faces, z ~ {term.sampler}{words}"
            for name, term in glossary.samplers().items()
            for suffix, words in (
                ("", " - fact 5, epoch 12, seed 2022"),
                ("_processed", ", processed"),
            )
        },
        "temperatures": "Random faces at several temperatures",
    },
    "draw_latent_space": {
        "z_points": "z-points of 300 test faces",
        "dimensions": "Mean, spread and KL of the dimensions",
        "projection": "The plane in which the z-points vary most",
        "interpolations": "Interpolations between test faces",
        "traversals": "Traversals of the 8 dimensions with the most KL",
        "attributes": "Attributes added and taken away",
        "plane": "Map of the plane in which the z-points vary most",
    },
}
# of draw_face_oips
PATTERNS = {
    f"convolution_{number}": f"Convolution {number} of the encoder: the patterns"
    for number in (1, 2)
}
NUM_DIMENSIONS = 20
NUM_CHARTS = sum(map(len, CHARTS.values()))
# with that of the activation maps, without those of the layers
NUM_SHEETS = sum(map(len, SHEETS.values())) - NUM_CHARTS + 1
# 8 faces; after each of 3 epochs as many reconstructions and random faces
NUM_FILM_TILES = 8 + 3 * 16
NUM_PATTERNS = 17 * len(PATTERNS)
# the last feature map of each layer is dead
NUM_OIPS = sum(num_maps - 1 for num_maps in LAYERS.values())
