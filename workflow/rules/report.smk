# Report: one self-contained page a city, and an index of the cities of this run.


# snakemake reports/hanoi.html
rule draw_map:
    input:
        **tables_of(
            "study_area",
            "places",
            "street_edges",
            "heritage",
            "creative",
            "clusters",
            "candidates",
            "scores",
            "values",
            "reach",
            "parts",
            "isochrones",
            "accessibility",
            "colocation",
            "stations",
            "services",
            "transit_notes",
            "indicators",
            "registry",
            "links",
            "site_links",
            "completeness",
            "scales",
            "correlations",
            "reference",
            "cluster_reach",
            "recommended",
            "set_beside_ranking",
            "set_front",
            "decisions",
            "marks",
            "world_values",
            "set_doubt",
            "site_doubt",
            "priorities_doubt",
            "agreement",
            "scenarios",
            "sweeps",
            "sweep_variants",
            "portfolio",
            "portfolio_sites",
            "portfolio_gain",
            "portfolio_front",
            "backtest",
            "backtest_summary",
            "survey",
            "survey_candidates",
            "survey_scores",
        ),
        provenance="<raw>/{city}/provenance.json",
        run="<tables>/{city}/run.json",
        heritage_taxonomy=lambda w: given(
            settings_of(w.city).analysis.locate.heritage_taxonomy
        ),
        creative_taxonomy=lambda w: given(
            settings_of(w.city).analysis.locate.creative_taxonomy
        ),
    output:
        page=report(
            "<reports>/{city}.html",
            caption="../report/page.rst",
            category="Pages",
            labels={"page": "{city}"},
        ),
        slides=report(
            "<reports>/slides/{city}.html",
            caption="../report/slides.rst",
            category="Pages",
            labels={"page": "{city}, slides"},
        ),
    log:
        "<logs>/{city}/draw_map.log",
    benchmark:
        "<logs>/{city}/draw_map.benchmark.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        **needs_of("draw_map"),
    params:
        code=code_of("draw_map"),
        settings=lambda w: for_page(w.city),
    script:
        "../../scripts/draw_map.py"


# what the answer of a city is told from, where several stand side by side
ANSWERS = (
    "heritage",
    "candidates",
    "scores",
    "scales",
    "recommended",
    "set_beside_ranking",
    "set_doubt",
    "site_doubt",
    "marks",
    "decisions",
)


# snakemake reports/index.html
rule write_index:
    input:
        **tables_of_all("study_area", "indicators", *ANSWERS),
        run="<tables>/run.json",
    output:
        page=report(
            "<reports>/index.html",
            caption="../report/index.rst",
            category="Pages",
            labels={"page": "all cities"},
        ),
    log:
        "<logs>/write_index.log",
    benchmark:
        "<logs>/write_index.benchmark.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        **needs_of("write_index"),
    params:
        code=code_of("write_index"),
        settings=lambda _: [for_page(city) for city in CITIES],
    script:
        "../../scripts/write_index.py"


# snakemake reports/comparison.html
rule write_comparison:
    input:
        **tables_of_all(
            "study_area", "creative", "clusters", "links", "indicators", *ANSWERS
        ),
        backtest_pooled="<tables>/backtest_pooled.parquet",
        run="<tables>/run.json",
        governance=given(found("config/governance.yaml")),
        taxonomies=lambda _: given(taxonomies_of(CITIES)),
    output:
        page=report(
            "<reports>/comparison.html",
            caption="../report/comparison.rst",
            category="Pages",
            labels={"page": "comparison"},
        ),
    log:
        "<logs>/write_comparison.log",
    benchmark:
        "<logs>/write_comparison.benchmark.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        **needs_of("write_comparison"),
    params:
        code=code_of("write_comparison"),
        settings=lambda _: [for_page(city) for city in CITIES],
    script:
        "../../scripts/write_comparison.py"


# snakemake reports/catalogue
rule write_catalogue:
    input:
        **tables_of_all(*CATALOGUED),
        run="<tables>/run.json",
        facets=given(found("config/taxonomy/facets.yaml")),
        taxonomies=lambda _: given(taxonomies_of(CITIES)),
    output:
        folder=report(
            directory("<reports>/catalogue"),
            patterns=["index.html"],
            caption="../report/catalogue.rst",
            category="Pages",
            labels={"page": "catalogue"},
        ),
    log:
        "<logs>/write_catalogue.log",
    benchmark:
        "<logs>/write_catalogue.benchmark.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        **needs_of("write_catalogue"),
    params:
        code=code_of("write_catalogue"),
        settings=lambda _: [pick(settings_of(city), *CATALOGUE_KEYS) for city in CITIES],
    script:
        "../../scripts/write_catalogue.py"


