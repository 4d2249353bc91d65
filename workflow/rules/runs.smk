# Runs: what a run was made of, and what changed from one to another.


# snakemake data/processed/hanoi/run.json
rule record_city:
    input:
        unpack(lambda w: {Path(path).stem: path for path in every_table(w.city)}),
    output:
        record="<tables>/{city}/run.json",
    log:
        "<logs>/{city}/record_city.log",
    benchmark:
        "<logs>/{city}/record_city.benchmark.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        **needs_of("record_city"),
    params:
        code=code_of("record_city"),
        settings=params_for(*ANSWER_KEYS),
        name=lambda w: settings_of(w.city).city.name,
        note=lambda w: settings_of(w.city).city.note,
    script:
        "../../scripts/record_city.py"


# snakemake data/processed/run.json
rule record_run:
    input:
        records=expand("<tables>/{city}/run.json", city=CITIES),
    output:
        record=report(
            "<tables>/run.json", caption="../report/record.rst", category="Tables"
        ),
    log:
        "<logs>/record_run.log",
    benchmark:
        "<logs>/record_run.benchmark.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        **needs_of("record_run"),
    params:
        code=code_of("record_run"),
        run=CONFIG.run,
    script:
        "../../scripts/record_run.py"


# snakemake diff --config before=unnamed after=rush_hour, or before=hcmc-2018 after=hcmc-2026: one ground on two maps
rule compare_runs:
    input:
        before=lambda w: of_compared("before", w.city),
        after=lambda w: of_compared("after", w.city),
    output:
        **tables_of(*RUN_TABLES),
        **{f"{name}_csv": f"<tables>/{{city}}/{name}.csv" for name in RUN_TABLES},
        geopackage="<tables>/{city}/run_changes.gpkg",
    log:
        "<logs>/{city}/compare_runs.log",
    benchmark:
        "<logs>/{city}/compare_runs.benchmark.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        **needs_of("compare_runs"),
    params:
        code=code_of("compare_runs"),
        today={one: code_of(one) for one in ANSWERING},
    script:
        "../../scripts/compare_runs.py"


# snakemake diff --config before=unnamed after=rush_hour
rule write_changes:
    input:
        run_changes=expand("<tables>/{city}/run_changes.parquet", city=COMPARED_CITIES),
        run_steps=expand("<tables>/{city}/run_steps.parquet", city=COMPARED_CITIES),
        before=compared("before", "run.json") if COMPARED else [],
        after=compared("after", "run.json") if COMPARED else [],
        study_area=compared("after", "study_area.parquet") if COMPARED else [],
        figures_before=compared("before", "indicators.parquet") if COMPARED else [],
        figures_after=compared("after", "indicators.parquet") if COMPARED else [],
    output:
        page=report(
            "<reports>/changes.html",
            caption="../report/changes.rst",
            category="Pages",
            labels={"page": "changes"},
        ),
    log:
        "<logs>/write_changes.log",
    benchmark:
        "<logs>/write_changes.benchmark.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        **needs_of("write_changes"),
    params:
        code=code_of("write_changes"),
        runs=COMPARED,
    script:
        "../../scripts/write_changes.py"
