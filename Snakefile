# So that `snakemake` works from the project's root.
include: "workflow/Snakefile"
