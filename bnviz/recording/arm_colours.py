"""ArmColours: one colour for each network, the same everywhere."""

#: What these two mean: a network without and one with BN, and nothing else.
WITHOUT_BN, WITH_BN = "#D55E00", "#0072B2"
#: Colours of all other networks.
FURTHER_COLOURS = ("#009E73", "#CC79A7", "#8A6A00")
#: Those of the laboratory, which colour-blind readers can tell apart (Okabe & Ito); at most two of
#: them are shown beside that without BN, and these two in different ones.
ARM_COLOURS = {
    "none": WITHOUT_BN,
    "bn": WITH_BN,
    "bn_other": FURTHER_COLOURS[0],
    "layer_norm": FURTHER_COLOURS[0],
    "group_norm": FURTHER_COLOURS[0],
    "instance_norm": FURTHER_COLOURS[0],
    "rms_norm": FURTHER_COLOURS[0],
    "renorm": FURTHER_COLOURS[0],
    "ghost_bn": FURTHER_COLOURS[0],
    "dyt": FURTHER_COLOURS[0],
    "weight_norm": FURTHER_COLOURS[0],
    "noisy_bn": FURTHER_COLOURS[0],
}
