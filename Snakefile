# So that `snakemake` works from the project's root.
include: "workflow/Snakefile"


# an included file's default target is not that of the file that includes it
workflow.default_target = "all"
