# Pull: from any kind of source to one osm.pbf a city, cut to the study area and its buffer.


# snakemake data/raw/downloads/vietnam-latest-<hash>.osm.pbf
rule download_file:
    output:
        file="data/raw/downloads/{download}",
        checksum="data/raw/downloads/{download}.sha256",
    log:
        "logs/downloads/{download}.log",
    benchmark:
        "logs/downloads/{download}.benchmark.tsv"
    wildcard_constraints:
        download="|".join(map(re.escape, DOWNLOADS)) or "none",
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        **needs_of("download_file", waits=True),
    script:
        "../../scripts/download_file.py"


# snakemake refresh_downloads
rule refresh_downloads:
    log:
        "logs/downloads/refresh.log",
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        # one file after another, as that rule does
        **needs_of("download_file", waits=True),
    script:
        "../../scripts/refresh_downloads.py"


# snakemake new_city --config name="Hoi An"
rule new_city:
    log:
        "logs/new_city.log",
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        **needs_of("download_file", waits=True),
    params:
        asked=json.dumps(NEW_CITY, sort_keys=True, ensure_ascii=False),
    script:
        "../../scripts/new_city.py"


# what others did not come to take of a cut made together: the next run makes it anew
SCRATCH.append(of_run("data/raw/_cuts"))


# one file read once for all cities that are cut out of it; each takes its own in pull_osm
rule cut_extract:
    input:
        source=lambda wildcards: extract_of(groups()[wildcards.extract][0]),
    output:
        cuts=temp(directory("<raw>/_cuts/{extract}")),
    log:
        "<logs>/_cuts/{extract}/cut_extract.log",
    benchmark:
        "<logs>/_cuts/{extract}/cut_extract.benchmark.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        **needs_of("cut_extract"),
    params:
        source=lambda wildcards: source_of(groups()[wildcards.extract][0]).public(),
        cities=lambda wildcards: asked_together(wildcards.extract),
    script:
        "../../scripts/cut_extract.py"


# snakemake data/raw/hanoi/osm.pbf
rule pull_osm:
    input:
        source=lambda wildcards: extract_of(wildcards.city),
        polygon=lambda wildcards: given(
            settings_of(wildcards.city).city.boundary.polygon
        ),
        together=lambda wildcards: cuts_for(wildcards.city),
    output:
        osm="<raw>/{city}/osm.pbf",
        provenance="<raw>/{city}/provenance.json",
        study_area="<tables>/{city}/study_area.parquet",
    log:
        "<logs>/{city}/pull_osm.log",
    benchmark:
        "<logs>/{city}/pull_osm.benchmark.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        **needs_of("pull_osm"),
    params:
        source=lambda wildcards: source_of(wildcards.city).public(),
        settings=params_for("city.boundary", "city.epsg", "analysis.edge_buffer_m"),
    script:
        "../../scripts/pull_osm.py"


# snakemake data/processed/hanoi/places.parquet
rule read_osm:
    input:
        osm="<raw>/{city}/osm.pbf",
        provenance="<raw>/{city}/provenance.json",
        study_area="<tables>/{city}/study_area.parquet",
        fresher=lambda w: given(imports_of(w.city, OSM_TAGS)),
    output:
        places="<tables>/{city}/places.parquet",
        street_nodes="<tables>/{city}/street_nodes.parquet",
        street_edges="<tables>/{city}/street_edges.parquet",
    log:
        "<logs>/{city}/read_osm.log",
    benchmark:
        "<logs>/{city}/read_osm.benchmark.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        **needs_of("read_osm"),
    params:
        code=code_of("read_osm"),
        settings=params_with_lists(
            "analysis.travel.modes", "analysis.edge_buffer_m", kind=OSM_TAGS
        ),
    script:
        "../../scripts/read_osm.py"