# snakemake data/processed/hanoi/indicators.parquet
rule describe_city:
    input:
        **tables_of(
            "study_area",
            "heritage",
            "creative",
            "clusters",
            "links",
            "nearest",
            "colocation",
            "people",
            "candidates",
            "street_edges",
            "registry",
            "imports",
            "city_languages",
            "completeness",
            "modes",
            "stations",
            "transit_notes",
            "survey",
        ),
        provenance="<raw>/{city}/provenance.json",
        heritage_taxonomy=lambda w: given(
            settings_of(w.city).analysis.locate.heritage_taxonomy
        ),
        creative_taxonomy=lambda w: given(
            settings_of(w.city).analysis.locate.creative_taxonomy
        ),
    output:
        indicators="<tables>/{city}/indicators.parquet",
    log:
        "<logs>/{city}/describe_city.log",
    benchmark:
        "<logs>/{city}/describe_city.benchmark.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        **needs_of("describe_city"),
    params:
        code=code_of("describe_city"),
        settings=params_for(
            "city.people",
            "analysis.network",
            "analysis.clusters",
            "analysis.edge_buffer_m",
            "analysis.candidates",
            "analysis.completeness",
            "analysis.seed",
        ),
    script:
        "../../scripts/describe_city.py"


# snakemake data/processed/hanoi/hanoi.gpkg
rule pack_geopackage:
    input:
        **tables_of(
            "candidates",
            "scores",
            "marks",
            "site_doubt",
            "set_doubt",
            "member_doubt",
            "worlds",
            "values",
            "scales",
            "correlations",
            "network_parts",
            "reference",
            "cluster_reach",
            "recommended",
            "set_beside_ranking",
            "decisions",
            "priorities_doubt",
            "scenarios",
            "agreement",
            "sweeps",
            "sweep_variants",
            "portfolio",
            "portfolio_sites",
            "portfolio_gain",
            "portfolio_front",
            "backtest",
            "backtest_summary",
            "study_area",
            "places",
            "street_edges",
            "heritage",
            "survey",
            "survey_scores",
            "creative",
            "clusters",
            "completeness",
            "accessibility",
            "isochrones",
            "stations",
        ),
        # its hashes stand on the sheet, as they do on the page
        run="<tables>/{city}/run.json",
    output:
        geopackage=report(
            "<tables>/{city}/{city}.gpkg",
            caption="../report/geopackage.rst",
            category="Tables",
            subcategory="{city}",
            labels={"table": "GeoPackage"},
        ),
        project="<tables>/{city}/{city}.qgz",
    log:
        "<logs>/{city}/pack_geopackage.log",
    benchmark:
        "<logs>/{city}/pack_geopackage.benchmark.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        **needs_of("pack_geopackage"),
    params:
        code=code_of("pack_geopackage"),
        settings=params_for(*GIS_KEYS),
    script:
        "../../scripts/pack_geopackage.py"


# snakemake data/processed/hanoi/csv
rule write_csv:
    input:
        unpack(sobol_of),
        **tables_of(*RESULTS),
    output:
        folder=report(
            directory("<tables>/{city}/csv"),
            patterns=["{table}.csv"],
            caption="../report/tables.rst",
            category="Tables",
            subcategory="{city}",
            labels={"table": "{table}"},
        ),
    log:
        "<logs>/{city}/write_csv.log",
    benchmark:
        "<logs>/{city}/write_csv.benchmark.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        **needs_of("write_csv"),
    params:
        code=code_of("write_csv"),
    script:
        "../../scripts/write_csv.py"


# snakemake data/processed/hanoi/hanoi.xlsx
rule write_workbook:
    input:
        # in the words of the page, so of what the page is made of
        **dict(rules.draw_map.input.items()),
    output:
        en=report(
            "<tables>/{city}/{city}.xlsx",
            caption="../report/workbook.rst",
            category="Tables",
            subcategory="{city}",
            labels={"table": "Workbook"},
        ),
        vi="<tables>/{city}/{city}.vi.xlsx",
        zh="<tables>/{city}/{city}.zh.xlsx",
    log:
        "<logs>/{city}/write_workbook.log",
    benchmark:
        "<logs>/{city}/write_workbook.benchmark.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        **needs_of("write_workbook"),
    params:
        code=code_of("write_workbook"),
        settings=lambda w: for_page(w.city),
    script:
        "../../scripts/write_workbook.py"
