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
        **trial_tables("whatif_candidates", "whatif_scores", *TRIED),
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


# the set with the site among those that may be chosen
use rule recommend_set as recommend_trial with:
    input:
        **with_trial(rules.recommend_set.input),
    output:
        **trial_tables("recommended", "set_beside_ranking", "set_front"),
    log:
        "<logs>/{city}/recommend_set_{trial}.log",
    benchmark:
        "<logs>/{city}/recommend_set_{trial}.benchmark.tsv"


# the worlds of the base with the site in them
use rule doubt_worlds as doubt_trial with:
    input:
        **with_trial(rules.doubt_worlds.input),
    output:
        **trial_tables(
            "worlds", "world_values", "site_doubt", "set_doubt", "member_doubt"
        ),
    log:
        "<logs>/{city}/doubt_worlds_{trial}.log",
    benchmark:
        "<logs>/{city}/doubt_worlds_{trial}.benchmark.tsv"


use rule judge_marks as judge_trial with:
    input:
        **with_trial(rules.judge_marks.input),
    output:
        **trial_tables("marks"),
    log:
        "<logs>/{city}/judge_marks_{trial}.log",
    benchmark:
        "<logs>/{city}/judge_marks_{trial}.benchmark.tsv"


# the city's page with the site on it
use rule draw_map as draw_trial with:
    input:
        **with_trial(rules.draw_map.input),
        **trial_tables("whatif_candidates"),
    output:
        page="<reports>/{trial}_{city}.html",
        slides="<reports>/slides/{trial}_{city}.html",
    log:
        "<logs>/{city}/draw_map_{trial}.log",
    benchmark:
        "<logs>/{city}/draw_map_{trial}.benchmark.tsv"
