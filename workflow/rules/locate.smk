# Locate: read the extract once, then find industrial heritage, creative spaces and amenities in it.


# snakemake data/processed/hanoi/heritage.parquet
rule locate_sites:
    input:
        places="data/processed/{city}/places.parquet",
        study_area="data/processed/{city}/study_area.parquet",
        heritage_taxonomy=lambda w: settings_of(
            w.city
        ).analysis.locate.heritage_taxonomy,
        creative_taxonomy=lambda w: settings_of(
            w.city
        ).analysis.locate.creative_taxonomy,
        amenity_taxonomy=lambda w: settings_of(w.city).analysis.locate.amenity_taxonomy,
        words=lambda w: words_of(w.city),
        registry=lambda w: settings_of(w.city).city.registry or [],
        imports=lambda w: imports_of(w.city),
    output:
        heritage="data/processed/{city}/heritage.parquet",
        creative="data/processed/{city}/located_creative.parquet",
        amenities="data/processed/{city}/amenities.parquet",
        registry="data/processed/{city}/registry.parquet",
        imports="data/processed/{city}/imports.parquet",
        city_languages="data/processed/{city}/city_languages.parquet",
    log:
        "logs/{city}/locate_sites.log",
    benchmark:
        "logs/{city}/locate_sites.benchmark.tsv"
    conda:
        "../../environment.yml"
    params:
        code=code_fingerprint("scripts/locate_sites.py"),
        settings=params_for(
            "analysis.locate",
            "analysis.edge_buffer_m",
            "city.country",
            "city.imports",
            "city.languages",
            "city.local_name",
        ),
    script:
        "../../scripts/locate_sites.py"


# snakemake data/processed/hanoi/survey.parquet
rule survey_grounds:
    input:
        places="data/processed/{city}/places.parquet",
        study_area="data/processed/{city}/study_area.parquet",
        street_edges="data/processed/{city}/street_edges.parquet",
        people="data/processed/{city}/people.parquet",
        heritage="data/processed/{city}/heritage.parquet",
        heritage_taxonomy=lambda w: settings_of(
            w.city
        ).analysis.locate.heritage_taxonomy,
        words=lambda w: words_of(w.city),
    output:
        survey="data/processed/{city}/survey.parquet",
    log:
        "logs/{city}/survey_grounds.log",
    benchmark:
        "logs/{city}/survey_grounds.benchmark.tsv"
    conda:
        "../../environment.yml"
    params:
        code=code_fingerprint("scripts/survey_grounds.py"),
        settings=params_for("analysis.locate", "city.country", "city.languages"),
    script:
        "../../scripts/survey_grounds.py"
