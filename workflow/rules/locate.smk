# Locate: read the extract once, then find industrial heritage, creative spaces and amenities in it.


# snakemake data/processed/hanoi/heritage.parquet
rule locate_sites:
    input:
        places="<tables>/{city}/places.parquet",
        study_area="<tables>/{city}/study_area.parquet",
        heritage_taxonomy=lambda w: given(
            settings_of(w.city).analysis.locate.heritage_taxonomy
        ),
        creative_taxonomy=lambda w: given(
            settings_of(w.city).analysis.locate.creative_taxonomy
        ),
        amenity_taxonomy=lambda w: given(
            settings_of(w.city).analysis.locate.amenity_taxonomy
        ),
        words=lambda w: given(words_of(w.city)),
        registry=lambda w: given(settings_of(w.city).city.registry),
        imports=lambda w: given(imports_of(w.city)),
    output:
        heritage="<tables>/{city}/heritage.parquet",
        creative="<tables>/{city}/located_creative.parquet",
        amenities="<tables>/{city}/amenities.parquet",
        registry="<tables>/{city}/registry.parquet",
        imports="<tables>/{city}/imports.parquet",
        grounds="<tables>/{city}/grounds.parquet",
        city_languages="<tables>/{city}/city_languages.parquet",
    log:
        "<logs>/{city}/locate_sites.log",
    benchmark:
        "<logs>/{city}/locate_sites.benchmark.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        **needs_of("locate_sites"),
    params:
        code=code_of("locate_sites"),
        settings=params_with_lists(
            "analysis.locate",
            "analysis.edge_buffer_m",
            "city.country",
            "city.languages",
            "city.local_name",
        ),
    script:
        "../../scripts/locate_sites.py"


# snakemake data/processed/hanoi/survey.parquet
rule survey_grounds:
    input:
        places="<tables>/{city}/places.parquet",
        study_area="<tables>/{city}/study_area.parquet",
        street_edges="<tables>/{city}/street_edges.parquet",
        people="<tables>/{city}/people.parquet",
        heritage="<tables>/{city}/heritage.parquet",
        grounds="<tables>/{city}/grounds.parquet",
        heritage_taxonomy=lambda w: given(
            settings_of(w.city).analysis.locate.heritage_taxonomy
        ),
        words=lambda w: given(words_of(w.city)),
    output:
        survey="<tables>/{city}/survey.parquet",
    log:
        "<logs>/{city}/survey_grounds.log",
    benchmark:
        "<logs>/{city}/survey_grounds.benchmark.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        **needs_of("survey_grounds"),
    params:
        code=code_of("survey_grounds"),
        settings=params_for("city.country", "city.languages"),
    script:
        "../../scripts/survey_grounds.py"
