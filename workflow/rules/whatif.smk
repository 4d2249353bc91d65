# What if: a site of one's own, measured and ranked among the candidates, in a folder of its own.


# snakemake whatif --config city=hanoi at=21.0401,105.8702 name="Gia Lam works" class=railway_works status=vacated
rule try_site:
    input:
        **TRANSPORT,
        **tables_of(
            "places", "amenities", "people", "sweeps", "scales", "reference", *COMBINED
        ),
        creative="<tables>/{city}/located_creative.parquet",
        heritage_taxonomy=lambda w: given(
            settings_of(w.city).analysis.locate.heritage_taxonomy
        ),
        words=lambda w: given(words_of(w.city)),
        sites=given(SITES),
    output:
        **{
            name: trial_table(name)
            for name in ("whatif_candidates", "whatif_scores", *TRIED)
        },
        candidates_csv="<tables>/{city}/{trial}/whatif_candidates.csv",
        scores_csv="<tables>/{city}/{trial}/whatif_scores.csv",
    log:
        "<logs>/{city}/try_site_{trial}.log",
    benchmark:
        "<logs>/{city}/try_site_{trial}.benchmark.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        **needs_of("try_site"),
    params:
        code=code_of("try_site"),
        asked=asked_of,
        settings=params_for(
            *TRANSPORT_KEYS,
            "city.country",
            "city.languages",
            "city.main_mode",
            "analysis",
        ),
    script:
        "../../scripts/try_site.py"


# the city's page with the site on it
use rule draw_map as draw_trial with:
    input:
        **{
            name: trial_table(name) if name in TRIED else path
            for name, path in rules.draw_map.input.items()
        },
    output:
        page="<reports>/{trial}_{city}.html",
    log:
        "<logs>/{city}/draw_map_{trial}.log",
    benchmark:
        "<logs>/{city}/draw_map_{trial}.benchmark.tsv"
